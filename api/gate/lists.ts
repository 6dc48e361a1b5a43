import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
} from 'graphql';
import { InvalidArgumentError } from '../errors.ts';

/**
 * Bounds a list among the arguments or in an input: its description states the bound, and no operation with a
 * longer one runs.
 */
export function atMost(items: number, description?: string) {
  const says = `At most ${items}.`;
  return {
    description: description === undefined ? says : `${description} ${says}`,
    extensions: { most: items },
  };
}

/** The list's bound; undefined without one. */
export const mostOf = ({ extensions }: Pick<GraphQLArgument, 'extensions'>): number | undefined =>
  extensions['most'] as number | undefined;

/**
 * Counts the items of all lists among a field's arguments.
 * @throws InvalidArgumentError naming the list that is too long.
 */
export function countItems(
  args: readonly GraphQLArgument[],
  given: Readonly<Record<string, unknown>>,
): number {
  return args.reduce((count, arg) => count + itemsOf(arg.name, arg, given[arg.name]), 0);
}

function itemsOf(
  place: string,
  definition: Pick<GraphQLArgument | GraphQLInputField, 'type' | 'extensions'>,
  value: unknown,
): number {
  if (typeof value !== 'object' || value === null) return 0;
  const type = getNullableType(definition.type);
  if (Array.isArray(value) && isListType(type)) {
    const most = mostOf(definition);
    if (most !== undefined && value.length > most)
      throw new InvalidArgumentError(`${place}: ${value.length} items; at most ${most}`);
    if (!holdsLists(type)) return value.length;
    return value.reduce(
      (count: number, item, i) =>
        count + itemsOf(`${place}[${i}]`, { type: type.ofType, extensions: {} }, item),
      value.length,
    );
  }
  if (!isInputObjectType(type)) return 0;
  return Object.values(type.getFields()).reduce(
    (count, field) =>
      count + itemsOf(`${place}.${field.name}`, field, (value as Record<string, unknown>)[field.name]),
    0,
  );
}

/** Whether items of the list contain lists themselves. */
function holdsLists(type: GraphQLInputType): boolean {
  const item = getNamedType(type);
  return (
    isInputObjectType(item) &&
    Object.values(item.getFields()).some(
      (field) => isListType(getNullableType(field.type)) || isInputObjectType(getNamedType(field.type)),
    )
  );
}
