import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AnyAgent } from '../../agents/loop/agent.ts';
import { runAgent } from '../../agents/loop/run.ts';
import { scoreMonitor } from '../../agents/score-monitor/index.ts';
import { type DemoAnswer, demoHistory } from '../../ingestion/demo/answers.ts';
import { demoDraft } from '../../ingestion/demo/draft.ts';
import { PRICE_CHANGE, RELEASE } from '../../ingestion/demo/story.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { readAlerts } from '../../store/agents/alerts.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

const DAY_MS = 86_400_000;
/** A day on which the charts of Germany set the release's beginning three weeks too early; those of its new customers do not. */
const ANCHOR = Date.parse('2026-12-01T12:00:00Z');

/** Without the row of an import, which there is none of. */
const draftOf = (answer: DemoAnswer, line: number) => {
  const { importRow: _importRow, ...draft } = demoDraft(answer, 0, line);
  return draft;
};

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase(() => ANCHOR);
  const answers = [...demoHistory({ seed: 1, dimensions: DIMENSIONS, anchor: ANCHOR })];
  for (let i = 0; i < answers.length; i += 1_000)
    await database.ingestor.accept(
      OWNER,
      answers.slice(i, i + 1_000).map((answer, line) => draftOf(answer, i + line + 1)),
    );
}, 240_000);
afterAll(() => database?.close());

it('finds both stories of the demo by its own, names them, and nothing else', async () => {
  const errors: Error[] = [];
  const deps = { store: database.store, cells: database.cells, dimensions: DIMENSIONS, now: () => ANCHOR };
  await runAgent(deps, scoreMonitor as AnyAgent, { onError: (error) => void errors.push(error) });
  expect(errors).toEqual([]);
  const alerts = await readAlerts(database.store, null, { states: null, after: null, limit: 100 });
  const found = alerts.map(({ segment, since, title, summary, severity }) => ({
    segment,
    day: (since.getTime() - ANCHOR) / DAY_MS,
    title,
    summary,
    severity,
  }));
  expect(found).toHaveLength(2);
  const release = found.find(({ segment }) => segment['lifecycle_stage']?.[0] === RELEASE.stage);
  expect(release?.segment).toEqual({ region: [RELEASE.region], lifecycle_stage: [RELEASE.stage] });
  expect(Math.abs((release?.day ?? 0) - RELEASE.day)).toBeLessThan(5);
  expect(release?.title).toMatch(/onboarding.* fell by/);
  const price = found.find(({ segment }) => segment['lifecycle_stage']?.[0] === PRICE_CHANGE.stage);
  expect(price?.segment).toEqual({ lifecycle_stage: [PRICE_CHANGE.stage] });
  expect(Math.abs((price?.day ?? 0) - PRICE_CHANGE.day)).toBeLessThan(5);
  expect(price?.title).toMatch(/renewal fell by/);
});
