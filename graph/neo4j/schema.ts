import { KINDS } from '../kinds/registry.ts';
import { SET_FED_BY } from '../kinds/shared/write-rollups.ts';
import { isNeo4jError } from './driver.ts';
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
/** In the order in which rollups are walked: of all, of a cell, and of a mapping's, which FED_BY repeats. */
const INDEXES = [
  index('rollup_order', '(r:Rollup) ON (r.hour, r.cell, r.model)'),
  index('rollup_cell', '(r:Rollup) ON (r.cell, r.hour, r.model)'),
  index('fed_order', '()-[f:FED_BY]-() ON (f.mapping, f.hour, f.cell, f.model)'),
];
/** Indexes that Neo4j could not fill, for a full disk or a value too long for one: it never tries them again by itself. */
const UNFILLED = `SHOW INDEXES YIELD name, state WHERE state = 'FAILED' AND name IN $names RETURN name`;
const HAS_NAME = 'Neo.ClientError.Schema.IndexWithNameAlreadyExists';
/** FED_BY edges written by an earlier version, before this one or after a downgrade, lack the properties. */
const BARE = 'MATCH ()-[f:FED_BY]->() WHERE f.mapping IS NULL RETURN true LIMIT 1';
const FILL = `MATCH (r:Rollup)-[f:FED_BY]->(m:MappingVersion) WHERE f.mapping IS NULL
  CALL (r, f, m) { ${SET_FED_BY} } IN TRANSACTIONS OF 5000 ROWS`;

/**
 * One unique constraint per label, and the indexes for walking rollups. Running it again changes nothing, and repairs what an
 * interrupted run left.
 */
export async function ensureGraphSchema(graph: GraphConnections): Promise<void> {
  await dropUnfilled(graph);
  for (const constraint of CONSTRAINTS) await ensure(graph, constraint);
  await fillFedBy(graph);
  for (const one of INDEXES) await ensure(graph, one);
  await graph.executeQuery('CALL db.awaitIndexes(300)');
}

/**
 * Neo4j creates the index of a constraint in a transaction of its own. If the connection ends between the two, the index stays
 * without its constraint, and every later creation finds the name taken.
 */
async function ensure(graph: GraphConnections, { name, create }: Named): Promise<void> {
  try {
    await graph.executeQuery(create);
  } catch (error) {
    if (!isNeo4jError(error) || error.code !== HAS_NAME) throw error;
    await dropIndex(graph, name);
    await graph.executeQuery(create);
  }
}

async function dropUnfilled(graph: GraphConnections): Promise<void> {
  const names = INDEXES.map(({ name }) => name);
  const { records } = await graph.executeQuery(UNFILLED, { names });
  for (const record of records) await dropIndex(graph, record.get('name') as string);
}

async function dropIndex(graph: GraphConnections, name: string): Promise<void> {
  try {
    await graph.executeQuery(`DROP INDEX ${name} IF EXISTS`);
  } catch (error) {
    // Another process has completed the constraint meanwhile: the index is in use.
    if (!isNeo4jError(error) || error.code !== 'Neo.DatabaseError.Schema.IndexDropFailed') throw error;
  }
}

async function fillFedBy(graph: GraphConnections): Promise<void> {
  const bare = await graph.executeQuery(BARE);
  if (bare.records.length === 0) return;
  const session = graph.session();
  try {
    await session.run(FILL);
  } finally {
    await session.close();
  }
}
