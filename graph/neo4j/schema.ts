import type { Driver } from 'neo4j-driver';
import { LINEAGE_KINDS } from '../../domain/lineage.ts';

/** One unique constraint per label, and the order in which rollups are walked. Running it again changes nothing. */
export async function ensureGraphSchema(driver: Driver): Promise<void> {
  for (const kind of LINEAGE_KINDS) {
    if (kind === 'Score') continue;
    await driver.executeQuery(
      `CREATE CONSTRAINT ${kind.toLowerCase()}_id IF NOT EXISTS FOR (n:${kind}) REQUIRE n.id IS UNIQUE`,
    );
  }
  await driver.executeQuery(
    'CREATE INDEX rollup_order IF NOT EXISTS FOR (r:Rollup) ON (r.hour, r.cell, r.model)',
  );
  await driver.executeQuery('CALL db.awaitIndexes(60)');
}
