import { KINDS } from '../kinds/registry.ts';
import { SET_FED_BY } from '../kinds/shared/write-rollups.ts';
import type { GraphConnections } from './graph-connections.ts';

/** In the order in which rollups are walked: of all, of a cell, and of a mapping's, which FED_BY repeats. */
const INDEXES = [
  'CREATE INDEX rollup_order IF NOT EXISTS FOR (r:Rollup) ON (r.hour, r.cell, r.model)',
  'CREATE INDEX rollup_cell IF NOT EXISTS FOR (r:Rollup) ON (r.cell, r.hour, r.model)',
  'CREATE INDEX fed_order IF NOT EXISTS FOR ()-[f:FED_BY]-() ON (f.mapping, f.hour, f.cell, f.model)',
];
/** FED_BY edges written by an earlier version, before this one or after a downgrade, lack the properties. */
const BARE = 'MATCH ()-[f:FED_BY]->() WHERE f.mapping IS NULL RETURN true LIMIT 1';
const FILL = `MATCH (r:Rollup)-[f:FED_BY]->(m:MappingVersion) WHERE f.mapping IS NULL
  CALL (r, f, m) { ${SET_FED_BY} } IN TRANSACTIONS OF 5000 ROWS`;

/** One unique constraint per label, and the indexes for walking rollups. Running it again changes nothing. */
export async function ensureGraphSchema(graph: GraphConnections): Promise<void> {
  for (const { kind, projection } of KINDS) {
    if (!projection) continue;
    await graph.executeQuery(
      `CREATE CONSTRAINT ${kind.toLowerCase()}_id IF NOT EXISTS FOR (n:${kind}) REQUIRE n.id IS UNIQUE`,
    );
  }
  await graph.executeQuery(
    'CREATE CONSTRAINT fence_name IF NOT EXISTS FOR (f:Fence) REQUIRE f.name IS UNIQUE',
  );
  await fillFedBy(graph);
  for (const index of INDEXES) await graph.executeQuery(index);
  await graph.executeQuery('CALL db.awaitIndexes(300)');
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
