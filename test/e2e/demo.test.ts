import { expect, it } from 'vitest';
import { until } from '../fixtures/patience.ts';
import { runProgram } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* What a first visit is offered: the example, and the demo as the command and the dashboard start it. */

const server = useServer({ keys: ['analyst'] });
/** A server on a database of its own has no lock that it is found by. */
const run = async (...args: string[]) => {
  const url = server.instance.env['DATABASE_URL'] ? ['--url', server.url] : [];
  return runProgram(['demo', ...args, ...url], server.instance.env).finished;
};

interface Row {
  readonly score: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly responses: number;
}
const FIELDS = '{ score low high responses }';
const DAY_MS = 86_400_000;

interface DemoNow {
  readonly state: string;
  readonly answers: number;
  readonly progress: number;
  readonly liveUntil: string | null;
  readonly import: {
    readonly id: string;
    readonly startedAt: string;
    readonly accepted: number;
  };
}
const DEMO =
  '{ state answers progress liveUntil import { id source startedAt accepted duplicates rejected } }';
const demo = async () => (await server.graphql<{ demo: DemoNow }>(`{ demo ${DEMO} }`)).data.demo;
const start = async (args = '') =>
  (await server.graphql<{ startDemo: DemoNow }>(`mutation { startDemo${args} ${DEMO} }`)).data.startDemo;
/** The answer to one operation of a role. */
async function ask(query: string, role = 'admin'): Promise<unknown> {
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.keys[role]}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return answer.json();
}
const total = async () => {
  const { data } = await server.graphql<{ nps: Row[] }>(`{ nps(window: "P300D") ${FIELDS} }`);
  return data.nps[0] as Row;
};

/** Whether there are outcomes, and how many change events. */
const facts = async () => {
  interface Page {
    readonly edges: readonly object[];
  }
  const { data } = await server.graphql<{ outcomes: Page; changes: Page }>(
    '{ outcomes(first: 1) { edges { node { id } } } changes(first: 9) { edges { node { id } } } }',
  );
  return { outcomes: data.outcomes.edges.length, changes: data.changes.edges.length };
};

/** Two windows of a segment, in days before the start of the demo, on whole hours. */
async function change(segment: object, before: readonly [number, number], after: readonly [number, number]) {
  const anchor = new Date((await demo()).import.startedAt).getTime();
  const at = (day: number) =>
    new Date(Math.floor((anchor + day * DAY_MS) / 3_600_000) * 3_600_000).toISOString();
  const { data } = await server.graphql<{ npsChange: { before: Row; after: Row } }>(
    `query ($s: SegmentInput, $a: DateTime!, $b: DateTime!, $c: DateTime!, $d: DateTime!) {
      npsChange(segment: $s, beforeFrom: $a, beforeTo: $b, afterFrom: $c, afterTo: $d) { before ${FIELDS} after ${FIELDS} } }`,
    { s: segment, a: at(before[0]), b: at(before[1]), c: at(after[0]), d: at(after[1]) },
  );
  return data.npsChange;
}

it('the example is imported once, by callers who may administer', async () => {
  const load = 'mutation { loadExample { id name source rows accepted duplicates rejected leftOut } }';
  const first = await server.graphql<{ loadExample: { id: string } }>(load);
  expect(first.data.loadExample).toMatchObject({
    name: 'survey-export.csv',
    source: 'Example survey export',
    ...{ rows: 60, accepted: 56, duplicates: 1, rejected: 3, leftOut: 0 },
  });
  const again = await server.graphql<{ loadExample: { id: string } }>(load);
  expect(again.data.loadExample.id).toBe(first.data.loadExample.id);
  expect((await total()).responses).toBe(56);
  for (const query of [
    load,
    'mutation { startDemo { state } }',
    'mutation { stopDemo { state } }',
    '{ demo { state } }',
  ]) {
    const refused = await ask(query, 'analyst');
    expect(refused).toMatchObject({ errors: [{ message: expect.stringMatching(/may not/) }] });
  }
});

