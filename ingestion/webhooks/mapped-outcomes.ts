import { z } from 'zod';
import { FIELDS_OF_KIND, OUTCOME_KINDS, type OutcomeKind } from '../../domain/outcomes/outcome-kinds.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { isWanted } from '../files/file-row.ts';
import { InvalidMapError, readChecked } from '../files/map/map-mistakes.ts';
import { atMost, column, MOST, named, plain } from '../files/map/map-parts.ts';
import { columnsOfOutcomes, parseOutcomeMap } from '../files/outcomes/outcome-map.ts';
import { itemFromRow } from '../files/outcomes/outcome-row.ts';
import type { OutcomeDraft } from '../outcomes/outcome-draft.ts';
import { createOutcomeReader } from '../outcomes/outcome-items.ts';
import type { Outcome } from '../pipeline/outcome.ts';
import type { ReadOutcomes } from './connector.ts';
import { pathsOf, textsAt } from './mapped-reader.ts';

/** What an item of a vendor says became of an account or a person, before the connection's mapping. */
export interface VendorOutcome {
  /** Stays the same for everything that is said of this outcome. */
  readonly id: string;
  readonly kind: OutcomeKind;
  /** RFC 3339, as `revised`; null is rejected with the item. */
  readonly at: string | null;
  /** Which of two deliveries is newer: the time of the event. */
  readonly revised: string | null;
  readonly account?: unknown;
  readonly respondent?: unknown;
  /** In the main unit. */
  readonly amount?: unknown;
  readonly currency?: unknown;
  readonly quantity?: unknown;
  readonly name?: unknown;
  readonly owner?: unknown;
  /** What the paths of the mapping begin at. */
  readonly of: object;
}

/** What a mapping says of a vendor's own events, by their names. */
export type NamedEvents = Readonly<
  Record<string, { readonly kind: OutcomeKind; readonly name?: string | undefined }>
>;

/** How a vendor's items are read as outcomes. Never throws. */
export type VendorOutcomes = (item: unknown, events: NamedEvents) => readonly (VendorOutcome | Outcome)[];

const kind = z.enum(OUTCOME_KINDS, { error: `must be one of ${OUTCOME_KINDS.join(', ')}` });
const namedEvents = z
  .record(plain('value'), z.strictObject({ kind, name: named('name').optional() }))
  .refine(...atMost(MOST.values));
const partsOfMap = z.strictObject({
  account: column.optional(),
  respondent: column.optional(),
  amount: z.unknown().optional(),
  currency: z.unknown().optional(),
  quantity: column.optional(),
  name: z.unknown().optional(),
  owner: column.optional(),
  /** Staff are persons: no connector names them unless the mapping does. */
  agent: column.optional(),
  dimensions: z.unknown().optional(),
  where: z.unknown().optional(),
  events: namedEvents.optional(),
});

/** Where the vendor's own reading stands, beside the fields of its item. */
const OWN = 'outcome';

/**
 * The reader of outcomes for the part `outcomes` of a mapping, in the form of a file's map of outcomes (docs/guides/outcomes.md). What is stored as
 * the original is the outcome itself: the vendor's item has names and addresses that no figure needs.
 * @throws InvalidMapError
 */
export function mappedOutcomes(
  source: string,
  declared: unknown,
  dimensions: readonly Dimension[],
  outcomesOf: VendorOutcomes,
): ReadOutcomes {
  const {
    account = `${OWN}.account`,
    respondent = `${OWN}.respondent`,
    events = {},
    dimensions: values,
    where,
    ...given
  } = partsIn(declared);
  const map = parseOutcomeMap(
    {
      source,
      externalId: `${OWN}.id`,
      at: { column: `${OWN}.at` },
      revision: { column: `${OWN}.revised` },
      account,
      respondent,
      ...(values === undefined ? {} : { dimensions: values }),
      ...(where === undefined ? {} : { where }),
      outcomes: {
        kind: { column: `${OWN}.kind` },
        amount: given.amount ?? { column: `${OWN}.amount` },
        currency: given.currency ?? { column: `${OWN}.currency` },
        quantity: given.quantity ?? `${OWN}.quantity`,
        name: given.name ?? { column: `${OWN}.name` },
        owner: given.owner ?? `${OWN}.owner`,
        ...(given.agent === undefined ? {} : { agent: given.agent }),
      },
    },
    dimensions,
  );
  const paths = pathsOf(columnsOfOutcomes(map));
  const read = createOutcomeReader(dimensions);
  const draftOf = ({ of, ...own }: VendorOutcome, position: string): OutcomeDraft | Outcome | null => {
    const seen = textsAt({ ...of, [OWN]: own }, paths);
    if (!isWanted(map, seen)) return null;
    const row = itemFromRow(map, seen);
    return 'item' in row ? read(fitting(own.kind, row.item), position) : row;
  };
  return (item, position) =>
    outcomesOf(item, events).flatMap((one) => ('status' in one ? one : (draftOf(one, position) ?? [])));
}

function partsIn(declared: unknown): z.infer<typeof partsOfMap> {
  if (typeof declared !== 'object' || declared === null || Array.isArray(declared))
    throw new InvalidMapError('outcomes: must be a JSON object; {} reads what the connector reads by itself');
  return readChecked(partsOfMap, declared, Number.POSITIVE_INFINITY);
}

const FIELDS = ['amount', 'quantity', 'name', 'owner', 'agent'] as const;

/** The item with the fields that its kind takes: one mapping serves several kinds. */
function fitting(of: OutcomeKind, item: object): object {
  const { needs, takes } = FIELDS_OF_KIND[of];
  const left = new Set<string>(FIELDS.filter((field) => !needs.includes(field) && !takes.includes(field)));
  if (left.has('amount') || !Object.hasOwn(item, 'amount')) left.add('currency');
  return Object.fromEntries(Object.entries(item).filter(([field]) => !left.has(field)));
}
