import { parentPort, workerData } from 'node:worker_threads';
import { nameSpans } from '../../domain/privacy/names.ts';
import { languageOf } from '../features.ts';
import { openNameModel } from './model.ts';
import { surenessFor } from './name-model.ts';

/** A request of the pool; the answer carries the same number. */
export interface NamesRequest {
  readonly request: number;
  readonly text: string;
}

const port = parentPort;
if (!port) throw new Error('this file runs as a worker of name-redaction.ts');
const { kept } = workerData as { readonly kept: readonly string[] };
const names = new Set(kept);
const opening = openNameModel();

port.on('message', async ({ request, text }: NamesRequest) => {
  // A thread that cannot open the model ends, and another one tries again: it would fail every text that it is given.
  const model = await opening;
  try {
    const sureness = surenessFor(languageOf(text), text);
    if (!sureness) return port.postMessage({ request, result: [] });
    const { words, readings } = await model.read(text);
    port.postMessage({ request, result: nameSpans(text, words, readings, sureness, names) });
  } catch (error) {
    port.postMessage({ request, error: (error as Error).message });
  }
});
