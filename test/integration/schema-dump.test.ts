import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dumpCatalog } from '../../scripts/catalog-dump.ts';
import type { Session, Store } from '../../store/database/client.ts';
import { openPglite } from '../../store/database/pglite.ts';
import { unnamed } from '../../store/database/statement.ts';
import { migrate } from '../../store/setup/migrate.ts';

let store: Store;
beforeAll(async () => {
  store = await openPglite(undefined);
  await migrate(store);
});
afterAll(() => store.close());

it('migrations/schema.sql is what the migrations make; else run npm run schema:dump', async () => {
  const kept = readFileSync(new URL('../../migrations/schema.sql', import.meta.url), 'utf8');
  const head = kept.slice(0, kept.indexOf('\n\n') + 2);
  expect(head).toMatch(/^(--.*\n)+\n$/);
  expect(kept).toBe(head + (await dumpCatalog(store)));
});

/** What the dump says, after a change that is taken back. */
async function dumpAfter(...changes: readonly string[]): Promise<string> {
  let dump = '';
  const undone = new Error('taken back');
  const work = async (session: Session) => {
    for (const change of changes) await session.rows(unnamed(change), []);
    dump = await dumpCatalog(session);
    throw undone;
  };
  await store.transaction(work).catch((error: Error) => {
    if (error !== undone) throw error;
  });
  return dump;
}

it.each([
  ['a column', 'ALTER TABLE source ADD COLUMN added text'],
  ['a type', 'ALTER TABLE lease ALTER COLUMN name TYPE varchar(80)'],
  ['a default', "ALTER TABLE source ALTER COLUMN name SET DEFAULT 'x'"],
  ['NOT NULL', 'ALTER TABLE api_key ALTER COLUMN role DROP NOT NULL'],
  ['a constraint', "ALTER TABLE source ADD CONSTRAINT named CHECK (name <> '')"],
  ['an index', 'CREATE INDEX added ON source (name)'],
  ['a composite type', 'ALTER TYPE rollup_delta ADD ATTRIBUTE added text'],
  ['an enumeration', "CREATE TYPE added AS ENUM ('a', 'b')"],
  ['a sequence', 'CREATE SEQUENCE added'],
  ['a trigger', 'ALTER TRIGGER %TRIGGER% RENAME TO renamed'],
  ['a function', 'CREATE FUNCTION added() RETURNS integer LANGUAGE sql AS $$SELECT 1$$'],
  ['a view', 'CREATE VIEW added AS SELECT name FROM source'],
  ['a grant', 'GRANT SELECT ON api_key TO scoreline_reader'],
  ['a revoked right', 'REVOKE SELECT ON scoped.cell FROM scoreline_reader'],
])('the dump shows %s', async (_what, change) => {
  const [trigger] = await store.rows<{ on: string }>(
    unnamed(`SELECT format('%I ON %I', t.tgname, c.relname) AS on FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
      WHERE NOT t.tgisinternal ORDER BY 1 LIMIT 1`),
    [],
  );
  const before = await dumpAfter();
  expect(await dumpAfter(change.replace('%TRIGGER%', trigger?.on ?? ''))).not.toBe(before);
  expect(await dumpAfter()).toBe(before);
});
