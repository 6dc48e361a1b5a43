import type { Store } from '../store/database/client.ts';
import type { Lease, Work } from '../store/database/lease.ts';
import type { Loops } from '../store/database/loops.ts';
import { runPeriodic } from '../store/database/periodic.ts';
import { runFollower } from '../store/journal/follower.ts';
import { type RegisteredModel, readRegistry } from '../store/models/models.ts';
import { readingsTaken, writeReadings } from '../store/monitoring/model-readings.ts';
import type { Encoders } from './encoders.ts';
import type { Model } from './model.ts';
import { type ReadingDeps, takeReadings } from './readings.ts';
import { modelsInUse } from './scorer.ts';

export interface MonitorDeps extends Omit<ReadingDeps, 'pool'> {
  readonly encoders: Encoders;
  readonly store: Store;
  readonly cells: ReadingDeps['cells'] & { refresh(session: Store): Promise<void> };
  readonly loadModel: (id: number) => Promise<Model>;
  readonly loops: Loops | null;
  readonly onError: (error: Error) => void;
  /** The lease for writing readings. */
  readonly lease: Lease;
}

/** The name of the follower. */
export const MONITOR = 'monitor';
const ENTRIES = 1_000;
const HOUR_MS = 3_600_000;
const LOOK_EVERY_MS = 60_000;

/**
 * Watches the models in use: a follower of the journal that records which of them have new predictions, and
 * takes their readings once an hour is over. One process reads each hour; an interrupted reading is taken at
 * the next start.
 */
export async function startMonitor(deps: MonitorDeps): Promise<Work> {
  const { store, loops, onError } = deps;
  // Predictions from before this start may not have been read.
  const changed = new Set((await readRegistry(store)).map(({ id }) => id));
  const follower = await runFollower({
    name: MONITOR,
    store,
    batch: ENTRIES,
    gathers: true,
    lease: deps.lease,
    loops,
    onError,
    handle: async (entries) => {
      for (const { kind, payload } of entries)
        if (kind === 'predictions' && payload.model !== undefined) changed.add(payload.model);
    },
  });
  const read = async ({ id, encoderHash }: RegisteredModel, until: number) => {
    const pool = await deps.encoders.find(encoderHash);
    if (!pool) return;
    if (await readingsTaken(store, id, new Date(until))) return;
    changed.delete(id);
    try {
      await deps.cells.refresh(store);
      const readings = await takeReadings({ ...deps, pool }, id, await deps.loadModel(id), until);
      await writeReadings(store, readings, deps.lease);
    } catch (error) {
      changed.add(id);
      throw error;
    }
  };
  const look = async (stopped: () => boolean) => {
    const until = Math.floor(deps.now() / HOUR_MS) * HOUR_MS;
    const failures: unknown[] = [];
    for (const model of modelsInUse(await readRegistry(store))) {
      if (stopped()) return;
      // One that cannot be read does not keep the others from it.
      if (changed.has(model.id)) await read(model, until).catch((error) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  };
  const looking = runPeriodic({ name: 'model readings', everyMs: LOOK_EVERY_MS, loops, onError, run: look });
  return {
    isFailing: () => follower.isFailing(),
    isForgotten: () => follower.isForgotten(),
    stop: async () => {
      await Promise.all([looking.stop(), follower.stop()]);
    },
  };
}
