/* The books of a drill, and the check that they agree. Nothing here knows how they were read. */

/** An answer in the version that is in force. */
export interface Entry {
  readonly externalId: string;
  readonly score: number;
  readonly answeredAt: number;
  readonly region: string;
}

/** What was counted into one bucket. */
export interface Bucket {
  readonly level: 'hour' | 'day';
  readonly from: number;
  readonly region: string;
  readonly promoters: number;
  readonly passives: number;
  readonly detractors: number;
  readonly responses: number;
}

export interface Books {
  /** What the sender was answered success for, its newest revision each. */
  readonly accepted: readonly Entry[];
  /** The respondent of each, by what the sender stated of persons and merges. */
  readonly persons: ReadonlyMap<string, string>;
  /** Rows of the database. */
  readonly stored: readonly Entry[];
  /** What callers are shown. */
  readonly shown: readonly { readonly externalId: string; readonly respondent: string }[];
  /** Nodes of the graph, once for each rollup that counts them. */
  readonly graph: readonly { readonly externalId: string; readonly hour: number | null }[];
  readonly rollups: readonly Bucket[];
  /** Responses of the score over everything. */
  readonly total: number;
}

const HOUR_MS = 3_600_000;
const LENGTH = { hour: HOUR_MS, day: 24 * HOUR_MS };
/** Findings of one kind that are listed; the others are counted. */
const LISTED = 5;

/** Where the books disagree, in words; empty: accepted = stored = shown = in the graph = sum of the rollups, and none twice. */
export function disagreements(books: Books): string[] {
  const { accepted, persons, stored, shown, graph, rollups, total } = books;
  const facts = ({ score, answeredAt, region }: Entry) =>
    `score ${score} at ${new Date(answeredAt).toISOString()} in ${region}`;
  const hourOf = (at: number) => `hour ${Math.floor(at / HOUR_MS)}`;
  return [
    ...compare('stored', pairs(accepted, facts), pairs(stored, facts)),
    ...compare(
      'shown',
      accepted.map(({ externalId }) => [externalId, persons.get(externalId) ?? 'no one']),
      pairs(shown, ({ respondent }) => respondent),
    ),
    ...compare(
      'in the graph',
      pairs(accepted, ({ answeredAt }) => hourOf(answeredAt)),
      pairs(graph, ({ hour }) => (hour === null ? 'not counted' : `hour ${hour}`)),
    ),
    ...compare('counted', counted(accepted), rolledUp(rollups)),
    ...(total === accepted.length ? [] : [`the score counts ${total} answers of ${accepted.length}`]),
  ];
}

type Fact = readonly [name: string, value: string];

const pairs = <T extends { readonly externalId: string }>(all: readonly T[], value: (one: T) => string) =>
  all.map((one): Fact => [one.externalId, value(one)]);

function compare(where: string, expected: readonly Fact[], found: readonly Fact[]): string[] {
  const wanted = new Map(expected);
  const seen = new Map<string, string>();
  const twice: string[] = [];
  const other: string[] = [];
  const foreign: string[] = [];
  for (const [name, value] of found) {
    if (seen.has(name)) twice.push(`${name} is twice ${where}`);
    seen.set(name, value);
    const right = wanted.get(name);
    if (right === undefined) foreign.push(`${name} is ${where} (${value}) and was not accepted`);
    else if (right !== value) other.push(`${name} is ${where} with ${value} instead of ${right}`);
  }
  const lost = expected
    .filter(([name]) => !seen.has(name))
    .map(([name, value]) => `${name} (${value}) is not ${where}`);
  return [lost, twice, foreign, other].flatMap(shortened);
}

const shortened = (findings: readonly string[]) =>
  findings.length <= LISTED
    ? findings
    : [...findings.slice(0, LISTED), `${findings.length - LISTED} more, such as: ${findings[LISTED]}`];

function counted(entries: readonly Entry[]): Fact[] {
  const buckets = new Map<string, [number, number, number]>();
  for (const { score, answeredAt, region } of entries)
    for (const level of ['hour', 'day'] as const) {
      const name = nameOf({ level, region, from: Math.floor(answeredAt / LENGTH[level]) * LENGTH[level] });
      const sums = buckets.get(name) ?? [0, 0, 0];
      sums[score >= 9 ? 0 : score >= 7 ? 1 : 2]++;
      buckets.set(name, sums);
    }
  return [...buckets].map(([name, sums]) => [name, sumsOf(sums)]);
}

const rolledUp = (rollups: readonly Bucket[]) =>
  rollups
    .filter(({ responses, promoters, passives, detractors }) =>
      [responses, promoters, passives, detractors].some((count) => count !== 0),
    )
    .map((bucket): Fact => {
      const { promoters, passives, detractors, responses } = bucket;
      return [nameOf(bucket), sumsOf([promoters, passives, detractors], responses)];
    });

const nameOf = ({ level, from, region }: Pick<Bucket, 'level' | 'from' | 'region'>) =>
  `the ${level} ${new Date(from).toISOString().slice(0, 13)} of ${region}`;
const sumsOf = ([promoters, passives, detractors]: readonly [number, number, number], all?: number) =>
  `${promoters} + ${passives} + ${detractors} = ${all ?? promoters + passives + detractors}`;
