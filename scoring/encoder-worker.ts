import { parentPort, workerData } from 'node:worker_threads';
import { openEncoder } from './encoder.ts';

/** A request of the pool to a worker; the answer carries the same number. */
export interface EncoderRequest {
  readonly request: number;
  readonly kind: 'encode' | 'states';
  readonly text: string;
}

const port = parentPort;
if (!port) throw new Error('this file runs as a worker of encoder-pool.ts');
const { source, cacheFolder } = workerData as { source: string; cacheFolder: string };
const opening = openEncoder(source, cacheFolder);

port.on('message', async ({ request, kind, text }: EncoderRequest) => {
  try {
    const encoder = await opening;
    const result = await encoder[kind](text);
    port.postMessage({ request, result });
  } catch (error) {
    port.postMessage({ request, error: (error as Error).message });
  }
});
