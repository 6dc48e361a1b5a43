import { readFile, writeFile } from 'node:fs/promises';
import { openPglite } from '../store/database/pglite.ts';
import { migrate } from '../store/setup/migrate.ts';
import { dumpCatalog } from './catalog-dump.ts';

/**
 * npm run schema:dump: writes migrations/schema.sql, the tables that all migrations together make, so that a review shows what
 * a migration changes. With --check it only compares, and exits with 1 where the file is stale.
 */
const FILE = new URL('../migrations/schema.sql', import.meta.url);
const HEAD = `-- The database after all migrations and the first start, on plain PostgreSQL. Written by \`npm run schema:dump\`: do not edit,
-- and do not run it; the migrations are what makes a database.
`;

const store = await openPglite(undefined);
try {
  await migrate(store);
  const dump = `${HEAD}\n${await dumpCatalog(store)}`;
  if (process.argv.includes('--check')) {
    const kept = await readFile(FILE, 'utf8').catch(() => '');
    if (kept !== dump) {
      process.stderr.write('migrations/schema.sql is stale: run `npm run schema:dump` and commit it\n');
      process.exitCode = 1;
    }
  } else {
    await writeFile(FILE, dump);
  }
} finally {
  await store.close();
}
