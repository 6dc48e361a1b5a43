import type { GraphQLField } from 'graphql';
import type { FieldCost } from './score-costs.ts';

/** The same for every call, and what is asked inside. */
export const fixed = (points: number): FieldCost => ({
  points: (_, inside) => points + inside,
  says: `${points}`,
});

const firstOf = ({ first }: Readonly<Record<string, unknown>>): number =>
  typeof first === 'number' && first > 0 ? first : 0;

/** A page of a list: so much to begin, and so much for each of `first`. */
export const paged = (points: number, each: number): FieldCost => ({
  points: (args, inside) => points + firstOf(args) * (each + inside),
  says: `${points}, and ${each} and what is asked inside for each of \`first\``,
});

/** A list of the schema's own description, by about how many there are of it. */
const described = (items: number): FieldCost => ({
  points: (_, inside) => items / 5 + items * inside,
  says: `${items / 5}, and ${items} times what is asked inside`,
});

/** Items of lists that one point pays for. */
export const ITEMS_A_POINT = 20;

/** What the items of the lists among a field's arguments cost, beside what the field itself does. */
export const listed = (items: number): number => Math.floor(items / ITEMS_A_POINT);

/** What preparing and answering an operation costs by the fields that it unfolds to, beside what each field does. */
export const unfolding = (fields: number): number => Math.floor(fields / FIELDS_A_POINT);
export const FIELDS_A_POINT = 20;

/** Root fields without a cost of their own. */
const UNLISTED: Readonly<Record<string, FieldCost>> = {
  Query: fixed(10),
  Mutation: fixed(20),
  Subscription: fixed(20),
};

/** By "Type.field": the schema's own description, whose fields are not ours to tag. */
export const INTROSPECTION_COSTS: Readonly<Record<string, FieldCost>> = {
  '__Schema.types': described(100),
  '__Schema.directives': described(5),
  '__Type.fields': described(8),
  '__Type.inputFields': described(3),
  '__Type.enumValues': described(3),
  '__Type.interfaces': described(2),
  '__Type.possibleTypes': described(5),
  '__Field.args': described(2),
  '__Directive.args': described(2),
};

/** What the field costs: its tag, else that of its kind. Undefined of a field that costs what is asked for inside it. */
export function fieldCost(
  type: string,
  field: Pick<GraphQLField<unknown, unknown>, 'name' | 'extensions'>,
): FieldCost | undefined {
  const tagged = field.extensions['cost'] as FieldCost | undefined;
  return tagged ?? INTROSPECTION_COSTS[`${type}.${field.name}`] ?? UNLISTED[type];
}

/**
 * What is handed in at /ingest, by the bytes of its body: an item of 400 bytes takes about 200 µs of the server beside the
 * database, so 4 points.
 */
export const INGEST_COST = { request: 10, bytes: 100 } as const;

/** Paths beside /graphql that read what operations could, by what they cost. */
export const ROUTE_COSTS = {
  /** As much as verifying the score and tracing 2,000 nodes of it. */
  '/reports/score/ID': 700,
  '/audit/export': 1_000,
  '/metrics': 100,
  /** Kept compressed; it is long to send. */
  '/console.json': 20,
} as const;
