import type { Loops } from '../../store/database/loops.ts';
import { runPeriodic } from '../../store/database/periodic.ts';
import { readyTargets } from '../../store/targets/claims.ts';
import { DELIVERY_CHANNEL } from '../../store/targets/deliveries.ts';
import { type DeliverDeps, deliverTo } from './deliver.ts';

/** Deliveries that become due are found so often; new ones are announced. */
const LOOK_EVERY_MS = 2_000;
/** Targets that one process sends to at once. */
const MOST_TARGETS = 16;

/**
 * Sends what is due, beside other processes that do the same: each delivery is claimed by one. Each target is worked off on its own, so a
 * slow one holds no other. The answer stops it; what is under way is given back.
 */
export async function followDeliveries(
  deps: DeliverDeps & { readonly loops: Loops },
): Promise<() => Promise<void>> {
  const { store, loops, now, onError } = deps;
  const stopping = new AbortController();
  const working = new Map<string, Promise<void>>();
  const look = async () => {
    for (const id of await readyTargets(store, new Date(now()))) {
      if (stopping.signal.aborted || working.size >= MOST_TARGETS) return;
      if (working.has(id)) continue;
      const work = deliverTo(deps, id, stopping.signal)
        .catch(onError)
        .finally(() => working.delete(id));
      working.set(id, work);
    }
  };
  const looking = runPeriodic({ name: 'deliveries', everyMs: LOOK_EVERY_MS, loops, onError, run: look });
  const unlisten = await store.listen(DELIVERY_CHANNEL, () => looking.wake());
  return async () => {
    stopping.abort();
    await unlisten();
    await looking.stop();
    await Promise.all(working.values());
  };
}
