import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { publicError } from '../../api/errors.ts';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { createRecordLineage } from '../../graph/record/record-lineage.ts';
import { traceLineage } from '../../graph/traversal/trace.ts';
import { createScopedReader, forgetScopes } from '../../store/access/scoped-views.ts';
import { readResponses, readResponsesById } from '../../store/responses/responses.ts';
import { readDimensionValues } from '../../store/scores/dimension-values.ts';
import { readScores } from '../../store/scores/scores.ts';
import { dictionaryOf } from '../fixtures/cells.ts';
import { narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

const HOUR_MS = 3_600_000;
// In the evening: each region has enough responses on the first and the current day for releases of its own.
const NOW = Math.floor(Date.now() / (24 * HOUR_MS)) * 24 * HOUR_MS - 6 * HOUR_MS;
const answer = (i: number, region: string) => ({
  externalId: `w${i}`,
  answeredAt: new Date(NOW - i * HOUR_MS).toISOString(),
  region,
  respondent: `person-${i}@example.org`,
  score: i % 11,
  comment: `Comment number ${i} from ${region}.`,
});
const inGermany = (cell: { attributes: Readonly<Record<string, string>> }) =>
  cell.attributes.region === 'Germany';
const germany = narrowScope('germany', inGermany);
const scoresOnly = narrowScope('scores only', inGermany, {
  withheld: ['readResponse', 'readComment', 'readRespondent', 'readPrediction'],
});

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await database.submit(
    Array.from({ length: 90 }, (_, i) => answer(i, ['Germany', 'Japan', 'Peru'][i % 3] ?? '')),
  );
});
afterAll(() => database?.close());

const read = <Row>(scope: Scope, text: string) =>
  database.scopedReader.as(scope).rows<Row>({ name: '', text }, []);
const count = async (scope: Scope, table: string) =>
  (await read<{ n: number }>(scope, `SELECT count(*)::integer AS n FROM ${table}`))[0]?.n;

