import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

/** Whether any of the fields is selected on the objects that the field returns, including in fragments. */
export function isSelected(
  { fieldNodes, fragments }: GraphQLResolveInfo,
  names: ReadonlySet<string>,
): boolean {
  const among = ({ selections }: SelectionSetNode): boolean =>
    selections.some((selection) => {
      if (selection.kind === Kind.FIELD) return names.has(selection.name.value);
      if (selection.kind === Kind.INLINE_FRAGMENT) return among(selection.selectionSet);
      const fragment = fragments[selection.name.value];
      return fragment !== undefined && among(fragment.selectionSet);
    });
  return fieldNodes.some(({ selectionSet }) => selectionSet !== undefined && among(selectionSet));
}
