import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import type { ScoreStart } from '../../graph/kinds/score.ts';
import { createRecordLineage } from '../../graph/record/record-lineage.ts';
import type { TraceDirection } from '../../graph/traversal/directions.ts';
import { impactOf } from '../../graph/traversal/impact.ts';
import { lineagePath } from '../../graph/traversal/path.ts';
import { traceLineage } from '../../graph/traversal/trace.ts';
import { scopedSession } from '../../store/database/client.ts';
import { readPredictions } from '../../store/models/predictions.ts';
import { readResponses, readResponsesById } from '../../store/responses/responses.ts';
import { DIMENSIONS, narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/*
 * The condition of a scoped view is a barrier to the planner: a join with it, or an order over it, can read all
 * of it for a few rows. Here the database counts what it reads for one page.
 */
const HOUR_MS = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
const RESPONSES = 16_000;
const HOURS = 40 * 24;
/** A page of 50 with what hangs on it, with room for what the planner reads beside: an eighth of what is there. */
const MOST = RESPONSES / 8;
const REGIONS = ['Germany', 'Japan', 'Peru', 'Chile'];

let database: TestDatabase;
let some: { id: string; sourceEvent: string }[];
beforeAll(async () => {
  database = await openTestDatabase();
  const all = Array.from({ length: RESPONSES }, (_, i) => ({
    externalId: `r${i}`,
    answeredAt: new Date(NOW - ((i * 7919) % (HOURS * 60)) * 60_000).toISOString(),
    score: (i * 7) % 11,
    region: REGIONS[i % 4],
    productLine: i % 8 < 4 ? 'Rail' : 'Air',
    source: i % 5 === 0 ? 'mail' : 'web',
  }));
  for (let from = 0; from < all.length; from += 2_000) await database.submit(all.slice(from, from + 2_000));
  await database.sql(
    `INSERT INTO model_version (id, label, key, stage, artefact) VALUES (7, 'a model', 'k', 'SHADOW', '{}')`,
  );
  await database.sql(`INSERT INTO prediction (response_id, answered_at, cell_id, model_version_id, mapping_version_id, surveyed, class,
      detractor, passive, promoter, sentiment, negative, neutral, positive, themes, uncertainty, features_hash, predicted_at)
    SELECT id, answered_at, cell_id, 7, mapping_version_id, true, 1, 0, 1000000, 0, 1, 0, 1000000, 0, '{}', 0, 'h', now() FROM response`);
  await database.sql('ANALYZE');
  some = await database.sql(
    'SELECT id, source_event_id AS "sourceEvent" FROM response ORDER BY external_id LIMIT 5',
  );
});
afterAll(() => database?.close());

/** Rows of facts and of what is counted from them that the database has read so far. */
async function rowsRead(): Promise<number> {
  await database.sql('SELECT pg_stat_force_next_flush()');
  const [row] = await database.sql<{ n: number }>(
    `SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::float8 AS n FROM pg_stat_user_tables
      WHERE relname IN ('response', 'response_key', 'source_event', 'prediction', 'rollup_hour', 'rollup_mapping', 'seal')`,
  );
  return row?.n ?? 0;
}

/** How many rows were returned: a caller who reads nothing causes little work. */
const sizeOf = (found: unknown): number =>
  Array.isArray(found) ? found.length : ((found as { nodes?: unknown[] } | null)?.nodes?.length ?? 0);

const german = narrowScope('german', ({ attributes }) => attributes.region === 'Germany');
const SCOPES: readonly (readonly [string, Scope])[] = [
  ['everything', EVERYTHING],
  ['one region', german],
];

const score = (hours: number, segment: ScoreStart['segment']): ScoreStart => ({
  id: `score over ${hours} h`,
  segment,
  label: '',
  basis: 'SURVEYED',
  model: null,
  from: NOW - (hours + 24) * HOUR_MS,
  until: NOW - 24 * HOUR_MS,
});

function readsAs(scope: Scope): Readonly<Record<string, () => Promise<unknown>>> {
  const store = database.scopedReader.as(scope);
  const lineage = createRecordLineage(store);
  const deps = { ...database, store, lineage, dimensions: DIMENSIONS, now: () => NOW };
  const page = { segment: {}, from: null, to: null, first: 50, after: null };
  const middle = {
    answeredAt: new Date(NOW - (HOURS / 2) * HOUR_MS),
    id: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
  };
  const trace = (start: ScoreStart | string, direction: TraceDirection = 'UPSTREAM') =>
    traceLineage(deps, scope, { start, direction, first: 50, after: null });
  const [{ id, sourceEvent } = { id: '', sourceEvent: '' }] = some;
  return {
    'the newest responses': () => readResponses(deps, scope, page),
    'responses further back': () => readResponses(deps, scope, { ...page, after: middle }),
    'the oldest responses': () => readResponses(deps, scope, { ...page, order: 'OLDEST' }),
    'responses further on': () => readResponses(deps, scope, { ...page, order: 'OLDEST', after: middle }),
    'responses of a segment': () =>
      readResponses(deps, scope, { ...page, segment: { product_line: ['Air'] } }),
    'responses by id': () =>
      readResponsesById(
        deps,
        scope,
        some.map((one) => one.id),
      ),
    'predictions of responses': () =>
      readPredictions(
        deps,
        scope,
        some.map((one) => one.id),
        [7],
      ),
    'trace of a score over a day': () => trace(score(24, { product_line: ['Rail'] })),
    'trace of a score over everything': () => trace(score(HOURS, {})),
    'trace of a response': () => trace(`Response:${id}`),
    'trace of a response downstream': () => trace(`Response:${id}`, 'DOWNSTREAM'),
    'trace of a source event': () => trace(`SourceEvent:${sourceEvent}`),
    'trace of a source downstream': () => trace('Source:web', 'DOWNSTREAM'),
    'impact of a source': () => impactOf(deps, scope, { id: 'Source:web', first: 50, after: null }),
    'impact of a model version': () =>
      impactOf(deps, scope, { id: 'ModelVersion:0', first: 50, after: null }),
    'path to a model version': () => lineagePath(deps, scope, `Response:${id}`, 'ModelVersion:0'),
  };
}

// In the servers' statistics others count as well, and late; bench/trace.ts measures there.
describe.skipIf(inject('services'))('one page of a large database', () => {
  it.each(SCOPES)('is read without reading all of it: %s', async (_, scope) => {
    for (const [name, read] of Object.entries(readsAs(scope))) {
      await read(); // notes the scope
      const before = await rowsRead();
      const found = await read();
      const after = await rowsRead();
      if (scope === EVERYTHING) expect(sizeOf(found), name).toBeGreaterThan(0);
      expect(after - before, name).toBeLessThan(MOST);
    }
  });

  it('the count shows when all of it is read', async () => {
    const before = await rowsRead();
    await database.scopedReader
      .as(EVERYTHING)
      .rows({ name: '', text: 'SELECT max(received_at) FROM response_key' }, []);
    expect((await rowsRead()) - before).toBeGreaterThan(MOST);
  });
});

describe('the first page of a score', () => {
  it('is read with few statements, and the responses of few of its rollups', async () => {
    const asked: { readonly name: string; readonly parameters: readonly unknown[] }[] = [];
    const own = database.scopedReader.as(EVERYTHING);
    const store = scopedSession({
      rows: (statement, parameters) => {
        asked.push({ name: statement.name, parameters });
        return own.rows(statement, parameters);
      },
    });
    const deps = { ...database, store, lineage: createRecordLineage(store), dimensions: DIMENSIONS };
    const start = score(24 * 14, {});
    const page = await traceLineage(deps, EVERYTHING, {
      start,
      direction: 'UPSTREAM',
      first: 50,
      after: null,
    });
    expect(page?.hasNextPage).toBe(true);
    const names = [
      ...['lineage_parts', 'models_by_ids', 'lineage_rollups'],
      ...['lineage_mappings_of', 'lineage_counted'],
    ];
    expect([...new Set(asked.map(({ name }) => name))].sort()).toEqual(names.sort());
    // Most pages need no second look; a rollup has at least three nodes.
    const looks = asked.filter(({ name }) => name === 'lineage_counted');
    expect(looks.length).toBeLessThanOrEqual(2);
    const rollups = looks.map(({ parameters: [hours] }) => (hours as unknown[]).length);
    expect(Math.max(...rollups)).toBeLessThan(50 / 3);
  });
});
