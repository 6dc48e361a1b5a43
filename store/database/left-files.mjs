import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/*
 * A process that is killed while it rewrites a table leaves the new file, which belongs to no table: PostgreSQL never removes it, a later
 * rewrite neither, and everything that was stored is in it. Files of a sort are left alike.
 */

/** Every relation of the database that has a file here. */
const KNOWN = `SELECT DISTINCT pg_relation_filenode(oid)::text AS node FROM pg_class WHERE pg_relation_filenode(oid) IS NOT NULL`;
const FOLDER = `SELECT oid::text AS name FROM pg_database WHERE datname = current_database()`;
/** A relation's number, then the kind of file and the part of it. */
const OF_RELATION = /^(\d+)(?:_(?:fsm|vm|init))?(?:\.\d+)?$/;

/** Removes what sorts left. Only while the database is not open: it remembers which folders there are. */
export const removeSortFiles = (dataDir) =>
  rm(join(dataDir, 'base', 'pgsql_tmp'), { recursive: true, force: true });

/**
 * Removes the files that no relation has; returns how many. Only before anything else runs in the database: a table that is being made
 * is not known yet.
 */
export async function removeLeftFiles(pglite, dataDir) {
  const base = join(dataDir, 'base');
  const [{ rows: nodes }, { rows: folders }] = [await pglite.query(KNOWN), await pglite.query(FOLDER)];
  const known = new Set(nodes.map(({ node }) => node));
  const folder = join(base, folders[0].name);
  const left = (await readdir(folder)).filter((name) => {
    const node = OF_RELATION.exec(name)?.[1];
    return node !== undefined && !known.has(node);
  });
  for (const name of left) await rm(join(folder, name), { force: true });
  return left.length;
}
