import { type FieldCost, GROUPED, grouped, lengthOf, SCORE_COSTS, VALUES_COST } from './score-costs.ts';

const fixed = (points: number): FieldCost => ({ points: (_, inside) => points + inside, says: `${points}` });

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

/** Items of lists that one point pays for. */
export const ITEMS_A_POINT = 20;

/** What the items of the lists among a field's arguments cost, beside what the field itself does. */
export const listed = (items: number): number => Math.floor(items / ITEMS_A_POINT);

/** What preparing and answering an operation costs by the fields that it unfolds to, beside what each field does. */
export const unfolding = (fields: number): number => Math.floor(fields / FIELDS_A_POINT);
export const FIELDS_A_POINT = 20;

/** Root fields that are not listed. */
export const UNLISTED: Readonly<Record<string, FieldCost>> = {
  Query: fixed(10),
  Mutation: fixed(20),
  Subscription: fixed(20),
};

/** By "Type.field"; what is not listed here costs what is asked for inside it. */
export const COSTS: Readonly<Record<string, FieldCost>> = {
  'Query.nps': SCORE_COSTS.nps,
  'Query.npsSeries': SCORE_COSTS.npsSeries,
  'Query.dimensionValues': VALUES_COST,
  'NpsRow.change': fixed(5),
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
  /** Kept compressed; it is long to send. */
  '/console.json': 20,
} as const;
