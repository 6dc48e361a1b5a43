import { constants } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { headHash, headLine, type SignedHead } from '../domain/seals/seal.ts';

/** Where signed heads go outside of the record. Handing in the same head twice changes nothing. */
export interface HeadSink {
  publish(heads: readonly SignedHead[]): Promise<void>;
  /** The newest head that is there, where that can be asked. */
  newest?(): Promise<SignedHead | null>;
}

/** What the file of heads holds, or what about it cannot be read. */
export type HeadFile =
  | { readonly heads: readonly SignedHead[]; readonly broken: null }
  | { readonly heads: readonly SignedHead[]; readonly broken: string };

/**
 * Appends to a file, one head a line; a line that a killed process left unfinished is finished. What is written goes to the place
 * where the file was found to end: a process that was frozen in between writes the same heads over themselves.
 */
export function fileSink(path: string): HeadSink {
  return {
    publish: async (heads) => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
      try {
        const found = await file.readFile();
        const text = found.toString('utf8');
        const end = text.lastIndexOf('\n') + 1;
        const torn = text.slice(end);
        const last = parseLine(text.slice(text.lastIndexOf('\n', end - 2) + 1, end));
        const lines = heads.filter(({ size }) => !last || size > last.size).map(headLine);
        const [first] = lines;
        if (torn !== '' && first?.startsWith(torn)) lines[0] = first.slice(torn.length);
        else if (torn !== '') lines.unshift('\n');
        if (lines.length === 0) return;
        const bytes = Buffer.from(lines.join(''));
        for (let written = 0; written < bytes.length; )
          written += (await file.write(bytes, written, bytes.length - written, found.length + written))
            .bytesWritten;
        await file.sync();
      } finally {
        await file.close();
      }
    },
    newest: async () => (await readHeadFile(path))?.heads.at(-1) ?? null,
  };
}

/** POSTs each head as JSON, named by its hash; anything but a 2xx is an error, and the head is sent again later. */
export function urlSink(url: string): HeadSink {
  return {
    publish: async (heads) => {
      for (const head of heads) {
        const answer = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': headHash(head) },
          body: headLine(head),
          signal: AbortSignal.timeout(10_000),
        });
        if (!answer.ok) throw new Error(`the sink of signed heads answered ${answer.status}`);
      }
    },
  };
}

/** Reads the file of heads; null when there is none. */
export async function readHeadFile(path: string): Promise<HeadFile | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const heads: SignedHead[] = [];
  // What comes after the last line's end is being written just now.
  const lines = text.split('\n').slice(0, -1);
  for (const [index, line] of lines.entries()) {
    const head = parseLine(line);
    if (!head) return { heads, broken: `line ${index + 1} is no head` };
    heads.push(head);
  }
  return { heads, broken: null };
}

function parseLine(line: string): SignedHead | null {
  try {
    const { body, signature } = JSON.parse(line) as SignedHead;
    const { size } = JSON.parse(body) as { size: unknown };
    return typeof signature === 'string' && typeof size === 'number' ? { size, body, signature } : null;
  } catch {
    return null;
  }
}
