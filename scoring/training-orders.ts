import { newestOrders, ORDER_HOURS, ordersOf, type TrainingOrder } from '../store/agents/training-orders.ts';
import { audit } from '../store/audit/audit.ts';
import type { Store } from '../store/database/client.ts';
import type { Work } from '../store/database/lease.ts';
import type { Loops } from '../store/database/loops.ts';
import { runPeriodic } from '../store/database/periodic.ts';
import type { Change } from '../store/models/model-changes.ts';
import { TrainingError } from './training-job.ts';
import type { TrainingPlace } from './training-place.ts';

const LOOK_EVERY_MS = 20_000;
const HOUR_MS = 3_600_000;

export interface TrainingOrdersDeps {
  readonly store: Store;
  readonly now: () => number;
  readonly loops: Loops | null;
  readonly onError: (error: Error) => void;
  readonly train: (until: Date, cause: Change, of: TrainingPlace) => Promise<number>;
}

/**
 * Trains what agents ordered, in the process that scores: outside the transaction of the decision, because it takes long. The
 * registered model names the decision, so an order that was carried out is not carried out again.
 */
export async function startTrainingOrders(deps: TrainingOrdersDeps): Promise<Work> {
  const { loops, onError } = deps;
  // What made no new model is not tried again by this process.
  const tried = new Set<string>();
  const periodic = runPeriodic({
    name: 'training orders',
    everyMs: LOOK_EVERY_MS,
    loops,
    onError,
    run: () => carryOutOrder(deps, tried),
  });
  return { isFailing: () => false, isForgotten: () => false, stop: () => periodic.stop() };
}

/** Trains the oldest order that has no model yet, of the newest of each kind; returns the version, or null. */
export async function carryOutOrder(
  { store, now, train, onError }: TrainingOrdersDeps,
  tried = new Set<string>(),
): Promise<number | null> {
  const isDue = ({ decision, model, at }: TrainingOrder) =>
    model === null && !tried.has(decision) && now() - at.getTime() < ORDER_HOURS * HOUR_MS;
  const order = (await newestOrders(store)).find(isDue);
  if (!order) return null;
  const reason = `Decision:${order.decision}`;
  const cause: Change = {
    actor: 'agent retraining',
    reason,
    note: async (session, subject) => {
      // A process that lost its lease may have trained the same order.
      if ((await ordersOf(session, order.decision)) > 1)
        throw new TrainingError(`${reason} has its model already`);
      await audit(session, {
        actor: 'system',
        actorName: 'agent retraining',
        role: 'system',
        policyVersion: null,
        purpose: null,
        at: now(),
        action: 'trainModel',
        subject: { ...subject, decision: order.decision },
        outcome: 'done',
      });
    },
  };
  try {
    const model = await train(order.until, cause, { companion: order.companion });
    tried.add(order.decision);
    return model;
  } catch (error) {
    if (!(error instanceof TrainingError)) throw error;
    tried.add(order.decision);
    onError(error);
    return null;
  }
}
