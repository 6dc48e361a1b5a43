import { parentPort, workerData } from 'node:worker_threads';
import { openEncoder } from './encoder.ts';
import { identifyEncoder } from './encoder-id.ts';

/** A request of the pool to a worker; the answer carries the same number. */
export interface EncoderRequest {
  readonly request: number;
  readonly kind: 'encode' | 'states';
  readonly text: string;
}

/** What a worker is started with. */
export interface EncoderWorkerData {
  readonly source: string;
  readonly cacheFolder: string;
  /** The content hash of the encoder; null: not known yet. */
  readonly hash: string | null;
}

const port = parentPort;
if (!port) throw new Error('this file runs as a worker of encoder-pool.ts');
const { source, cacheFolder, hash } = workerData as EncoderWorkerData;
const opening = open();

/** What is opened is what the pool is known by, also where the files were replaced since. */
async function open() {
  const found = hash === null ? null : await identifyEncoder(source, cacheFolder);
  if (found && found.hash !== hash)
    throw new Error(
      `its files have changed since they were read (${hash?.slice(0, 12)}, now ${found.hash.slice(0, 12)}): put them back, or start the process again`,
    );
  return openEncoder(source, cacheFolder);
}

port.on('message', async ({ request, kind, text }: EncoderRequest) => {
  // A thread that cannot open the encoder ends, and another one tries again: it would fail every text that it is given.
  const encoder = await opening;
  try {
    const result = await encoder[kind](text);
    port.postMessage({ request, result });
  } catch (error) {
    port.postMessage({ request, error: (error as Error).message });
  }
});
