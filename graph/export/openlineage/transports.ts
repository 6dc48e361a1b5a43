import { type FileHandle, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { RunEvent } from './events.ts';

/** A target of events. `send` resolves when they are safe there, and throws when they are not. */
export interface Transport {
  /** Identifies the target: exports to it continue where the last one ended. */
  readonly place: string;
  send(events: readonly RunEvent[]): Promise<void>;
  /** Releases what `send` holds open between calls; never throws. */
  close?(): Promise<void>;
}

const lineOf = (event: RunEvent) => `${JSON.stringify(event)}\n`;
const lines = (events: readonly RunEvent[]) => events.map(lineOf).join('');

/**
 * Appends to a file, one event a line, and waits until the disk has it. An event that was cut off, by a full disk or the end of
 * the process, is sent again, and takes the place of what was written of it.
 */
export function fileTransport(path: string): Transport {
  return {
    place: resolve(path),
    send: async (events) => {
      const file = await open(path, 'a+');
      try {
        const torn = await lastLine(file);
        const isSentAgain = torn.length > 0 && events.some((event) => lineOf(event).startsWith(`${torn}`));
        if (isSentAgain) await file.truncate((await file.stat()).size - torn.length);
        // Another program's, or one that is not sent again: it stays, on a line of its own.
        await file.appendFile(`${torn.length > 0 && !isSentAgain ? '\n' : ''}${lines(events)}`);
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}

const LINE_END = 0x0a;
/** Longer than an event. */
const LONGEST_TAIL = 1024 * 1024;

/** What follows the last end of a line, the last mebibyte of it; nothing in what is no file, such as a pipe. */
async function lastLine(file: FileHandle): Promise<Buffer> {
  const stat = await file.stat();
  const length = stat.isFile() ? Math.min(LONGEST_TAIL, stat.size) : 0;
  if (length === 0) return Buffer.alloc(0);
  const end = Buffer.alloc(1);
  await file.read(end, 0, 1, stat.size - 1);
  if (end[0] === LINE_END) return Buffer.alloc(0);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, stat.size - length);
  const tail = buffer.subarray(0, bytesRead);
  return tail.subarray(tail.lastIndexOf(LINE_END) + 1);
}

/** To a stream, such as standard output. */
export function streamTransport(stream: NodeJS.WritableStream): Transport {
  return {
    place: 'stream',
    send: (events) =>
      new Promise((done, fail) => {
        stream.write(lines(events), (error) => (error ? fail(error) : done()));
      }),
  };
}

const PATIENCE_MS = 30_000;
const LONGEST_TEXT = 300;

/**
 * POSTs each event, in order, as the OpenLineage API requires (such as …/api/v1/lineage). A redirect is not followed: most are followed by a
 * GET without the event, and a page of login that answers it would count as a receipt.
 */
export function httpTransport(url: string, key: string | undefined): Transport {
  const headers = {
    'content-type': 'application/json',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };
  return {
    place: url,
    send: async (events) => {
      for (const event of events) {
        const signal = AbortSignal.timeout(PATIENCE_MS);
        const body = JSON.stringify(event);
        const sent = { method: 'POST', headers, body, signal, redirect: 'manual' } as const;
        const answer = await fetch(url, sent).catch((error: Error) => {
          throw new Error(`${url} does not answer: ${reasonOf(error)}`, { cause: error });
        });
        if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await refusalOf(answer)}`);
        await answer.arrayBuffer();
      }
    },
  };
}

/** Of a failed fetch the cause, which its own message does not name. */
const reasonOf = ({ message, cause }: Error): string =>
  cause instanceof Error && cause.message !== '' ? cause.message : message;

async function refusalOf(answer: Response): Promise<string> {
  const to = answer.headers.get('location');
  if (to !== null)
    return `it redirects to ${to.slice(0, LONGEST_TEXT)}; export to the address that takes events`;
  return (await answer.text()).slice(0, LONGEST_TEXT);
}
