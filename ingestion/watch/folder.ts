import { lstat, readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { z } from 'zod';
import {
  type FilePlace,
  type FoundFile,
  isMeant,
  MOST_FILES,
  PlaceError,
  placeConnector,
  tooMany,
} from './place.ts';

const NAME = /^[^./\\\0][^/\\\0]{0,200}$/;

const shape = {
  folder: z
    .string()
    .refine(
      (given) => given.split('/').every((part) => NAME.test(part)),
      'must be a folder within SCORELINE_WATCH_DIR, such as "exports/nps"',
    ),
};

/** Where a watched folder is. */
export interface FolderSettings {
  readonly folder: string;
}

/** Files in a folder of the machine that the server runs on. docs/connectors/folder.md. */
export const folder = placeConnector('folder', shape, {
  make: () => 'not needed',
  problemOf: () => 'is not needed for a folder; leave it out',
});

/** How long a file has not changed before it is read: its writer may not have ended. */
const SETTLED_MS = 3_000;

/**
 * The place of a folder.
 * @param base the folder that folders of connections are within; undefined: none are read
 * @param now epoch milliseconds
 */
export function folderPlace(
  base: string | undefined,
  settings: FolderSettings,
  now: () => number,
): FilePlace {
  return {
    list: async () => {
      const path = await checked(base, settings);
      const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
        throw new PlaceError(
          `the folder cannot be listed (${error.code}); let the user of the server read it`,
        );
      });
      const names = entries.filter((entry) => entry.isFile() && isMeant(entry.name)).map(({ name }) => name);
      if (names.length > MOST_FILES) throw tooMany();
      const files: FoundFile[] = [];
      for (const name of names) {
        const found = await lstat(join(path, name)).catch(() => null);
        if (!found?.isFile() || found.size === 0 || now() - found.mtimeMs < SETTLED_MS) continue;
        files.push({ path: name, version: `${found.size}-${Math.round(found.mtimeMs)}`, bytes: found.size });
      }
      return files;
    },
    fetch: async ({ path }) => join(await checked(base, settings), path),
  };
}

/** The folder, which is within the base also where links lead elsewhere. */
async function checked(base: string | undefined, { folder }: FolderSettings): Promise<string> {
  if (base === undefined)
    throw new PlaceError('SCORELINE_WATCH_DIR is not set: it names the folder that watched folders are in');
  try {
    const root = await realpath(base);
    const path = await realpath(join(root, folder));
    if (path.startsWith(root.endsWith(sep) ? root : root + sep)) return path;
  } catch {
    throw new PlaceError(
      `there is no folder "${folder}" within SCORELINE_WATCH_DIR; make it, or correct the mapping`,
    );
  }
  throw new PlaceError(`the folder "${folder}" leads out of SCORELINE_WATCH_DIR`);
}
