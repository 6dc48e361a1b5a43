import { randomBytes } from 'node:crypto';
import { constants, copyFile, link, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigError } from '../config/config.ts';

/*
 * Secrets are written under a temporary name and then linked, so that there is a whole one or none, whenever
 * the process is killed.
 */

/** A temporary file without its final name. */
const unnamed = (path: string, mark: string) => join(dirname(path), `.${basename(path)}.${mark}.new`);
/** After this long, leftovers of killed processes are removed. */
const LEFT_BEHIND_MS = 60_000;

/** A file system without links, such as FAT: there a kill may leave half a file. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);
/** A folder that this process may only read. */
const READ_ONLY = new Set(['EROFS', 'EACCES', 'EPERM']);

/**
 * Writes the file (mode 0600) unless it exists: of several starting processes exactly one does. Returns whether
 * this one did.
 * @throws ConfigError if nothing can be written there.
 */
export async function writeOnce(path: string, text: string): Promise<boolean> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await removeLeftBehind(path);
    const beside = await writeBeside(path, text);
    try {
      // Unlike a rename, a link replaces nothing.
      await link(beside, path).catch((error: NodeJS.ErrnoException) => {
        if (!NO_LINKS.has(error.code ?? '')) throw error;
        return copyFile(beside, path, constants.COPYFILE_EXCL);
      });
    } finally {
      await unlink(beside);
    }
    await syncFolder(dirname(path));
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!READ_ONLY.has(code)) throw error;
    throw new ConfigError(
      `${path} is not there and cannot be made (${code}): put it there from where it is kept`,
    );
  }
}

/** Replaces the file's text: one or the other is there at any moment. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await rename(await writeBeside(path, text), path);
  await syncFolder(dirname(path));
}

async function writeBeside(path: string, text: string): Promise<string> {
  const beside = unnamed(path, randomBytes(8).toString('hex'));
  const file = await open(beside, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  return beside;
}

/** So that the file's new name survives a loss of power. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function removeLeftBehind(path: string): Promise<void> {
  const [before, after] = unnamed(basename(path), '|').split('|') as [string, string];
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(before) || !name.endsWith(after)) continue;
    const file = join(dirname(path), name);
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (mtimeMs < Date.now() - LEFT_BEHIND_MS) await rm(file, { force: true });
  }
}
