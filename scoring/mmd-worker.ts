import { parentPort, workerData } from 'node:worker_threads';
import { randomFrom } from '../domain/random.ts';
import { mmdTest } from '../domain/two-sample.ts';

/** Two samples of embeddings; equal requests have equal answers. */
export interface MmdRequest {
  readonly before: readonly Float32Array[];
  readonly now: readonly Float32Array[];
  readonly permutations: number;
  readonly seed: number;
}

const { before, now, permutations, seed } = workerData as MmdRequest;
parentPort?.postMessage(mmdTest(before, now, permutations, randomFrom(seed)));