describe('scoped views', () => {
  const guarded = [
    'response',
    'response_key',
    'source_event',
    'rollup_minute',
    'rollup_hour',
    'rollup_day',
    'rollup_mapping',
    'cell',
  ];

  it.each(guarded)(
    'shows of %s what the scope sees, nothing without one, and everything to the administrator',
    async (table) => {
      const everything = await count(EVERYTHING, table);
      const shown = await count(germany, table);
      expect(shown).toBeGreaterThan(0);
      expect(everything).toBeGreaterThanOrEqual(3 * (shown ?? 0) - 2);
      const nobody = await database.store.rowsAs<{ n: number }>(
        'never noted',
        { name: '', text: `SELECT count(*)::integer AS n FROM ${table}` },
        [],
      );
      expect(nobody).toEqual([{ n: 0 }]);
      // By a path that the search path does not lead past.
      await expect(read(EVERYTHING, `SELECT FROM public.${table}`)).rejects.toThrow(/permission denied/);
    },
  );

  it('give first pages of what the scope sees, none without one, and unguarded ones to the owner only', async () => {
    const ofCells = 'ARRAY(SELECT id FROM cell)';
    const pages = (schema: string, cells = ofCells) => [
      `${schema}newest_responses(${cells}, '1900-01-01', '2200-01-01', '2200-01-01', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 500)`,
      `${schema}oldest_responses(${cells}, '1900-01-01', '2200-01-01', '1900-01-01', '00000000-0000-0000-0000-000000000000', 500)`,
      ...['NULL', 'ARRAY(SELECT id FROM mapping_version)'].map(
        (mappings) =>
          `${schema}first_rollups(${cells}, '{0}', ${mappings}, '1900-01-01', '2200-01-01', '1900-01-01', 500)`,
      ),
    ];
    for (const page of pages('')) {
      const text = `SELECT c.attributes ->> 'region' AS region FROM ${page} p JOIN cell c ON c.id = p.cell_id`;
      const regionsOf = async (scope: Scope) =>
        (await read<{ region: string }>(scope, text)).map((row) => row.region);
      expect(await regionsOf(germany)).toEqual(Array.from({ length: 30 }, () => 'Germany'));
      expect(await regionsOf(EVERYTHING)).toHaveLength(90);
    }
    // Asked for any cell, also for those that the views do not show.
    for (const page of pages('', 'ARRAY(SELECT generate_series(0, 99))')) {
      expect(await read(germany, `SELECT p.cell_id FROM ${page} p`)).toHaveLength(30);
      expect(
        await database.store.rowsAs('never noted', { name: '', text: `SELECT FROM ${page}` }, []),
      ).toEqual([]);
    }
    for (const page of pages('public.'))
      await expect(read(EVERYTHING, `SELECT FROM ${page}`)).rejects.toThrow(/permission denied/);
    const [closed] = await database.sql<{ open: boolean }>(
      `SELECT bool_or(has_function_privilege('public', p.oid, 'EXECUTE')) AS open FROM pg_proc p
        WHERE p.pronamespace = 'paged'::regnamespace`,
    );
    expect(closed).toEqual({ open: false });
  });

  it('mask what the scope may not read of a visible response', async () => {
    const [row] = await read<Record<string, unknown>>(scoresOnly, 'SELECT * FROM response LIMIT 1');
    expect(row).toMatchObject({ comment: null, subject_id: null, external_id: null });
    expect(row?.class).not.toBeNull();
    const [whole] = await read<Record<string, unknown>>(germany, 'SELECT * FROM response LIMIT 1');
    expect(whole?.subject_id).not.toBeNull();
    const [key] = await read<Record<string, unknown>>(scoresOnly, 'SELECT * FROM response_key LIMIT 1');
    expect(key).toMatchObject({ subject_id: null, content_hash: null });
    expect(whole?.external_id).not.toBeNull();
  });

  it('allow no writes, no other table, and no way back to the owner', async () => {
    await expect(read(EVERYTHING, `DELETE FROM response`)).rejects.toThrow(/permission denied/);
    await expect(read(EVERYTHING, `UPDATE scope SET everything = true`)).rejects.toThrow(/permission denied/);
    const readable = await database.sql<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        AND has_table_privilege('scoreline_reader', c.oid, 'SELECT') ORDER BY 1`,
    );
    // A new table is closed until a decision says that it belongs to no cell.
    expect(readable.map(({ name }) => name)).toEqual([
      'feature_definition',
      'feature_set',
      'mapping_version',
      'model_event',
      'model_theme',
      'model_training_set',
      'model_version',
      'scale_rule',
      'source',
      'survey_version',
      'training_set',
    ]);
    if (database.store.backend === 'postgres') {
      await read(germany, 'RESET ROLE').catch(() => undefined);
      expect(await read(germany, 'SELECT current_user AS name')).toEqual([{ name: 'scoreline_reader' }]);
    }
  });

  it('hold alone: reads without the scope of the program still see only what it sees', async () => {
    const behind = { ...database, store: database.scopedReader.as(germany), now: () => NOW };
    const windows = [{ from: NOW - 100 * HOUR_MS, until: NOW + 2 * HOUR_MS }];
    const query = { segment: {}, basis: 'SURVEYED' as const, confidence: 0.95, groupBy: ['region'], windows };
    const rows = await readScores(behind, EVERYTHING, query);
    expect(rows.map(({ group }) => group.region)).toEqual(['Germany']);
    // Callers who get sums of releases, too: the ledger covers everything, but its content is read through the
    // views.
    const forgetful = narrowScope('forgetful', () => true, { smallestCount: 5, withheld: ['readResponse'] });
    const everywhere = { ...database, now: () => NOW };
    expect((await readScores(everywhere, forgetful, query)).map(({ group }) => group.region)).toHaveLength(3);
    const lots = await readScores(behind, forgetful, query);
    expect(lots.map(({ group }) => group.region)).toEqual(['Germany']);
    expect(lots[0]?.counts).not.toBeNull();
    const japan = { ...query, groupBy: [], segment: { region: ['Japan'] } };
    expect((await readScores(everywhere, forgetful, japan))[0]?.counts).not.toBeNull();
    expect((await readScores(behind, forgetful, japan))[0]?.suppressed).toBe(true);
    for (const scope of [EVERYTHING, forgetful]) {
      expect(await readDimensionValues(everywhere, scope, 'region', {})).toHaveLength(3);
      expect(await readDimensionValues(behind, scope, 'region', {})).toEqual(['Germany']);
    }
    const page = { segment: {}, from: null, to: null, first: 500, after: null };
    const responses = await readResponses(behind, EVERYTHING, page);
    expect(responses).toHaveLength(30);
    const [hidden] = await database.sql<{ id: string }>(
      `SELECT r.id FROM response r JOIN cell c ON c.id = r.cell_id WHERE c.attributes->>'region' = 'Japan' LIMIT 1`,
    );
    expect(await readResponsesById(behind, EVERYTHING, [hidden?.id ?? ''])).toEqual([]);
    const lineage = createRecordLineage(behind.store);
    const trace = (id: string) =>
      traceLineage({ ...behind, dimensions: [], lineage } as never, EVERYTHING, {
        start: id,
        direction: 'UPSTREAM',
        first: 10,
        after: null,
      });
    expect(await trace(`Response:${hidden?.id}`)).toBeNull();
    expect(await trace(`Response:${responses[0]?.id}`)).not.toBeNull();
  });

  it('learn of new cells, and drop scopes that are not used', async () => {
    await database.submit([{ ...answer(1_000, 'Germany'), productLine: 'brand new' }]);
    const found = await read<{ n: number }>(
      germany,
      `SELECT count(*)::integer AS n FROM response r JOIN cell c ON c.id = r.cell_id WHERE c.attributes->>'product_line' = 'brand new'`,
    );
    expect(found).toEqual([{ n: 1 }]);
    // One that knows of fewer cells takes none away, and of a scope of all it shows those that it has not heard of.
    const [first] = database.cells.all();
    const few = dictionaryOf(first ? [first] : []);
    const behind = createScopedReader({ store: database.store, cells: few, now: Date.now });
    for (const scope of [germany, EVERYTHING]) {
      const cells = await behind
        .as(scope)
        .rows<{ n: number }>({ name: '', text: 'SELECT count(*)::integer AS n FROM cell' }, []);
      expect(cells).toEqual([{ n: await count(scope, 'cell') }]);
    }
    expect(await count(germany, 'cell')).toBe(2);
    await forgetScopes(database.store, Date.now());
    expect(await database.sql('SELECT FROM scope')).not.toEqual([]);
    await forgetScopes(database.store, Date.now() + 8 * 24 * HOUR_MS);
    expect(await database.sql('SELECT FROM scope')).toEqual([]);
  });

  it.runIf(inject('services'))('give up what takes too long, and say so', async () => {
    expect(await read(germany, 'SHOW statement_timeout')).toEqual([{ statement_timeout: '30s' }]);
    // With a shorter timeout: the connection is closed by what fails on it, so that no other user gets it.
    const error = await read(germany, `SET statement_timeout = 50`)
      .then(() => read(germany, 'SELECT pg_sleep(20)'))
      .catch((thrown: unknown) => thrown);
    expect(publicError(error)).toMatchObject({ code: 'TOOK_TOO_LONG', status: 503 });
  });
});
