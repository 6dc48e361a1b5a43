import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { checkpointHash, checkpointLine, type SignedCheckpoint } from '../domain/seals/seal.ts';

/** A receiver of checkpoints outside of the database. Sending the same checkpoint twice changes nothing. */
export interface CheckpointPublisher {
  publish(checkpoints: readonly SignedCheckpoint[]): Promise<void>;
  /** The newest checkpoint there, if that can be queried. */
  newest?(): Promise<SignedCheckpoint | null>;
}

/** The content of the checkpoint file, or why it cannot be read. */
export type CheckpointFile =
  | { readonly heads: readonly SignedCheckpoint[]; readonly broken: null }
  | { readonly heads: readonly SignedCheckpoint[]; readonly broken: string };

/**
 * Appends to a file, one checkpoint a line; a line that a killed process left unfinished is finished. Data is
 * written at the file's end as found: a process that was frozen in between writes the same checkpoints over
 * themselves.
 */
export function fileSink(path: string): CheckpointPublisher {
  return {
    publish: async (checkpoints) => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
      try {
        const { end, line, torn } = await readEnd(file);
        const last = parseLine(line);
        const lines = checkpoints.filter(({ size }) => !last || size > last.size).map(checkpointLine);
        const [first] = lines;
        if (torn !== '' && first?.startsWith(torn)) lines[0] = first.slice(torn.length);
        else if (torn !== '') lines.unshift('\n');
        if (lines.length === 0) return;
        const bytes = Buffer.from(lines.join(''));
        for (let written = 0; written < bytes.length; )
          written += (await file.write(bytes, written, bytes.length - written, end + written)).bytesWritten;
        await file.sync();
      } finally {
        await file.close();
      }
    },
    newest: async () => {
      const file = await open(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
      if (!file) return null;
      try {
        const newest = parseLine((await readEnd(file)).line);
        if (newest) return newest;
      } finally {
        await file.close();
      }
      // What stands in front of something else.
      return (await readCheckpointFile(path))?.heads.at(-1) ?? null;
    },
  };
}

const TAIL_BYTES = 16 * 1024;

/** The size of a file, its last whole line, and what follows that. The file grows with history, and its end is all that a sealer needs. */
async function readEnd(file: FileHandle): Promise<{ end: number; line: string; torn: string }> {
  const { size: end } = await file.stat();
  if (end === 0) return { end, line: '', torn: '' };
  for (let length = Math.min(end, TAIL_BYTES); ; length = Math.min(end, length * 16)) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, end - length);
    const bytes = buffer.subarray(0, bytesRead);
    const lineEnd = bytes.lastIndexOf('\n') + 1;
    const begin = lineEnd < 2 ? 0 : bytes.lastIndexOf('\n', lineEnd - 2) + 1;
    // A line that begins further in front is read with more.
    if (begin > 0 || length === end)
      return { end, line: bytes.toString('utf8', begin, lineEnd), torn: bytes.toString('utf8', lineEnd) };
  }
}

/**
 * POSTs each checkpoint as JSON, named by its hash; anything but a 2xx is an error, and the checkpoint is sent
 * again later.
 */
export function urlPublisher(url: string): CheckpointPublisher {
  return {
    publish: async (checkpoints) => {
      for (const checkpoint of checkpoints) {
        const answer = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': checkpointHash(checkpoint) },
          body: checkpointLine(checkpoint),
          signal: AbortSignal.timeout(10_000),
          // What follows is a GET without the checkpoint, and a page of login would count as the receiver's answer.
          redirect: 'manual',
        });
        const hint = answer.headers.has('location') ? ': name the address that it redirects to' : '';
        if (!answer.ok) throw new Error(`the receiver of checkpoints answered ${answer.status}${hint}`);
      }
    },
  };
}

/** Reads the checkpoint file; null when there is none. */
export async function readCheckpointFile(path: string): Promise<CheckpointFile | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const checkpoints: SignedCheckpoint[] = [];
  // Text after the last line's end is being written right now.
  const lines = text.split('\n').slice(0, -1);
  for (const [index, line] of lines.entries()) {
    const checkpoint = parseLine(line);
    if (!checkpoint) return { heads: checkpoints, broken: `line ${index + 1} is not a checkpoint` };
    checkpoints.push(checkpoint);
  }
  return { heads: checkpoints, broken: null };
}

function parseLine(line: string): SignedCheckpoint | null {
  try {
    const { body, signature } = JSON.parse(line) as SignedCheckpoint;
    const { size } = JSON.parse(body) as { size: unknown };
    return typeof signature === 'string' && typeof size === 'number' ? { size, body, signature } : null;
  } catch {
    return null;
  }
}
