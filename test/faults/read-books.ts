import neo4j from 'neo4j-driver';
import pg from 'pg';
import { storedUuid } from '../../graph/kinds/shared/stored-id.ts';
import { pseudonym } from '../../ingestion/pipeline/pseudonym.ts';
import type { RunningServer } from '../fixtures/server.ts';
import type { Books, Bucket, Entry } from './balance.ts';
import type { Receipts } from './send.ts';
import { pepper, type World } from './world.ts';

const STORED = `SELECT r.id, r.external_id AS "externalId", r.score, extract(epoch FROM r.answered_at) * 1000 AS "answeredAt",
    c.attributes ->> 'region' AS region FROM response r JOIN cell c ON c.id = r.cell_id`;
const ROLLUPS = (['hour', 'day'] as const).map(
  (
    level,
  ) => `SELECT '${level}' AS level, extract(epoch FROM r.bucket) * 1000 AS "from", c.attributes ->> 'region' AS region,
    r.promoters, r.passives, r.detractors, r.n AS responses
    FROM rollup_${level} r JOIN cell c ON c.id = r.cell_id WHERE r.model_version_id = 0`,
);
const NODES =
  'MATCH (x:Response) OPTIONAL MATCH (x)-[:COUNTED_IN]->(r:Rollup) RETURN x.id AS id, r.hour AS hour';
const SHOWN = `query ($after: String) { responses(first: 500, after: $after) {
  edges { node { externalId respondent } } pageInfo { hasNextPage endCursor } } }`;

/** What books are read from; `workers`: the first one shows. */
export type Shelves = Pick<World, 'databaseUrl' | 'neo4j' | 'workers'>;

/** Reads all books, each from where it is kept. */
export async function readBooks(world: Shelves, receipts: Receipts): Promise<Books> {
  const worker = world.workers[0] as RunningServer;
  const { rows: stored } = await sql<Entry & { id: string }>(world, STORED);
  const rollups = await Promise.all(ROLLUPS.map((text) => sql<Bucket>(world, text)));
  const names = new Map(stored.map(({ id, externalId }) => [storedUuid(id), externalId]));
  const { data } = await worker.graphql<{ nps: { responses: number }[] }>(
    '{ nps(window: "P30D") { responses } }',
  );
  return {
    ...acceptedBy(receipts),
    stored,
    shown: await shownBy(worker),
    graph: (await nodesOf(world)).map(({ id, hour }) => ({ externalId: names.get(id) ?? id, hour })),
    rollups: rollups.flatMap(({ rows }) => rows),
    total: data.nps[0]?.responses ?? 0,
  };
}

function acceptedBy({ answers, merges }: Receipts): Pick<Books, 'accepted' | 'persons'> {
  const rootOf = (person: string): string => {
    const into = merges.get(person);
    return into === undefined ? person : rootOf(into);
  };
  const all = [...answers.values()];
  return {
    accepted: all.map(({ externalId, score, answeredAt, region }) => {
      return { externalId, score, answeredAt: Date.parse(answeredAt), region };
    }),
    persons: new Map(all.map((one) => [one.externalId, pseudonym(pepper, rootOf(one.respondent))])),
  };
}

/** Runs a statement on the seed's database. */
export async function sql<Row extends pg.QueryResultRow>(
  { databaseUrl }: Pick<World, 'databaseUrl'>,
  text: string,
) {
  // Numbers of PostgreSQL that are exact beyond 2^53 arrive as texts.
  const types = {
    getTypeParser: () => (value: string) => (/^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value),
  };
  const client = new pg.Client({ connectionString: databaseUrl, types });
  await client.connect();
  try {
    return await client.query<Row>(text);
  } finally {
    await client.end();
  }
}

/** Runs a statement on the graph, past the proxy. */
export async function cypher<Row extends Record<string, unknown>>(
  { neo4j: { url } }: Pick<World, 'neo4j'>,
  text: string,
) {
  const driver = neo4j.driver(url, undefined, { disableLosslessIntegers: true });
  try {
    return (await driver.executeQuery(text)).records.map((record) => record.toObject() as Row);
  } finally {
    await driver.close();
  }
}

const nodesOf = (world: Shelves) => cypher<{ id: string; hour: number | null }>(world, NODES);

async function shownBy(worker: RunningServer) {
  type Page = {
    responses: {
      edges: { node: { externalId: string; respondent: string } }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
  };
  const all: { externalId: string; respondent: string }[] = [];
  for (let after: string | null = null; ; ) {
    const { data, errors }: { data: Page; errors?: object } = await worker.graphql<Page>(SHOWN, { after });
    if (errors) throw new Error(JSON.stringify(errors));
    all.push(...data.responses.edges.map(({ node }) => node));
    if (!data.responses.pageInfo.hasNextPage) return all;
    after = data.responses.pageInfo.endCursor;
  }
}
