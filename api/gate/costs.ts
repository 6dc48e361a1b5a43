import type { GraphQLField } from 'graphql';
import type { FieldCost } from './score-costs.ts';

/** The same for every call, plus the fields inside. */
export const fixed = (points: number): FieldCost => ({
  points: (_, inside) => points + inside,
  says: `${points}`,
});

const firstOf = ({ first }: Readonly<Record<string, unknown>>): number =>
  typeof first === 'number' && first > 0 ? first : 0;

/** A page of a list: a base, plus an amount per item of `first`. */
export const paged = (points: number, each: number): FieldCost => ({
  points: (args, inside) => points + firstOf(args) * (each + inside),
  says: `${points}, and ${each} and what is asked inside for each of \`first\``,
});

/** A list of the schema's own description, by its approximate length. */
const described = (items: number): FieldCost => ({
  points: (_, inside) => items / 5 + items * inside,
  says: `${items / 5}, and ${items} times what is asked inside`,
});

/** List items per point. */
export const ITEMS_A_POINT = 20;

/** The cost of the items of the lists among a field's arguments, besides the field itself. */
export const listed = (items: number): number => Math.floor(items / ITEMS_A_POINT);

/**
 * The cost of preparing and answering an operation by its fields after expansion, besides the fields
 * themselves.
 */
export const unfolding = (fields: number): number => Math.floor(fields / FIELDS_A_POINT);
export const FIELDS_A_POINT = 20;

/** Root fields without a cost of their own. */
const UNLISTED: Readonly<Record<string, FieldCost>> = {
  Query: fixed(10),
  Mutation: fixed(20),
  Subscription: fixed(20),
};

/** By "Type.field": the schema's own description, whose fields cannot be tagged. */
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

/** The cost of a field: its tag, else that of its kind. Undefined for a field that costs what is inside it. */
export function fieldCost(
  type: string,
  field: Pick<GraphQLField<unknown, unknown>, 'name' | 'extensions'>,
): FieldCost | undefined {
  const tagged = field.extensions['cost'] as FieldCost | undefined;
  return tagged ?? INTROSPECTION_COSTS[`${type}.${field.name}`] ?? UNLISTED[type];
}

/**
 * The cost of a body of /ingest, by its bytes: an item of 400 bytes takes about 200 µs of server time besides
 * the database, so 4 points.
 */
export const INGEST_COST = { request: 10, bytes: 100 } as const;

/** The cost of looking at a file before its import, by the bytes of the file: a tenth of storing its rows, and at most as much as the time that it may take. */
export const PREVIEW_COST = { bytes: 1_000, most: 100_000 } as const;

/** The costs of paths beside /graphql; they are read by GET, except where the path begins with another method. */
export const ROUTE_COSTS = {
  /** As much as verifying the score and tracing 2,000 of its nodes. */
  '/reports/score/ID': 700,
  '/audit/export': 1_000,
  '/metrics': 100,
  /** Names of documents; the files themselves cost what their operations do. */
  '/bi': 20,
  /** Cached in compressed form; sending it takes long. */
  '/console.json': 20,
  /** A message of the Model Context Protocol; what a tool executes is charged as at /graphql. */
  'POST /mcp': 10,
  /** A session, and a row of the audit log. */
  'POST /session': 200,
} as const;