it('the command fills half a year with both stories, goes on where a server ended, and adds nothing twice', async () => {
  const before = await total();
  expect(await facts()).toEqual({ outcomes: 0, changes: 0 });
  expect(await demo()).toMatchObject({ state: 'ABSENT', answers: 0, import: null });
  await start();
  await until(async () => (await demo()).answers >= 1_000, 'a part is filled');
  await server.stop();
  await server.start();
  const interrupted = await demo();
  expect(interrupted).toMatchObject({ state: 'INTERRUPTED' });
  const filled = await run('--history-only');
  expect([filled.code, filled.output]).toEqual([0, expect.stringMatching(/the history is filled: \d{5} /)]);
  const now = await demo();
  expect(now).toMatchObject({
    ...{ state: 'FILLED', progress: 1, liveUntil: null },
    import: { id: interrupted.import.id, accepted: now.answers, duplicates: 0, rejected: 0 },
  });
  const after = await total();
  expect(after.responses - before.responses).toBeGreaterThan(19_000);
  expect(after.responses - before.responses).toBeLessThan(21_000);

  expect(await facts()).toEqual({ outcomes: 1, changes: 2 });
  // Intervals that do not overlap.
  const release = await change(
    { region: ['Germany'], lifecycleStage: ['onboarding'] },
    [-90, -45],
    [-45, -20],
  );
  expect(release.after.high).toBeLessThan(release.before.low as number);
  const repair = await change({ region: ['Germany'], lifecycleStage: ['onboarding'] }, [-45, -20], [-10, 0]);
  expect(repair.after.score).toBeGreaterThan(repair.before.score as number);
  const price = await change({ lifecycleStage: ['renewal'] }, [-180, -100], [-100, 0]);
  expect(price.after.high).toBeLessThan(price.before.low as number);
  // And where nothing is planted, they do.
  const elsewhere = await change({ lifecycleStage: ['active'] }, [-90, -45], [-45, -20]);
  expect(elsewhere.after.high).toBeGreaterThan(elsewhere.before.low as number);

  expect((await run('--history-only')).code).toBe(0);
  expect(await demo()).toEqual(now);
  expect(await total()).toEqual(after);
  const other = await run('--history-only', '--seed', '2');
  expect([other.code, other.output]).toEqual([1, expect.stringMatching(/loaded with another seed/)]);
});

it('live answers follow for as long as is asked, and belong to the same import', async () => {
  const { import: filled, answers } = await demo();
  const live = await start('(liveMinutes: 5, rate: 200)');
  expect(live).toMatchObject({ state: 'LIVE', import: { id: filled.id } });
  await until(async () => (await demo()).answers > answers + 50, 'live answers arrive');
  await server.graphql('mutation { stopDemo { state } }');
  await until(async () => (await demo()).state === 'FILLED', 'they end');
  for (const args of ['(liveMinutes: -1)', '(liveMinutes: 9000)', '(rate: 0)', '(rate: 1e9)']) {
    const refused = await ask(`mutation { startDemo${args} { state } }`);
    expect(refused).toMatchObject({ errors: [{ message: expect.stringMatching(/^(liveMinutes|rate): /) }] });
  }
});

it('is taken out by the command, to the last answer, and can be filled again', async () => {
  const { import: filled } = await demo();
  const clean = await run('--clean', '--reason', 'we have our own answers now');
  expect([clean.code, clean.output]).toEqual([0, expect.stringMatching(/removed +\d{5}/)]);
  expect(clean.output).toMatch(/removed +\d{5} +outcomes and change events/);
  expect((await total()).responses).toBe(56);
  expect(await facts()).toEqual({ outcomes: 0, changes: 0 });
  expect(await demo()).toMatchObject({ state: 'ABSENT', import: null });
  const { data } = await server.graphql<{ imports: { edges: { node: { id: string } }[] } }>(
    '{ imports { edges { node { id undo { reason removed stayed } } } } }',
  );
  expect(data.imports.edges.find(({ node }) => node.id === filled.id)).toMatchObject({
    node: { undo: { reason: 'we have our own answers now', stayed: 0 } },
  });
  expect(await run('--clean')).toMatchObject({ code: 0, output: expect.stringContaining('no demo') });
});
