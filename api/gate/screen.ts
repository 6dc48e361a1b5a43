import { type DocumentNode, Kind, type OperationDefinitionNode, type SelectionSetNode, visit } from 'graphql';
import { cut } from '../../domain/text/text.ts';
import { InvalidArgumentError } from '../errors.ts';
import { LIMITS } from '../limits.ts';

const counted = new WeakMap<OperationDefinitionNode, number>();

/** Fields of a screened document's operation after expansion; Infinity for one that was not screened. */
export const unfoldedFields = (operation: OperationDefinitionNode): number =>
  counted.get(operation) ?? Number.POSITIVE_INFINITY;

/**
 * Refuses documents that would cost too much to validate, beforehand: fields or directives repeated many times,
 * and nested fragments that expand to too many fields.
 * @throws InvalidArgumentError saying which limit.
 */
export function refuseRepeats(document: DocumentNode): void {
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one.selectionSet] as const] : [],
    ),
  );
  refuseSchemas(document);
  const unfolded = new Map<string, number>();
  for (const definition of document.definitions) {
    if (!('selectionSet' in definition)) continue;
    refuseDirectives(definition.directives);
    const fields = countFields(definition.selectionSet, fragments, unfolded);
    if (definition.kind === Kind.OPERATION_DEFINITION) counted.set(definition, fields);
    if (fields > LIMITS.fields)
      throw new InvalidArgumentError(`the document unfolds to more than ${LIMITS.fields} fields`);
  }
  if (fragments.size > LIMITS.fragments)
    throw new InvalidArgumentError(
      `query: ${fragments.size} fragments; a document may have at most ${LIMITS.fragments}`,
    );
}

/** The schema may be described once per document: it is long. */
function refuseSchemas(document: DocumentNode): void {
  const times = { __schema: 0, types: 0 };
  visit(document, {
    [Kind.FIELD]: ({ name: { value } }) => {
      if (value === '__schema' || value === 'types') times[value] += 1;
    },
  });
  if (times.__schema > 1 || (times.__schema === 1 && times.types > 1))
    throw new InvalidArgumentError('__schema and its types may be asked for once in a document');
}

/** How many fields the selection expands to; fragments are counted once and cached. */
function countFields(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, SelectionSetNode>,
  unfolded: Map<string, number>,
): number {
  const repeats = new Map<string, number>();
  let count = 0;
  for (const selection of selections) {
    refuseDirectives(selection.directives);
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const name = selection.name.value;
      const inside = fragments.get(name);
      if (inside && !unfolded.has(name)) {
        // A fragment inside itself counts as nothing here: validation refuses it.
        unfolded.set(name, 0);
        unfolded.set(name, countFields(inside, fragments, unfolded));
      }
      count += 1 + (unfolded.get(name) ?? 0);
      continue;
    }
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const times = (repeats.get(key) ?? 0) + 1;
      repeats.set(key, times);
      if (times > LIMITS.repeats)
        throw new InvalidArgumentError(`the field ${cut(key)} is repeated more than ${LIMITS.repeats} times`);
    }
    count += 1;
    if (selection.selectionSet) count += countFields(selection.selectionSet, fragments, unfolded);
  }
  return count;
}

function refuseDirectives(directives: readonly unknown[] = []): void {
  if (directives.length > LIMITS.directives)
    throw new InvalidArgumentError(`at most ${LIMITS.directives} directives may stand at one place`);
}
