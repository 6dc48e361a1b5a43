import { open } from 'node:fs/promises';
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

const lines = (events: readonly RunEvent[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('');

/** Appends to a file, one event a line, and waits until the disk has it. */
export function fileTransport(path: string): Transport {
  return {
    place: resolve(path),
    send: async (events) => {
      const file = await open(path, 'a');
      try {
        await file.appendFile(lines(events));
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
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
