import type { Store } from '../store/database/client.ts';
import type { Lease, Work } from '../store/database/lease.ts';
import type { Loops } from '../store/database/loops.ts';
import { runPeriodic } from '../store/database/periodic.ts';
import { runFollower } from '../store/journal/follower.ts';
import { readRegistry } from '../store/models/models.ts';
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
  const look = async (stopped: () => boolean) => {
    const until = Math.floor(deps.now() / HOUR_MS) * HOUR_MS;
    for (const model of modelsInUse(await readRegistry(store))) {
      if (stopped()) return;
      if (!changed.has(model.id)) continue;
      const pool = await deps.encoders.find(model.encoderHash);
      if (!pool) continue;
      if (await readingsTaken(store, model.id, new Date(until))) continue;
      changed.delete(model.id);
      try {
        await deps.cells.refresh(store);
        const readings = await takeReadings(
          { ...deps, pool },
          model.id,
          await deps.loadModel(model.id),
          until,
        );
        await writeReadings(store, readings, deps.lease);
      } catch (error) {
        changed.add(model.id);
        throw error;
      }
    }
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
