import pg from 'pg';
import { expect, it } from 'vitest';
import { LOCKS } from '../../store/database/locks.ts';
import { openPostgres } from '../../store/database/postgres.ts';
import { statement } from '../../store/database/statement.ts';
import { migrate } from '../../store/setup/migrate.ts';
import { freshDatabase } from '../fixtures/database.ts';
import { patience } from '../fixtures/patience.ts';

it('a start that waits for another one names the session that holds it up, and continues once that ends', async () => {
  const url = (await freshDatabase()) ?? '';
  const other = new pg.Client({ connectionString: url, application_name: 'a frozen starter' });
  await other.connect();
  const said: string[] = [];
  const store = openPostgres(url, ({ message }) => said.push(message), { lockNamedMs: 300 });
  try {
    const { rows } = await other.query('SELECT pg_backend_pid() AS pid, pg_advisory_lock($1)', [
      LOCKS.migration,
    ]);
    const migrated = migrate(store);
    await expect
      .poll(() => said.join(), { timeout: patience(20_000) })
      .toContain(`pg_terminate_backend(${rows[0].pid})`);
    expect(said[0]).toMatch(/^this start waits for the advisory lock 72673, .*a frozen starter/);
    await other.query('SELECT pg_advisory_unlock($1)', [LOCKS.migration]);
    expect((await migrated).timescale).toBeDefined();
  } finally {
    await other.end();
    await store.close();
  }
});

it('jobs that hold locks leave connections to work on, however many begin at once', async () => {
  const store = openPostgres((await freshDatabase()) ?? '', () => undefined, { maxConnections: 4 });
  const one = statement('test_held_lock_one', 'SELECT 1 AS one');
  try {
    const jobs = Array.from({ length: 12 }, (_, i) =>
      store.ifFree(1_000 + i, async () => void (await store.rows(one, []))),
    );
    expect(await Promise.all(jobs)).toEqual(Array(12).fill(true));
  } finally {
    await store.close();
  }
});
