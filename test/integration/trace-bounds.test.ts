import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scope } from '../../domain/access/scope.ts';
import type { ScoreStart } from '../../graph/kinds/score.ts';
import { createRecordLineage } from '../../graph/record/record-lineage.ts';
import { formatCursor } from '../../graph/traversal/cursor.ts';
import type { TraceDirection } from '../../graph/traversal/directions.ts';
import { traceLineage } from '../../graph/traversal/trace.ts';
import { DIMENSIONS, narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/* What a trace may not be led to: by a cursor that the caller made up, or past a group that they do not have. */
const HOUR_MS = 3_600_000;
const HOUR = Math.floor(Date.UTC(2026, 2, 10) / HOUR_MS);
const at = (hour: number) => new Date((HOUR + hour) * HOUR_MS + 60_000).toISOString();

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await database.submit(
    ['Germany', 'Japan'].flatMap((region) =>
      [0, 5].map((hour) => ({
        externalId: `${region} ${hour}`,
        answeredAt: at(hour),
        score: 9,
        region,
        comment: 'text',
      })),
    ),
  );
  await database.sql(
    `INSERT INTO model_version (id, label, key, stage, artefact) VALUES (7, 'made up', 'abc', 'CHAMPION', '{}')`,
  );
  await database.sql(`INSERT INTO prediction (response_id, answered_at, cell_id, model_version_id, mapping_version_id, surveyed,
      class, detractor, passive, promoter, sentiment, negative, neutral, positive, themes, uncertainty, features_hash, predicted_at)
    SELECT id, answered_at, cell_id, 7, mapping_version_id, true, 0, 100000, 200000, 700000, 2, 0, 0, 1000000, '{}', 0, 'f', now()
    FROM response`);
});
afterAll(() => database?.close());

/** Reads responses everywhere, traces those of Germany. */
const scope: Scope = {
  ...narrowScope('germany', () => true),
  allows: (group, cell) => group !== 'traceLineage' || cell.attributes.region === 'Germany',
};
const deps = () => ({ ...database, dimensions: DIMENSIONS, lineage: createRecordLineage(database.store) });
const cellOf = (region: string) =>
  database.cells.all().find(({ attributes }) => attributes.region === region)?.key ?? '';
const trace = async (
  by: Scope,
  start: ScoreStart | string,
  place: readonly (string | number)[] | null,
  direction: TraceDirection = 'UPSTREAM',
) => {
  const list = `${direction} ${typeof start === 'string' ? start : start.id}`;
  const after = place && formatCursor(list, place);
  const page = await traceLineage(deps(), by, { start, direction, first: 100, after });
  return page?.nodes ?? [];
};
const responses = async (...asked: Parameters<typeof trace>) =>
  (await trace(...asked)).filter(({ kind }) => kind === 'Response');
const score = (segment: object, hours: number): ScoreStart => ({
  id: `score ${JSON.stringify(segment)} ${hours}`,
  segment: segment as ScoreStart['segment'],
  label: '',
  basis: 'SURVEYED',
  model: null,
  from: HOUR * HOUR_MS,
  until: (HOUR + hours) * HOUR_MS,
});

describe('an invented cursor', () => {
  it('leads to no rollup outside the walk', async () => {
    const japan = await database.sql<{ id: string }>(
      `SELECT id FROM response WHERE external_id LIKE 'Japan%'`,
    );
    const hidden = new Set(japan.map(({ id }) => `Response:${id}`));
    const led = async (...asked: Parameters<typeof trace>) => {
      const found = await responses(...asked);
      expect(found.filter(({ id }) => hidden.has(id))).toEqual([]);
      return found.length;
    };
    // As far as the trace goes: the rest of a rollup that is in it, and those after it.
    expect(await led(scope, score({}, 24), [HOUR, cellOf('Germany'), 0])).toBe(2);
    // Of a cell that the caller may not trace, a model that the score does not count, an hour after the window.
    await led(scope, score({}, 24), [HOUR + 5, cellOf('Japan'), 0]);
    expect(await led(scope, score({}, 24), [HOUR + 5, cellOf('Germany'), 7])).toBe(0);
    const early = score({ region: ['Germany'] }, 2);
    expect(await led(scope, early, [HOUR + 5, cellOf('Germany'), 0])).toBe(0);
  });
});

describe('a trace of a response', () => {
  it('does not reveal which model counted it to callers who may not read predictions', async () => {
    const [response] = await database.sql<{ id: string }>(
      `SELECT id FROM response WHERE external_id = 'Germany 0'`,
    );
    const rollups = async (by: Scope) =>
      (await trace(by, `Response:${response?.id}`, null, 'DOWNSTREAM')).filter(
        ({ kind }) => kind === 'Rollup',
      );
    expect(await rollups(narrowScope('all', () => true))).toHaveLength(2);
    expect(
      await rollups(narrowScope('no models', () => true, { withheld: ['readPrediction'] })),
    ).toHaveLength(1);
  });
});
