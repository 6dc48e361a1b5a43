import { chmod, lstat, mkdir, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { ConfigError } from '../config/config.ts';

/** Scoreline's own entries of its data folder. */
const OWN = new Set([
  'record',
  'seals',
  'encoders',
  'imports',
  'lock',
  'uploads',
  'watched',
  'admin-key',
  'pepper',
  'wrapping-keys',
  'signing-key',
]);
const isOwn = (name: string) => OWN.has(name.replace(/^\.?(.*?)(\.[0-9a-f]+)?(\.new)?$/, '$1'));
/** Permissions of everyone but the owner. */
const OTHERS = 0o077;

/**
 * Creates the data folder, and makes it and Scoreline's entries in it readable by the owner only, even if it
 * existed before. In a folder with other contents (a home folder, say) only Scoreline's own entries are
 * changed.
 * @throws ConfigError if an entry belongs to another user and cannot be changed.
 */
export async function ownDataFolder(path: string, onNote: (note: Error) => void): Promise<void> {
  // Files written from here on, by any library, are readable by the owner only. A thread has no mask of its
  // own.
  if (isMainThread) process.umask(OTHERS);
  await mkdir(path, { recursive: true, mode: 0o700 });
  const folder = await realpath(path);
  const names = await readdir(folder);
  let tightened = 0;
  for (const name of names.filter(isOwn)) tightened += await tighten(join(folder, name));
  const foreign = names.filter((name) => !isOwn(name) && name !== 'lost+found');
  const mode = (await lstat(folder)).mode & OTHERS;
  if (foreign.length > 0 && mode !== 0)
    onNote(
      new Error(
        `${folder} holds other things than Scoreline's (such as "${foreign[0]?.slice(0, 40)}"), so its permissions are left alone; give Scoreline a folder of its own`,
      ),
    );
  else if (mode !== 0) tightened += await closed(folder, 0o700);
  if (tightened > 0)
    onNote(
      new Error(
        `${folder}: ${tightened} files and folders were open to others, and are the owner's alone now`,
      ),
    );
}

/** The file, or the folder and everything in it; links are not followed. Returns how many were changed. */
export async function tighten(path: string): Promise<number> {
  const stat = await lstat(path).catch(() => null);
  if (!stat || stat.isSymbolicLink()) return 0;
  let changed = 0;
  if (stat.isDirectory()) for (const name of await readdir(path)) changed += await tighten(join(path, name));
  if ((stat.mode & OTHERS) === 0) return changed;
  return changed + (await closed(path, stat.mode & 0o700));
}

async function closed(path: string, mode: number): Promise<number> {
  try {
    await chmod(path, mode);
    return 1;
  } catch (error) {
    throw new ConfigError(
      `${path} is open to others and belongs to another user (${(error as NodeJS.ErrnoException).code}): run chmod -R go= on it as its owner, or set SCORELINE_DATA_DIR to a folder of your own`,
    );
  }
}
