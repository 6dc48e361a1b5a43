/** A dimension as queries name it. */
interface Named {
  readonly field: string;
  readonly enumValue: string;
}

/** A query with variables that ships as a trusted document. */
export interface ExampleDocument {
  readonly query: string;
  /**
   * What variables are at `/bi` where the address does not give them: moments as `newest`, so that a historical record
   * shows its data.
   */
  readonly defaults: Readonly<Record<string, string>>;
}

const SCORE = 'score low high responses promoters passives detractors';

/** The example queries with variables instead of values: for programs that send hashes, and for `/bi`. */
export function exampleDocuments(dimensions: readonly Named[]): ExampleDocument[] {
  const fields = dimensions.map(({ field }) => field).join(' ');
  return [
    ...dimensions.map(({ field, enumValue }) => ({
      query: `query NpsBy${capital(field)}(
  $segment: SegmentInput, $window: Duration! = "P12W", $asOf: DateTime
  $basis: Basis! = SURVEYED, $confidence: Float! = 0.95, $timeZone: String! = "UTC"
) {
  nps(
    segment: $segment, window: $window, asOf: $asOf, groupBy: [${enumValue}]
    basis: $basis, confidence: $confidence, timeZone: $timeZone
  ) {
    ${field} score low high method responses
  }
}`,
      defaults: { asOf: 'newest' },
    })),
    {
      query: `query NpsSeries(
  $segment: SegmentInput, $from: DateTime!, $to: DateTime!, $every: Granularity! = DAY, $rolling: Duration
  $groupBy: [Dimension!]! = [], $basis: Basis! = SURVEYED, $confidence: Float! = 0.95, $timeZone: String! = "UTC"
) {
  npsSeries(
    segment: $segment, from: $from, to: $to, every: $every, rolling: $rolling
    groupBy: $groupBy, basis: $basis, confidence: $confidence, timeZone: $timeZone
  ) {
    time until ${fields} ${SCORE}
  }
}`,
      defaults: { from: 'newest-P90D', to: 'newest' },
    },
    {
      query: `query NpsChange(
  $segment: SegmentInput, $beforeFrom: DateTime!, $beforeTo: DateTime!, $afterFrom: DateTime!, $afterTo: DateTime!
  $basis: Basis! = SURVEYED, $confidence: Float! = 0.95
) {
  npsChange(
    segment: $segment, beforeFrom: $beforeFrom, beforeTo: $beforeTo, afterFrom: $afterFrom, afterTo: $afterTo
    basis: $basis, confidence: $confidence
  ) {
    before { score responses } after { score responses }
    difference low high pValue
  }
}`,
      defaults: {
        beforeFrom: 'newest-P60D',
        beforeTo: 'newest-P30D',
        afterFrom: 'newest-P30D',
        afterTo: 'newest',
      },
    },
    {
      query: `query LatestResponses($segment: SegmentInput, $to: DateTime, $first: Int! = 3) {
  responses(segment: $segment, to: $to, first: $first) {
    edges { node { id answeredAt score scale class ${fields} comment } }
  }
}`,
      defaults: {},
    },
    {
      query: `query Responses(
  $segment: SegmentInput, $from: DateTime, $to: DateTime, $first: Int! = 500, $after: String
) {
  responses(segment: $segment, from: $from, to: $to, first: $first, after: $after) {
    edges { node { id externalId source answeredAt receivedAt score scale class ${fields} comment } }
    pageInfo { hasNextPage endCursor }
  }
}`,
      defaults: {},
    },
    {
      query: `query OneScore(
  $segment: SegmentInput, $window: Duration! = "P12W", $asOf: DateTime, $basis: Basis! = SURVEYED
) {
  nps(segment: $segment, window: $window, asOf: $asOf, basis: $basis) {
    id time until ${SCORE}
  }
}`,
      defaults: { asOf: 'newest' },
    },
  ];
}

const capital = (field: string): string => field.charAt(0).toUpperCase() + field.slice(1);
