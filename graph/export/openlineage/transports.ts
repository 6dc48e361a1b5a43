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

/** POSTs each event, in order, as the OpenLineage API requires (such as …/api/v1/lineage). */
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
        const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(event), signal });
        if (!answer.ok)
          throw new Error(`${url} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
        await answer.arrayBuffer();
      }
    },
  };
}
