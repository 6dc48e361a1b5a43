import { DateTime } from 'luxon';

export interface ExampleQuery {
  readonly name: string;
  readonly query: string;
}

/** A dimension as queries name it. */
interface Named {
  readonly field: string;
  readonly enumValue: string;
}

/** What the examples are about: so that they show what is there. */
export interface ExampleFacts {
  readonly dimensions: readonly Named[];
  /** Where windows end; null: at the present. */
  readonly end: Date | null;
  /** Epoch milliseconds. */
  readonly now: number;
  /** A value of each dimension, by field. */
  readonly values: Readonly<Record<string, string>>;
}

const ZONE = 'Europe/Berlin';
const iso = (time: DateTime): string => time.toUTC().toISO({ suppressMilliseconds: true }) ?? '';

/** The queries that the README shows, each a tab of the console, for a record: its dimensions, and windows that end where its answers do. */
export function exampleQueries({ dimensions, end, now, values }: ExampleFacts): ExampleQuery[] {
  const [first, second] = chosen(dimensions);
  // The last moment that windows show: the end of a month belongs to that month.
  const last = end === null ? now : end.getTime() - 1;
  const asOf = end === null ? '' : `, asOf: ${text(iso(DateTime.fromJSDate(end)))}`;
  const until = end === null ? '' : `, to: ${text(iso(monthOf(last, 'UTC', 1)))}`;
  const segment = [second, first]
    .filter((one, i, all) => all.indexOf(one) === i && values[one.field] !== undefined)
    .map(({ field }) => `${field}: [${text(values[field] as string)}]`)
    .join(', ');
  const groups = [...new Set([second.field, first.field])].join(' ');
  return [
    {
      name: `NpsBy${capital(first.field)}`,
      query: `query NpsBy${capital(first.field)} {
  nps(window: "P12W"${asOf}, groupBy: [${first.enumValue}]) {
    ${first.field} score low high method responses
  }
}`,
    },
    {
      name: 'NpsSeries',
      query: `query NpsSeries {
  npsSeries(from: "${iso(monthOf(last, ZONE, -2))}", to: "${iso(monthOf(last, ZONE, 1))}", every: MONTH, timeZone: "${ZONE}") {
    time score low high responses
  }
}`,
    },
    {
      name: 'NpsChange',
      query: `query NpsChange {
  npsChange(
    beforeFrom: "${iso(monthOf(last, 'UTC', -2))}", beforeTo: "${iso(monthOf(last, 'UTC', -1))}"
    afterFrom: "${iso(monthOf(last, 'UTC', -1))}", afterTo: "${iso(end === null ? DateTime.fromMillis(now).startOf('hour') : DateTime.fromJSDate(end))}"
  ) {
    before { score responses } after { score responses }
    difference low high pValue
  }
}`,
    },
    {
      name: 'LatestResponses',
      query: `query LatestResponses {
  responses(first: 3${until}) {
    edges { node { id answeredAt score scale class ${groups} comment } }
    pageInfo { hasNextPage endCursor }
  }
}`,
    },
    {
      name: 'OneScore',
      query: `query OneScore {
  nps(
    window: "P12W"${asOf}${segment === '' ? '' : `\n    segment: { ${segment} }`}
  ) {
    id score responses
  }
}`,
    },
    ...UNCHANGING,
    {
      name: 'Live',
      query: `subscription Live {
  npsUpdates(window: "PT6H", groupBy: [${second.enumValue}]) {
    position
    row { ${second.field} score low high responses until }
  }
}`,
    },
  ];
}

const UNCHANGING: readonly ExampleQuery[] = [
  {
    name: 'WhereFrom',
    query: `query WhereFrom($id: ID!) {
  trace(id: $id, first: 12) {
    nodes { depth kind label }
    complete
  }
}`,
  },
  {
    name: 'Classify',
    query: `query Classify {
  classify(texts: ["The app crashes every time I open a report."]) {
    class detractor sentiment negative
    themes { theme probability }
    explanation(head: SENTIMENT) { token share }
  }
}`,
  },
];

/** What is grouped by first and what beside it: region and product line where there are such. */
function chosen(dimensions: readonly Named[]): [Named, Named] {
  const named = (field: string) => dimensions.find((one) => one.field === field);
  const first = named('region') ?? (dimensions[0] as Named);
  const second = named('productLine') ?? dimensions.find((one) => one !== first) ?? first;
  return [first, second];
}

/** The start of the month of a moment in that zone, and so many months later. */
function monthOf(moment: number, zone: string, later: number): DateTime {
  return DateTime.fromMillis(moment, { zone }).startOf('month').plus({ months: later });
}

const capital = (field: string): string => field.charAt(0).toUpperCase() + field.slice(1);
/** As GraphQL writes a text: JSON's way is one of its own. */
const text = (value: string): string => JSON.stringify(value);

/** As the README shows them: over the export in examples/. */
export const EXAMPLE_QUERIES: readonly ExampleQuery[] = exampleQueries({
  dimensions: [
    { field: 'productLine', enumValue: 'PRODUCT_LINE' },
    { field: 'region', enumValue: 'REGION' },
  ],
  end: new Date('2026-10-21T00:00:00Z'),
  now: Date.parse('2026-11-01T00:00:00Z'),
  values: { productLine: 'Payments', region: 'Germany' },
});
