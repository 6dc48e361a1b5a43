import { loadPolicies } from '../api/access/policies.ts';
import { scopesUnder } from '../api/access/scope-of.ts';
import { EVERYTHING, type Scope } from '../domain/access/scope.ts';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../domain/segments/dimensions.ts';
import { createScopedReader } from '../store/access/scoped-views.ts';
import { type ScopedSession, unscoped } from '../store/database/client.ts';
import { openPostgres } from '../store/database/postgres.ts';
import { StoredCellDictionary } from '../store/responses/cell-dictionary.ts';
import { readScores, type ScoreWindow } from '../store/scores/scores.ts';
import { figure, median, type Place, type Report } from './kit/report.ts';
import { fillDays } from './series.ts';

const ROUNDS = 7;
const ROUND_MS = 3_000;
const AT_ONCE = 10;
const DAY_MS = 86_400_000;
const FROM = Date.parse('2025-06-01T00:00:00Z');
const AIM = 0.9;

/**
 * The same series with access control off (the administrator's scope in the program, the owner's rights in the database) and on
 * (an analyst of half the regions under the shipped policies, behind the views).
 */
export async function scopes({ databaseUrl }: Place): Promise<Report> {
  const filled = await fillDays(databaseUrl);
  const store = openPostgres(databaseUrl, () => undefined);
  const cells = new StoredCellDictionary();
  await cells.refresh(store);
  const scopedReader = createScopedReader({ store, cells, now: Date.now });
  const policies = await loadPolicies('policies', defineDimensions(DEFAULT_DIMENSIONS));
  const regions = [...new Set(filled.map(({ attributes }) => attributes.region))].slice(0, 5);
  const analyst = scopesUnder(policies, 5)('analyst', { region: regions });
  const seen = filled.filter(({ attributes }) => regions.includes(attributes.region)).slice(0, 100);
  const contenders: { name: string; scope: Scope; session: ScopedSession }[] = [
    { name: 'off', scope: EVERYTHING, session: unscoped(store, 'measured without views') },
    {
      name: 'on: scope in the program alone',
      scope: analyst,
      session: unscoped(store, 'measured without views'),
    },
    { name: 'on: scope, and views of the reader', scope: analyst, session: scopedReader.as(analyst) },
  ];
  const windows: ScoreWindow[] = Array.from({ length: 90 }, (_, day) => ({
    from: FROM + day * DAY_MS,
    until: FROM + (day + 1) * DAY_MS,
  }));
  const ask = async ({ scope, session }: (typeof contenders)[number], i: number) => {
    const { attributes } = seen[i % seen.length] as (typeof seen)[number];
    const segment = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, [value]]));
    const query = { segment, basis: 'SURVEYED' as const, confidence: 0.95, groupBy: [], windows };
    return readScores({ store: session, record: store, cells, now: Date.now }, scope, query);
  };
  const answers = await Promise.all(
    contenders.map(async (one) => JSON.stringify((await ask(one, 3)).map(({ counts }) => counts))),
  );
  if (new Set(answers).size !== 1) throw new Error('the answers differ');
  const rate = async (contender: (typeof contenders)[number], length: number) => {
    const end = performance.now() + length;
    let done = 0;
    const worker = async (offset: number) => {
      for (let i = offset; performance.now() < end; i += AT_ONCE, done++) await ask(contender, i);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, (_, offset) => worker(offset)));
    return (1_000 * done) / length;
  };
  for (const contender of contenders) await rate(contender, 1_000);
  const rates = contenders.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, contender] of contenders.entries()) rates[i]?.push(await rate(contender, ROUND_MS));
  await store.close();
  // Rounds that lie beside each other share what else the machine does.
  const ratios = rates.map((own) => median(own.map((one, round) => one / (rates[0]?.[round] ?? Number.NaN))));
  const found = ratios.at(-1) ?? Number.NaN;
  return {
    title: 'the same series with access control on and off',
    method:
      `90 daily points of one cell in turn out of 100, out of a million daily rows, read by the function behind npsSeries, ${AT_ONCE} at once, ` +
      `${ROUNDS} rounds of ${ROUND_MS / 1_000} s in turn; ratio: median over the rounds.`,
    columns: ['access control', 'series/s', 'ratio to off'],
    rows: contenders.map(({ name }, i) => [
      name,
      figure(median(rates[i] ?? [])),
      figure(ratios[i] ?? Number.NaN),
    ]),
    bars: [{ aim: `at least ${AIM} of the rate without`, found: figure(found), met: found >= AIM }],
  };
}
