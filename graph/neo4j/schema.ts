import type { Lease } from '../../store/database/lease.ts';
import { KINDS } from '../kinds/registry.ts';
import { GraphNotReadyError, isNeo4jError } from './driver.ts';
import type { GraphConnections } from './graph-connections.ts';

/** What Neo4j calls it, and the statement that creates it if nothing has the name. */
interface Named {
  readonly name: string;
  readonly create: string;
}

const unique = (label: string, property: string): Named => {
  const name = `${label.toLowerCase()}_${property}`;
  const create = `CREATE CONSTRAINT ${name} IF NOT EXISTS FOR (n:${label}) REQUIRE n.${property} IS UNIQUE`;
  return { name, create };
};
const index = (name: string, on: string): Named => ({
  name,
  create: `CREATE INDEX ${name} IF NOT EXISTS FOR ${on}`,
});

/** The fence has one too, so that there is one of it (fence.ts). */
const CONSTRAINTS = [
  ...KINDS.filter(({ projection }) => projection).map(({ kind }) => unique(kind, 'id')),
  unique('Fence', 'name'),
];
/** In the order in which rollups are walked: of all, of a cell, and of a mapping's, which FED_BY repeats; and the response of an event. */
const INDEXES = [
  index('rollup_order', '(r:Rollup) ON (r.hour, r.cell, r.model)'),
  index('rollup_cell', '(r:Rollup) ON (r.cell, r.hour, r.model)'),
  index('response_event', '(x:Response) ON (x.event)'),
  index('fed_order', '()-[f:FED_BY]-() ON (f.mapping, f.hour, f.cell, f.model)'),
];
/** Indexes that Neo4j could not fill, for a full disk or a value too long for one: it never tries them again by itself. */
const UNFILLED = `SHOW INDEXES YIELD name, state WHERE state = 'FAILED' AND name IN $names RETURN name`;
const ONLINE = `SHOW INDEXES YIELD name, state, owningConstraint
  WHERE state = 'ONLINE' AND (name IN $indexes OR name IN $constraints AND owningConstraint = name) RETURN name`;
const CHANGES = `SHOW TRANSACTIONS YIELD transactionId, metaData WHERE metaData.schema = $name
  RETURN transactionId AS id, metaData.token AS token`;
const END = 'TERMINATE TRANSACTIONS $ids';
const HAS_NAME = 'Neo.ClientError.Schema.IndexWithNameAlreadyExists';
/** One change of the schema. */
type Change = (statement: string) => Promise<unknown>;

/**
 * Makes one unique constraint per label, and the indexes for walking rollups, as the holder of the lease. Running it again changes nothing,
 * and repairs what an interrupted run left.
 */
export async function ensureGraphSchema(graph: GraphConnections, lease: Lease): Promise<void> {
  const metadata = { schema: lease.name, token: lease.token };
  // Neo4j commits it by itself, and the driver does not repeat it: that would wait for what the first left behind.
  const change: Change = (statement) => runAlone(graph, statement, metadata);
  await endLeftBehind(graph, lease);
  await dropUnfilled(graph, change);
  for (const constraint of CONSTRAINTS) await ensure(change, constraint);
  for (const one of INDEXES) await ensure(change, one);
  await graph.executeQuery('CALL db.awaitIndexes(300)');
}

/**
 * For who reads, and changes nothing.
 * @throws GraphNotReadyError until the holder of the lease has made all of it
 */
export async function checkGraphSchema(graph: GraphConnections): Promise<void> {
  const { records } = await graph.executeQuery(ONLINE, {
    constraints: CONSTRAINTS.map(({ name }) => name),
    indexes: INDEXES.map(({ name }) => name),
  });
  if (records.length < CONSTRAINTS.length + INDEXES.length)
    throw new GraphNotReadyError('its indexes are still being made');
}

/**
 * A change whose client is gone keeps its locks, and Neo4j has no time limit for changes of the schema. A holder makes one at a
 * time, so any other of its own, or of earlier holders, is left behind.
 */
async function endLeftBehind(graph: GraphConnections, { name, token }: Lease): Promise<void> {
  const { records } = await graph.executeQuery(CHANGES, { name });
  const left = records.filter((record) => Number(record.get('token')) <= token);
  if (left.length > 0) await graph.executeQuery(END, { ids: left.map((record) => record.get('id')) });
}

/**
 * Neo4j creates the index of a constraint in a transaction of its own. If the connection ends between the two, the index stays
 * without its constraint, and every later creation finds the name taken.
 */
async function ensure(change: Change, { name, create }: Named): Promise<void> {
  try {
    await change(create);
  } catch (error) {
    if (!isNeo4jError(error) || error.code !== HAS_NAME) throw error;
    await dropIndex(change, name);
    await change(create);
  }
}

async function dropUnfilled(graph: GraphConnections, change: Change): Promise<void> {
  const names = INDEXES.map(({ name }) => name);
  const { records } = await graph.executeQuery(UNFILLED, { names });
  for (const record of records) await dropIndex(change, record.get('name') as string);
}

async function dropIndex(change: Change, name: string): Promise<void> {
  try {
    await change(`DROP INDEX ${name} IF EXISTS`);
  } catch (error) {
    // An earlier holder has completed the constraint meanwhile: the index is in use.
    if (!isNeo4jError(error) || error.code !== 'Neo.DatabaseError.Schema.IndexDropFailed') throw error;
  }
}

/** One statement that is its own transaction. */
async function runAlone(
  graph: GraphConnections,
  statement: string,
  metadata: Readonly<Record<string, unknown>>,
): Promise<void> {
  const session = graph.session();
  try {
    await session.run(statement, {}, { metadata });
  } finally {
    await session.close();
  }
}
