import { parentPort, workerData } from 'node:worker_threads';
import { mmdTest } from '../domain/drift/two-sample.ts';
import { randomFrom } from '../domain/statistics/random.ts';

/** Two samples of embeddings; equal requests have equal answers. */
export interface MmdRequest {
  readonly before: readonly Float32Array[];
  readonly now: readonly Float32Array[];
  readonly permutations: number;
  readonly seed: number;
}

const { before, now, permutations, seed } = workerData as MmdRequest;
parentPort?.postMessage(mmdTest(before, now, permutations, randomFrom(seed)));
