import { describe, expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../domain/segments/dimensions.ts';
import { DEMO_NAME, type DemoResponse, demoResponses, readDemoItem } from './demo.ts';
import { normalise } from './pipeline/normalise.ts';

const DIMENSIONS = defineDimensions(DEFAULT_DIMENSIONS);
const START = Date.UTC(2026, 2, 31, 12);
const COUNT = 2_000;

/** The first responses of a run whose clock advances by `step` milliseconds with each read. */
function take(seed: number, { run = 'run', step = 10, dimensions = DIMENSIONS, count = COUNT } = {}) {
  let time = START;
  const clock = () => {
    time += step;
    return time;
  };
  const answers: DemoResponse[] = [];
  for (const answer of demoResponses(seed, run, dimensions, clock)) {
    answers.push(answer);
    if (answers.length === count) break;
  }
  return answers;
}
const drafts = async (items: readonly unknown[]) =>
  items.map((item, index) => readDemoItem(item, `request 1 item ${index}`));

describe('simulated traffic', () => {
  it('is the same for the same seed, run and clock, and another for another seed', () => {
    expect(take(7)).toEqual(take(7));
    expect(take(7).map(({ score }) => score)).not.toEqual(take(8).map(({ score }) => score));
    const ids = (run: string) => new Set(take(7, { run }).map(({ externalId }) => externalId));
    const [first, second] = [ids('a'), ids('b')];
    expect([...first].filter((id) => second.has(id))).toEqual([]);
  });

  it('is named as simulated wherever it shows: source, survey, mapping', async () => {
    expect(DEMO_NAME).toContain('simulated');
    for (const draft of await drafts(take(1))) {
      expect(draft).toMatchObject({
        mapping: {
          source: DEMO_NAME,
          connector: 'demo',
          survey: { name: DEMO_NAME },
          definition: expect.stringContaining('simulated'),
        },
      });
      expect('respondent' in draft && draft.respondent).toMatch(/@demo\.invalid$/);
    }
  });

  it('is accepted like any other response, with every class and every dimension', async () => {
    const deps = {
      dimensions: DIMENSIONS,
      pepper: { version: 1, secret: Buffer.alloc(32) },
      now: () => START + COUNT * 1_000,
    };
    const classes = new Set<string | null>();
    const regions = new Set<string>();
    for (const draft of await drafts(take(1))) {
      if ('status' in draft) throw new Error(JSON.stringify(draft));
      const response = normalise(deps, draft);
      if ('status' in response) throw new Error(JSON.stringify(response));
      classes.add(response.class);
      regions.add(response.attributes.region ?? '');
      expect(Object.values(response.attributes)).not.toContain('unknown');
    }
    expect([...classes].sort()).toEqual(['detractor', 'passive', 'promoter']);
    expect(regions.size).toBeGreaterThan(2);
  });

  it('has values for unexpected dimensions', () => {
    const dimensions = defineDimensions([{ field: 'homeAirport' }]);
    const places = new Set(take(1, { dimensions }).map((answer) => JSON.stringify(answer.dimensions)));
    expect([...places].sort()).toEqual(
      ['A', 'B', 'C'].map((letter) => JSON.stringify({ homeAirport: `homeAirport ${letter}` })),
    );
  });

  it('corrects some responses: the same id, later, with more points', () => {
    const last = new Map<string, DemoResponse>();
    let corrected = 0;
    for (const answer of take(3)) {
      const before = last.get(answer.externalId);
      last.set(answer.externalId, answer);
      if (!before) continue;
      corrected += 1;
      expect(answer.answeredAt > before.answeredAt).toBe(true);
      expect(answer.score).toBe(Math.min(10, before.score + 2));
      expect(answer.dimensions).toEqual(before.dimensions);
    }
    expect(corrected).toBeGreaterThan(COUNT / 200);
    expect(corrected).toBeLessThan(COUNT / 20);
    // A correction at the same moment would be stale.
    const ids = take(3, { step: 0 }).map(({ externalId }) => externalId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('moves: a segment changes its mood', () => {
    const hour = 3_600_000;
    const average = (answers: readonly DemoResponse[]) =>
      answers.reduce((sum, { score }) => sum + score, 0) / answers.length;
    const parts = take(5, { dimensions: defineDimensions([{ field: 'x' }]), step: hour / COUNT });
    const ofA = parts.filter(({ dimensions }) => dimensions.x === 'x A');
    const quarters = [0, 1, 2, 3].map((i) =>
      average(ofA.slice((i * ofA.length) / 4, ((i + 1) * ofA.length) / 4)),
    );
    expect(Math.max(...quarters) - Math.min(...quarters)).toBeGreaterThan(0.5);
  });
});

describe('items sent as simulated traffic', () => {
  it.each([
    [null],
    ['text'],
    [{}],
    [{ ...take(1)[0], score: 'ten' }],
    [{ ...take(1)[0], answeredAt: '2026-02-31T10:00:00Z' }],
    [{ ...take(1)[0], answeredAt: 'yesterday' }],
  ])('are rejected unless the generator made them: %j', async (item) => {
    const [good] = take(1);
    expect(await drafts([item, good])).toMatchObject([
      { status: 'rejected', code: 'INVALID' },
      { externalId: good?.externalId, position: 'request 1 item 1' },
    ]);
  });
});
