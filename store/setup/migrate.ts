import { sql } from 'drizzle-orm';
import { migrate as migratePostgres } from 'drizzle-orm/node-postgres/migrator';
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator';
import { createScopedViews, dropScopedViews } from '../access/scoped-views.ts';
import { dropBiViews } from '../bi/views.ts';
import type { Database, Store, TimescaleEdition } from '../database/client.ts';
import { DatabaseRefusedError, withPrivileges } from '../database/database-refused.ts';
import { LOCKS } from '../database/locks.ts';
import { checkServer } from '../database/privileges.ts';
import { BEGINNING } from '../journal/journal.ts';
import { isBehind, MIGRATIONS, newerMigration, signMigrations } from './migrations.ts';

/** Features beyond plain PostgreSQL, as found at the start. */
export interface DatabaseFeatures {
  readonly timescale: TimescaleEdition;
}

/**
 * Migrates the database to this version's tables, under a lock, and turns the fact tables into hypertables if
 * TimescaleDB is installed. Running it again changes nothing.
 * @throws DatabaseRefusedError for an unsuitable server, a missing privilege, or tables of a newer version.
 */
export async function migrate(store: Store): Promise<DatabaseFeatures> {
  if (store.backend === 'postgres') {
    const problems = await checkServer(store);
    if (problems.length > 0) throw new DatabaseRefusedError(problems.join('; '));
  }
  try {
    return await bringUp(store);
  } catch (error) {
    throw await withPrivileges(store, error);
  }
}

function bringUp(store: Store): Promise<DatabaseFeatures> {
  return store.exclusively(LOCKS.migration, async (db) => {
    const newer = await newerMigration(store);
    if (newer) throw new DatabaseRefusedError(`${newer.what}; ${newer.advice}`);
    if (await isBehind(store)) {
      // A view would keep a migration from changing the columns that it shows.
      await dropBiViews(db);
      await dropScopedViews(db);
      if (store.backend === 'pglite') await migratePglite(db as never, { migrationsFolder: MIGRATIONS });
      else await migratePostgres(db as never, { migrationsFolder: MIGRATIONS });
    }
    await signMigrations(store);
    const timescale = store.backend === 'pglite' ? 'none' : await timescaleEdition(db);
    if (timescale !== 'none') await createHypertables(db);
    await rebaseRestoredJournal(db);
    await createScopedViews(db);
    return { timescale };
  });
}

/** Runs `work` while no other process migrates. */
export function exclusivelyMigrating<T>(store: Store, work: () => Promise<T>): Promise<T> {
  return store.exclusively(LOCKS.migration, work);
}

async function timescaleEdition(db: Database): Promise<TimescaleEdition> {
  const available = await db.execute(sql`SELECT FROM pg_available_extensions WHERE name = 'timescaledb'`);
  if (rowsOf(available).length === 0) return 'none';
  const installed = () => db.execute(sql`SELECT FROM pg_extension WHERE extname = 'timescaledb'`);
  if (rowsOf(await installed()).length === 0) {
    // Unless the library is preloaded, creating it would end the connection: then this is plain PostgreSQL.
    const loaded = await db.execute(
      sql`SELECT FROM pg_catalog.pg_settings WHERE name = 'timescaledb.disable_load'`,
    );
    if (rowsOf(loaded).length === 0) return 'none';
    // Needs the right to create it.
    await db.execute(sql`CREATE EXTENSION IF NOT EXISTS timescaledb`).catch(() => undefined);
    if (rowsOf(await installed()).length === 0) return 'none';
  }
  const license = await db.execute(sql`SELECT current_setting('timescaledb.license', true) AS license`);
  return rowsOf<{ license: string | null }>(license)[0]?.license === 'timescale' ? 'community' : 'apache';
}

async function createHypertables(db: Database): Promise<void> {
  const hypertables = [
    { table: 'response', by: 'answered_at', every: '30 days' },
    { table: 'prediction', by: 'answered_at', every: '30 days' },
    { table: 'rollup_minute', by: 'bucket', every: '1 day' },
  ];
  for (const { table, by, every } of hypertables) {
    await db.execute(sql`SELECT create_hypertable(${table}::regclass, by_range(${by}::name, ${every}::interval),
      if_not_exists => true, migrate_data => true, create_default_indexes => false)`);
  }
}

/**
 * A database restored from a dump into a new cluster has transaction ids of the old one, which the new cluster
 * may not reach for years, so followers would wait. All restored rows are committed, so they (and the
 * followers' positions) are moved below every id of this cluster, in the same order.
 */
async function rebaseRestoredJournal(db: Database): Promise<void> {
  await db.transaction(async (tx) => {
    const ahead = await tx.execute(sql`SELECT max(xact)::bigint AS highest FROM journal
      HAVING max(xact) >= pg_current_xact_id()::text::bigint`);
    const highest = rowsOf<{ highest: string | number }>(ahead)[0]?.highest;
    if (highest === undefined) return;
    await tx.execute(sql`UPDATE journal SET xact = xact - ${highest}::bigint - 1`);
    await tx.execute(
      sql`UPDATE follower SET xact = xact - ${highest}::bigint - 1 WHERE xact > ${BEGINNING.xact}::bigint`,
    );
    await tx.execute(sql`UPDATE journal_mark SET xact = xact - ${highest}::bigint - 1`);
  });
}

function rowsOf<Row>(result: unknown): Row[] {
  return (result as { rows: Row[] }).rows;
}
