import { HOUR_MS, zoneClock } from '../../domain/zone-clock.ts';

/** What a field costs: 1 point is about 50 µs of the server's time. */
export interface FieldCost {
  /** From the arguments and what is asked for inside; never from what there is to answer with. */
  readonly points: (args: Readonly<Record<string, unknown>>, inside: number) => number;
  /** The same in words. */
  readonly says: string;
}

const fixed = (points: number): FieldCost => ({ points: (_, inside) => points + inside, says: `${points}` });

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);
const firstOf = ({ first }: Readonly<Record<string, unknown>>): number =>
  typeof first === 'number' && first > 0 ? first : 0;

const paged = (points: number, each: number): FieldCost => ({
  points: (args, inside) => points + firstOf(args) * (each + inside),
  says: `${points}, and ${each} and what is asked inside for each of \`first\``,
});

/** A list of the schema's own description, by about how many there are of it. */
const described = (items: number): FieldCost => ({
  points: (_, inside) => items / 5 + items * inside,
  says: `${items / 5}, and ${items} times what is asked inside`,
});

/** How many cells a grouping meets is hidden, so each dimension counts for the same. */
const grouped = (args: Readonly<Record<string, unknown>>): number => 2 ** lengthOf(args['groupBy']);
const GROUPED = 'doubled by each dimension of `groupBy`';

/** Items of lists that one point pays for. */
export const ITEMS_A_POINT = 20;

/** What the items of the lists among a field's arguments cost, beside what the field itself does. */
export const listed = (items: number): number => Math.floor(items / ITEMS_A_POINT);

/** What preparing and answering an operation costs by the fields that it unfolds to, beside what each field does. */
export const unfolding = (fields: number): number => Math.floor(fields / FIELDS_A_POINT);
export const FIELDS_A_POINT = 20;

/** Characters of a segment's values that the id of a row repeats for nothing, and then for a point in 20 rows. */
const SEGMENT_CHARACTERS = 400;

/** How many times as much a row costs whose id spells a long segment. */
function spelling({ segment }: Readonly<Record<string, unknown>>): number {
  let characters = 0;
  for (const values of Object.values((segment as Record<string, unknown> | null | undefined) ?? {}))
    if (Array.isArray(values)) for (const value of values) characters += String(value).length;
  return 1 + Math.floor(characters / SEGMENT_CHARACTERS);
}

const BUCKET_MS: Readonly<Record<string, number>> = {
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
  WEEK: 7 * 86_400_000,
  MONTH: 28 * 86_400_000,
};

function bucketsOf({ from, to, every }: Readonly<Record<string, unknown>>): number {
  const span = momentOf(to) - momentOf(from);
  const width = BUCKET_MS[String(every)] ?? 86_400_000;
  // What makes no sense is for the resolver to say.
  return Number.isFinite(span) && span > 0 ? Math.ceil(span / width) : 0;
}

/** Of a DateTime argument as the scalar hands it on. */
function momentOf(input: unknown): number {
  const value = (input as { value?: Date | null } | null | undefined)?.value;
  return value instanceof Date ? value.getTime() : Number.NaN;
}

/** Days of a zone are sums of hours; minutes, and hours that a zone's offset splits, are counted from the responses themselves. */
const ZONED = 3;
const SPLIT = 6;

/** How many times as much as whole days or hours of UTC the buckets cost. */
function reading({ from, to, every, timeZone }: Readonly<Record<string, unknown>>): number {
  if (every === 'MINUTE') return SPLIT;
  if (typeof timeZone !== 'string' || timeZone === 'UTC') return 1;
  try {
    const clock = zoneClock(timeZone);
    const isSplit = [momentOf(from), momentOf(to)].some((time) => clock(time) % HOUR_MS !== 0);
    return isSplit ? SPLIT : every === 'HOUR' ? 1 : ZONED;
  } catch {
    // That there is no such zone is for the resolver to say.
    return 1;
  }
}

/** Root fields that are not listed. */
export const UNLISTED: Readonly<Record<string, FieldCost>> = {
  Query: fixed(10),
  Mutation: fixed(20),
  Subscription: fixed(20),
};

/** By "Type.field"; what is not listed here costs what is asked for inside it. */
export const COSTS: Readonly<Record<string, FieldCost>> = {
  'Query.nps': { points: (args) => 5 * grouped(args), says: `5, ${GROUPED}` },
  'Query.npsSeries': {
    points: (args) =>
      (5 + (bucketsOf(args) * (spelling(args) - 1 + reading(args))) / 20) *
      grouped(args) *
      (args['rolling'] ? 2 : 1),
    says: `5, and for every 20 buckets 1 (${ZONED} for days, weeks and months of a zone, ${SPLIT} for minutes and where the zone's offset splits hours) and 1 more for each ${SEGMENT_CHARACTERS} characters of the segment's values; doubled with \`rolling\`, ${GROUPED}`,
  },
  'Query.npsChange': fixed(10),
  'Query.responses': paged(5, 0.1),
  'Query.node': fixed(2),
  'Query.trace': paged(10, 0.2),
  'Query.impact': paged(20, 0.2),
  'Impact.decisions': fixed(1),
  'Impact.alerts': fixed(1),
  'Query.path': fixed(50),
  'Query.reviewQueue': paged(5, 0.2),
  'Query.verify': fixed(200),
  'Query.exportProof': fixed(500),
  'Query.classify': {
    points: (args, inside) => lengthOf(args['texts']) * (10 + inside),
    says: '10 and what is asked inside for each text',
  },
  'Query.modelVersions': {
    points: (_, inside) => 5 + 5 * inside,
    says: '5, and five times what is asked inside',
  },
  // A document of up to 10,000 nodes; up to 50,000 entries of the journal.
  'Query.provenance': fixed(2_000),
  'Query.npsAsKnownAt': fixed(2_000),
  'Query.modelQuality': fixed(50),
  'Query.modelComparison': fixed(100),
  'Query.modelReadings': paged(5, 0.05),
  'Query.viewer': fixed(1),
  'Mutation.submitResponses': {
    points: (args, inside) => 1 + 2 * lengthOf(args['input']) + inside,
    says: '1, and 2 for each item',
  },
  'Mutation.trainModel': fixed(2_000),
  'Mutation.reproducePrediction': fixed(40),
  'Mutation.changeKeys': fixed(500),
  'Query.subject': fixed(100),
  'Query.auditLog': paged(5, 0.1),
  'Query.erasures': paged(10, 0.2),
  'Query.deletionRecords': paged(5, 0.1),
  'Mutation.eraseSubject': fixed(200),
  'Subscription.npsUpdates': {
    points: (args) => 10 * grouped(args),
    says: `10 to begin, ${GROUPED}; updates cost nothing`,
  },
  '__Schema.types': described(100),
  '__Schema.directives': described(5),
  '__Type.fields': described(8),
  '__Type.inputFields': described(3),
  '__Type.enumValues': described(3),
  '__Type.interfaces': described(2),
  '__Type.possibleTypes': described(5),
  '__Field.args': described(2),
  '__Directive.args': described(2),
  'Response.prediction': fixed(1),
  'Prediction.explanation': fixed(10),
};

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
} as const;
