import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/scoreline', import.meta.url));
const PREFIX = 'record-';
/** Databases of the cluster that the embedded server never opens: two fifths of the files, a third of the bytes. */
const WITHOUT = ['template0', 'template1'];

let known: string | undefined;

/**
 * The path of this version's template: an archive of an embedded database after all migrations, without any
 * instance's rows. Its name has the hash of the engine's version and of the migrations, so another version's
 * template is not used.
 */
function templatePath(): string {
  if (known) return known;
  const hash = createHash('sha256').update(`${engineVersion()}\n${WITHOUT.join()}`);
  for (const name of readdirSync(MIGRATIONS).sort())
    if (name.endsWith('.sql')) hash.update(`\n${name}\n`).update(readFileSync(join(MIGRATIONS, name)));
  known = join(FOLDER, `${PREFIX}${hash.digest('hex').slice(0, 16)}.tar`);
  return known;
}

function engineVersion(): string {
  const main = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  return readFileSync(join(main, '../../package.json'), 'utf8');
}

/**
 * The template, or undefined if there is none: a new database is then created from nothing, which takes some
 * seconds.
 */
export function findTemplate(): string | undefined {
  const path = templatePath();
  return existsSync(path) ? path : undefined;
}

/**
 * Creates the template if there is none, and removes those of other versions. `make` creates a migrated
 * database in a folder and closes it.
 */
export async function buildTemplate(make: (folder: string) => Promise<void>): Promise<string> {
  const path = templatePath();
  if (existsSync(path)) return path;
  const folder = await mkdtemp(join(tmpdir(), 'scoreline-template-'));
  try {
    const record = join(folder, 'record');
    await make(record);
    const pglite = await PGlite.create({ dataDir: record });
    await removeOthers(pglite);
    const archive = await pglite.dumpDataDir('none');
    await pglite.close();
    await mkdir(FOLDER, { recursive: true });
    // Written under another name and renamed: two processes write the same, and no one reads half of one.
    const beside = `${path}.${process.pid}`;
    await writeFile(beside, Buffer.from(await archive.arrayBuffer()));
    await rename(beside, path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  for (const name of await readdir(FOLDER))
    if (name.startsWith(PREFIX) && name.endsWith('.tar') && name !== basename(path))
      await rm(join(FOLDER, name), { force: true });
  return path;
}

async function removeOthers(pglite: PGlite): Promise<void> {
  await pglite.exec('UPDATE pg_database SET datistemplate = false');
  for (const name of WITHOUT) await pglite.exec(`DROP DATABASE ${name}`);
  await pglite.exec('CHECKPOINT');
}
