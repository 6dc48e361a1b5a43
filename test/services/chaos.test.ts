import { afterAll, describe, expect, inject, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { DEFAULT_CELL_LIMITS } from '../../domain/segments/cell-filing.ts';
import type { LineageEdge, TracedNode } from '../../graph/node.ts';
import { createRecordLineage } from '../../graph/record/record-lineage.ts';
import { traceLineage } from '../../graph/traversal/trace.ts';
import { createIngestor } from '../../ingestion/pipeline/ingestor.ts';
import { createItemReader } from '../../ingestion/pipeline/response-items.ts';
import { submitItems } from '../../ingestion/pipeline/submit.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { unscoped } from '../../store/database/client.ts';
import { isPassingError } from '../../store/database/passing-errors.ts';
import { openPostgres } from '../../store/database/postgres.ts';
import { SubjectEncryption } from '../../store/encryption/subject-encryption.ts';
import { StoredCellDictionary } from '../../store/responses/cell-dictionary.ts';
import { MappingRegistry } from '../../store/responses/mappings.ts';
import { DIMENSIONS, openTestDatabase, PEPPER } from '../fixtures/database.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';
import { answerOf, BASE, countOf, keepSending } from '../fixtures/sending.ts';
import { ADMIN_KEY, freshInstance, type GraphqlAnswer, startServer, until } from '../fixtures/server.ts';
import { startNeo4j } from './neo4j.ts';
import { startPostgres } from './postgres.ts';

/* What only real servers can show: many writers, restarts, outages. Each test that stops a server has its own. */

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

describe('the database on TimescaleDB', () => {
  it('is found, and its fact tables are hypertables', async () => {
    const database = await openTestDatabase();
    expect(database.features).toEqual({ timescale: 'apache' });
    const tables = await database.sql(
      'SELECT hypertable_name AS name FROM timescaledb_information.hypertables ORDER BY 1',
    );
    expect(tables).toEqual([{ name: 'prediction' }, { name: 'response' }, { name: 'rollup_minute' }]);
    await database.close();
  });

  it('stays exact under four writers on the same cells and ids, beside deletes', async () => {
    const database = await openTestDatabase();
    const url = database.databaseUrl ?? '';
    const writers = Array.from({ length: 4 }, () => {
      const store = openPostgres(url, () => undefined, { maxConnections: 3 });
      const deps = {
        store,
        encryption: new SubjectEncryption(store, database.encryption.tenant, database.encryption.provider),
        cells: new StoredCellDictionary(),
        mappings: new MappingRegistry(),
        sign: database.sign,
        dimensions: DIMENSIONS,
        pepper: PEPPER,
      };
      return {
        store,
        ingestor: createIngestor({
          ...deps,
          now: Date.now,
          cellLimits: DEFAULT_CELL_LIMITS,
          warn: () => undefined,
        }),
      };
    });
    const read = createItemReader(DIMENSIONS, 'responses');
    let accepted = 0;
    let deleting = true;
    const deleter = (async () => {
      while (deleting) {
        // Its rows go one by one in no order, so it may meet a writer the other way round; the loser tries again.
        await database
          .sql(`DELETE FROM response WHERE id IN (SELECT id FROM response ORDER BY md5(id::text) LIMIT 5)`)
          .catch((error) => {
            if (!isPassingError(error)) throw error;
          });
        await new Promise((done) => setTimeout(done, 30));
      }
    })();
    await Promise.all(
      writers.map(async ({ ingestor }, writer) => {
        for (let round = 0; round < 25; round++) {
          // All send the same ids, each round a little later: duplicates, races for new ids, and corrections.
          const items = Array.from({ length: 60 }, (_, i) => {
            const id = round * 30 + i;
            return answerOf(id, {
              answeredAt: new Date(BASE + id * 60_000 + round * 1_000 + (writer % 2)).toISOString(),
              score: (id + round) % 11,
            });
          });
          const account = await submitItems(ingestor, OWNER, read, items, `writer ${writer}`);
          expect(account.accepted + account.duplicates + account.rejected.length).toBe(items.length);
          accepted += account.accepted;
        }
      }),
    );
    deleting = false;
    await deleter;
    expect(accepted).toBeGreaterThanOrEqual(780);
    await expectRollupsToEqualRecount(database);
    const twice = await database.sql('SELECT id FROM response GROUP BY id HAVING count(*) > 1');
    expect(twice).toEqual([]);
    await Promise.all(writers.map(({ store }) => store.close()));
    await database.close();
  });
});

describe('a server', () => {
  it('survives restarts and a crash of PostgreSQL during ingest: accepted = stored = counted', async () => {
    const postgres = await startPostgres({ timescale: true });
    cleanups.push(() => postgres.dispose());
    const instance = await freshInstance({ DATABASE_URL: await postgres.createDatabase('chaos') });
    const server = await startServer(instance);
    cleanups.push(async () => server.stop());
    const sending = keepSending(server, 10);
    for (const mode of ['fast', 'immediate', 'fast'] as const) {
      const goal = sending.acknowledged.size + 200;
      await until(() => sending.acknowledged.size >= goal, 'responses flow');
      await postgres.restart(mode);
    }
    const goal = sending.acknowledged.size + 200;
    await until(() => sending.acknowledged.size >= goal, 'responses flow again');
    const { acknowledged, unexpected } = await sending.stop();
    expect(unexpected).toEqual([]);
    expect(await countOf(server)).toBe(acknowledged.size);
    // Each way to PostgreSQL comes back by itself, ingest first.
    await until(async () => (await fetch(`${server.url}/readyz`)).status === 200, 'all of it is ready');
  });

  it('takes a minute without Neo4j as lag and nothing else; then database, graph and sums are equal', async () => {
    expect(inject('services')).toBeDefined();
    const neo4j = await startNeo4j();
    cleanups.push(() => neo4j.dispose());
    const instance = await freshInstance({ NEO4J_URL: neo4j.url });
    const server = await startServer(instance);
    cleanups.push(async () => server.stop());
    const sending = keepSending(server, 1_000);
    await until(() => sending.acknowledged.size >= 300, 'responses flow');
    await neo4j.stop();
    const stoppedAt = Date.now();
    const before = sending.acknowledged.size;
    const scoreId = async () =>
      (await server.graphql<{ nps: { id: string }[] }>('{ nps(window: "P4D") { id } }')).data.nps[0]?.id;
    const outage = await server.graphql<{
      trace: { nodes: unknown[]; lag: number; complete: boolean; reason: string };
    }>('query ($id: ID!) { trace(id: $id, first: 20) { nodes { id } lag complete reason } }', {
      id: await scoreId(),
    });
    // The database answers in the graph's place.
    expect(outage.data.trace.nodes).toHaveLength(20);
    const readiness = await fetch(`${server.url}/readyz`);
    expect([readiness.status, await readiness.json()]).toMatchObject([
      200,
      {
        ready: true,
        parts: { record: 'ready' },
        warnings: [expect.stringMatching(/^Neo4j does not answer/)],
      },
    ]);
    await new Promise((done) => setTimeout(done, 60_000 - (Date.now() - stoppedAt)));
    expect(sending.acknowledged.size).toBeGreaterThan(before + 300);
    await neo4j.start();
    const { acknowledged, unexpected } = await sending.stop();
    expect(unexpected).toEqual([]);
    expect(await countOf(server)).toBe(acknowledged.size);
    const id = await scoreId();
    const trace = async () => {
      const nodes: TracedNode[] = [];
      const edges: LineageEdge[] = [];
      for (let after: string | null = null; ; ) {
        const {
          data,
        }: GraphqlAnswer<{
          trace: {
            nodes: TracedNode[];
            edges: LineageEdge[];
            lag: number;
            complete: boolean;
            pageInfo: { hasNextPage: boolean; endCursor: string };
          };
        }> = await server.graphql(
          `query ($id: ID!, $after: String) { trace(id: $id, first: 500, after: $after) {
            nodes { id kind label depth } edges { from to relation } lag complete pageInfo { hasNextPage endCursor } } }`,
          { id, after },
        );
        nodes.push(...data.trace.nodes);
        edges.push(...data.trace.edges);
        expect(data.trace).toMatchObject({ lag: 0, complete: true });
        if (!data.trace.pageInfo.hasNextPage) return { nodes, edges };
        after = data.trace.pageInfo.endCursor;
      }
    };
    const lag = async () => {
      const metrics = await (
        await fetch(`${server.url}/metrics`, { headers: { 'x-api-key': ADMIN_KEY } })
      ).text();
      await new Promise((done) => setTimeout(done, 250));
      return Number(/follower="lineage"\} (\d+)/.exec(metrics)?.[1]);
    };
    await until(async () => (await lag()) === 0, 'the graph has caught up').catch((error) => {
      throw new Error(`${error.message}: ${server.output().slice(-2_000)}`);
    });
    const fromGraph = await trace();
    expect(fromGraph.nodes.filter(({ kind }) => kind === 'Response')).toHaveLength(acknowledged.size);

    const store = openPostgres(instance.env.DATABASE_URL ?? '', () => undefined);
    const cells = new StoredCellDictionary();
    await cells.refresh(store);
    const scoped = unscoped(store, 'the whole graph is compared');
    const deps = {
      store: scoped,
      record: store,
      cells,
      mappings: new MappingRegistry(),
      dimensions: DIMENSIONS,
      lineage: createRecordLineage(scoped),
    };
    const [, , from = 0, until_ = 0] = JSON.parse(
      Buffer.from((id ?? '').slice(4), 'base64url').toString(),
    ) as number[];
    const start = {
      id: id ?? '',
      segment: {},
      from,
      until: until_,
      label: fromGraph.nodes[0]?.label ?? '',
      basis: 'SURVEYED' as const,
      model: null,
    };
    const fromRecord: { nodes: TracedNode[]; edges: LineageEdge[] } = { nodes: [], edges: [] };
    for (let after: string | null = null; ; ) {
      const page = await traceLineage(deps, EVERYTHING, { start, direction: 'UPSTREAM', first: 500, after });
      fromRecord.nodes.push(...(page?.nodes ?? []));
      fromRecord.edges.push(...(page?.edges ?? []));
      if (!page?.hasNextPage) break;
      after = page.endCursor;
    }
    await store.close();
    expect(fromGraph.edges).toEqual(fromRecord.edges);
    expect(fromGraph.nodes).toEqual(fromRecord.nodes.map(({ recordedAt: _, ...node }) => node));
  });
});
