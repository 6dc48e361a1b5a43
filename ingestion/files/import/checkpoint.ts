import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NoteCounts } from '../../pipeline/outcome.ts';

/** The progress of an import: everything up to `line` is acknowledged, and these are its counts. */
export interface Checkpoint {
  line: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  filtered: number;
  /** Rows up to there, including blank ones; absent from older checkpoints. */
  items?: number;
  /** Rows with nothing in any column. */
  blank?: number;
  /** Places where rows could not be separated with certainty. */
  doubts?: number;
  /** Of the accepted ones and the duplicates: how many were filed otherwise; absent from older checkpoints. */
  filed?: number;
  /**
   * Of the accepted ones and the duplicates: how many have each note (`NOTE_MESSAGES`); absent if there are
   * none.
   */
  notes?: NoteCounts;
  /** The id of the import; absent from older checkpoints. */
  importId?: string;
  readonly reasons: Record<string, number>;
  done: boolean;
}

export const emptyCheckpoint = (): Checkpoint => ({
  line: 0,
  accepted: 0,
  duplicates: 0,
  rejected: 0,
  filtered: 0,
  reasons: {},
  done: false,
});

const HEAD_BYTES = 1024 * 1024;

/**
 * Identifies an import: the file (its size, its time and the hash of its first megabyte) and the map. A changed
 * file or map is another import.
 * @param version in place of the time: a copy has a new one each time that it is made
 */
export async function importIdentity(path: string, mapHash: string, version?: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const hash = createHash('sha256').update(`${size} ${version ?? mtimeMs} ${mapHash}\n`);
    return hash.update(buffer.subarray(0, bytesRead)).digest('hex').slice(0, 32);
  } finally {
    await file.close();
  }
}

/** The path of that import's checkpoint. */
export function checkpointPath(dataDir: string, identity: string): string {
  return join(dataDir, 'imports', `${identity}.json`);
}

/** The checkpoint, or null if there is no readable one. */
export async function loadCheckpoint(path: string): Promise<Checkpoint | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Checkpoint;
  } catch {
    return null;
  }
}

/** Written under another name and renamed, so that the file is always whole. */
export async function saveCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, JSON.stringify(checkpoint), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** SHA-256 of the whole file, hex. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: HEAD_BYTES }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}
