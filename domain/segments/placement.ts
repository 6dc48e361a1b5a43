import type { CompiledRules, SentAttributes } from './apply-rules.ts';
import type { Cell, CellAttributes } from './cell.ts';
import { asDeclared } from './cell-filing.ts';
import { seenAs } from './cell-shape.ts';
import { type Dimension, UNKNOWN, valueIn } from './dimensions.ts';

/** What is known of a stored answer that rules did not move yet: its cell is as it was sent. */
export const sentInto = (cell: Cell): SentAttributes => ({
  dimensions: cell.attributes,
  attributes: {},
  asked: [],
  cell: cell.key,
});

/** Where rules file a stored answer: in its cell, in another, or nowhere because a dimension does not declare the value. */
export type Placement =
  | { readonly is: 'same' | 'undeclared' }
  | { readonly is: 'moved'; readonly to: CellAttributes; readonly home: string | null };

/**
 * Where the rules file an answer of that cell. `home`: the key of the cell that it had as sent, if it returns there. `aged`: dimensions that
 * retention took from it; rules give it no value in them, unless a later delivery brought one.
 */
export function placementOf(
  rules: Pick<CompiledRules, 'apply'>,
  dimensions: readonly Dimension[],
  cell: Cell,
  sent: SentAttributes,
  aged: readonly string[] = [],
): Placement {
  const given = seenAs(sent.dimensions, dimensions);
  const lost = aged.filter((attribute) => valueIn(cell.attributes, attribute) === UNKNOWN);
  const ruled = {
    ...rules.apply({ ...sent, dimensions: given }),
    ...Object.fromEntries(lost.map((attribute) => [attribute, UNKNOWN])),
  };
  const isAsSent = dimensions.every(({ attribute }) => ruled[attribute] === given[attribute]);
  if (isAsSent && sent.cell !== undefined)
    return sent.cell === cell.key ? { is: 'same' } : { is: 'moved', to: ruled, home: sent.cell };
  const declared = asDeclared(dimensions, ruled);
  if ('undeclared' in declared) return { is: 'undeclared' };
  const to = declared.attributes;
  const isSame = dimensions.every(({ attribute }) => to[attribute] === cell.attributes[attribute]);
  return isSame ? { is: 'same' } : { is: 'moved', to, home: null };
}
