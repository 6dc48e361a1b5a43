import { z } from 'zod';
import type { Dimension } from '../../../domain/segments/dimensions.ts';
import { assertDimensions, fileMap, valueOfMap } from '../map/file-map.ts';
import { readChecked } from '../map/map-mistakes.ts';
import { column } from '../map/map-parts.ts';
import { answeredAtOfMap } from '../map/map-time.ts';

const common = fileMap.pick({
  encoding: true,
  separator: true,
  sheet: true,
  headings: true,
  source: true,
  externalId: true,
  respondent: true,
  account: true,
  revision: true,
  dimensions: true,
  where: true,
});

const outcomeMap = common.extend({
  /** That it holds outcomes, and where each field of their own is. */
  outcomes: z.strictObject({
    kind: valueOfMap,
    /** decimal: what stands before the decimals; the other of the two may group thousands. */
    amount: z.strictObject({ column, decimal: z.enum(['.', ',']).default('.') }).optional(),
    currency: valueOfMap.optional(),
    quantity: column.optional(),
    name: valueOfMap.optional(),
    owner: column.optional(),
    agent: column.optional(),
  }),
  at: answeredAtOfMap,
});

/** How the rows of a file become outcomes, as declared by the importer. */
export type OutcomeMap = z.infer<typeof outcomeMap>;

/** Whether a declaration says that its file holds outcomes. */
export const isOutcomeMap = (declared: unknown): boolean =>
  typeof declared === 'object' && declared !== null && Object.hasOwn(declared, 'outcomes');

/**
 * Checks a map of outcomes for the configured dimensions.
 * @throws InvalidMapError with one line per mistake.
 */
export function parseOutcomeMap(declared: unknown, dimensions: readonly Dimension[]): OutcomeMap {
  const map = readChecked(outcomeMap, declared, dimensions.length);
  assertDimensions(map.dimensions, dimensions);
  return map;
}

/** The columns that the map reads. */
export function columnsOfOutcomes({
  externalId,
  respondent,
  account,
  revision,
  dimensions,
  where,
  at,
  outcomes: { kind, amount, currency, quantity, name, owner, agent },
}: OutcomeMap): string[] {
  const values = [kind, currency, name, ...Object.values(dimensions)];
  return [
    ...(typeof externalId === 'string' ? [externalId] : externalId.hash),
    ...[respondent, account, quantity, owner, agent, revision?.column, amount?.column].flatMap(
      (one) => one ?? [],
    ),
    at.column,
    ...values.flatMap((rule) => (rule && 'column' in rule ? [rule.column] : [])),
    ...Object.keys(where),
  ];
}
