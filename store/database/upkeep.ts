import type { Store } from './client.ts';
import { statement, unnamed } from './statement.ts';

/** A table this much larger than its planner's statistics say is due, beyond a few pages. */
const GROWTH = 1.5;
const FEW_PAGES = 16;
/** The share of dead rows from which autovacuum of a server would act, beyond a few rows. */
const DEAD_SHARE = 0.2;
const FEW_ROWS = 1_000;

const DUE = statement(
  'upkeep_due',
  `SELECT c.oid::regclass::text AS name
    FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
      AND (pg_relation_size(c.oid) / current_setting('block_size')::integer > ${GROWTH} * c.relpages + ${FEW_PAGES}
        OR s.n_dead_tup > ${DEAD_SHARE} * s.n_live_tup + ${FEW_ROWS})
    ORDER BY 1`,
);
/** Counts of dead rows are up to a second behind otherwise. */
const FLUSH = unnamed('SELECT pg_stat_force_next_flush()');
/** A sample of 6,000 rows: the whole default of 30,000 holds the database up for longer and plans no better. */
const SAMPLE = unnamed('SET default_statistics_target = 20');

/**
 * Does what autovacuum does on a server, which the embedded database lacks: frees dead rows and renews the
 * planner's statistics of tables that have grown, one table at a time so that other statements run in between.
 * Without it plans stay those for empty tables, and deleted rows occupy space permanently. Returns the tables.
 */
export async function vacuumGrown(store: Store, stopped: () => boolean = () => false): Promise<string[]> {
  if (store.backend !== 'pglite') return [];
  await store.rows(FLUSH, []);
  const due = await store.rows<{ name: string }>(DUE, []);
  const done: string[] = [];
  if (due.length > 0) await store.rows(SAMPLE, []);
  for (const { name } of due) {
    if (stopped()) break;
    await store.rows(unnamed(`VACUUM (ANALYZE) ${name}`, { isLong: true }), []);
    done.push(name);
  }
  return done;
}
