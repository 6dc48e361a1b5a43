import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type { Session } from '../database/client.ts';
import { statement, unnamed } from '../database/statement.ts';

/** The folder of this version's migrations. */
export const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
const MANIFEST = fileURLToPath(new URL('../../package.json', import.meta.url));
/** Among the embedded database's files: which migration is its last one, for who does not open it. */
const MARK = 'scoreline-migrations.json';

/** What keeps a program from a database, and what to do. */
export interface NewerMigration {
  readonly what: string;
  readonly advice: string;
}

/** The last migration of a database, and the version that applied it. `at`: its time in the list of migrations. */
interface LastMigration {
  readonly at: number;
  readonly tag: string;
  readonly version: string;
}

/** This version's last migration. */
function ownLast(): LastMigration {
  const journal = JSON.parse(readFileSync(join(MIGRATIONS, 'meta/_journal.json'), 'utf8')) as {
    entries: { when: number; tag: string }[];
  };
  const { version } = JSON.parse(readFileSync(MANIFEST, 'utf8')) as { version: string };
  const { when: at, tag } = journal.entries.at(-1) ?? { when: 0, tag: 'none' };
  return { at, tag, version };
}

const FOUND = statement(
  'migrations_found',
  "SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL AS found",
);
const APPLIED = statement(
  'migrations_applied',
  `SELECT count(*)::integer AS n, coalesce(max(created_at), 0)::float8 AS at,
      obj_description('drizzle.__drizzle_migrations'::regclass) AS says FROM drizzle.__drizzle_migrations`,
);

/** What was applied: how many, the time of the last one, and the comment of who applied it; null: nothing yet. */
async function applied(session: Session) {
  const [table] = await session.rows<{ found: boolean }>(FOUND, []);
  if (!table?.found) return null;
  const [row] = await session.rows<{ n: number; at: number; says: string | null }>(APPLIED, []);
  return row ?? null;
}

/**
 * The migration that a newer version of Scoreline applied to the database and this one does not know; undefined: none. A
 * program would write into tables that it does not understand.
 */
export async function newerMigration(session: Session): Promise<NewerMigration | undefined> {
  const last = await applied(session);
  return last ? newerThanOwn({ ...signed(last.says), at: last.at }) : undefined;
}

/** The same of an embedded database that is not opened, by what its last start left among its files. */
export function newerMigrationIn(folder: string): NewerMigration | undefined {
  const path = join(folder, MARK);
  if (!existsSync(path)) return undefined;
  const mark = signed(readFileSync(path, 'utf8'));
  return newerThanOwn({ ...mark, at: mark.at ?? 0 });
}

function newerThanOwn(last: Partial<LastMigration> & { at: number }): NewerMigration | undefined {
  const own = ownLast();
  if (last.at <= own.at) return undefined;
  const of = new Date(last.at).toISOString();
  return {
    what:
      `the database has tables of a newer Scoreline: its last migration is ${last.tag ?? 'one without a name'} of ${of}, ` +
      `the last one that this version (${own.version}) knows is ${own.tag}`,
    advice: `start Scoreline ${last.version ? `${last.version} or newer` : 'of the version that applied it, or newer'}; migrations only go forward, so to return to this version, restore the backup from before the upgrade`,
  };
}

/** Whether the database lacks some of this version's migrations. */
export async function isBehind(session: Session): Promise<boolean> {
  return (await applied(session))?.n !== readMigrationFiles({ migrationsFolder: MIGRATIONS }).length;
}

/** Says in the database which migration is the last one and who applied it: the rows of migrations have no names. */
export async function signMigrations(session: Session): Promise<void> {
  const own = ownLast();
  if (signed((await applied(session))?.says).at === own.at) return;
  const says = JSON.stringify(own).replaceAll("'", "''");
  await session.rows(unnamed(`COMMENT ON TABLE drizzle.__drizzle_migrations IS '${says}'`), []);
}

/** The same among the files of an embedded database. */
export async function signMigrationsIn(folder: string): Promise<void> {
  const [path, text] = [join(folder, MARK), `${JSON.stringify(ownLast())}\n`];
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  await writeFile(path, text, { mode: 0o600 });
}

function signed(text: string | null | undefined): Partial<LastMigration> {
  try {
    const { at, tag, version } = JSON.parse(text ?? '{}') as Record<string, unknown>;
    return {
      ...(typeof at === 'number' && { at }),
      ...(typeof tag === 'string' && /^\w{1,200}$/.test(tag) && { tag }),
      ...(typeof version === 'string' && /^[\w.+-]{1,40}$/.test(version) && { version }),
    };
  } catch {
    return {};
  }
}
