import { UserError } from '../domain/errors/user-error.ts';
import {
  newestOrders,
  noteOrder,
  ORDER_HOURS,
  ordersOf,
  type TrainingOrder,
} from '../store/agents/training-orders.ts';
import { audit } from '../store/audit/audit.ts';
import type { Store } from '../store/database/client.ts';
import type { Work } from '../store/database/lease.ts';
import type { Loops } from '../store/database/loops.ts';
import { runPeriodic } from '../store/database/periodic.ts';
import type { Change } from '../store/models/model-changes.ts';
import { PairError } from './companion.ts';
import { TrainingError } from './training-job.ts';
import type { TrainingPlace } from './training-place.ts';

const LOOK_EVERY_MS = 20_000;
const HOUR_MS = 3_600_000;
/**
 * What an order lacks may come meanwhile, such as an encoder that is installed, and what was erased while a model was trained is not read
 * again: it is tried again after this time.
 */
const AGAIN_MS = 600_000;
/** What fails for a reason that is not known is tried again after a minute, then two, four, …, at most an hour. */
const FIRST_PAUSE_MS = 60_000;

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
  const tried: Tried = new Map();
  const periodic = runPeriodic({
    name: 'training orders',
    everyMs: LOOK_EVERY_MS,
    loops,
    onError,
    run: () => carryOutOrder(deps, tried),
  });
  return { isFailing: () => false, isForgotten: () => false, stop: () => periodic.stop() };
}

/** Orders that this process has tried: from when on each is tried again, and how often it failed for a reason that is not known. */
export type Tried = Map<string, { readonly from: number; readonly failures: number }>;

const NEVER = { from: Number.POSITIVE_INFINITY, failures: 0 };

/**
 * Trains the oldest order that has no model yet, of the newest of each kind; returns the version, or null. One that cannot be
 * carried out does not keep the other one waiting. @throws Error what is no answer about an order, after the other one had its turn
 */
export async function carryOutOrder(
  deps: TrainingOrdersDeps,
  tried: Tried = new Map(),
): Promise<number | null> {
  const { store, now, onError } = deps;
  const failures: unknown[] = [];
  let made: number | null = null;
  for (const order of await newestOrders(store)) {
    const { decision, model } = order;
    if (model !== null || !isOpen(order, now()) || now() < (tried.get(decision)?.from ?? 0)) continue;
    try {
      made = await carryOut(deps, order);
      tried.set(decision, NEVER);
      await noteOrder(store, decision, null);
      break;
    } catch (error) {
      if (error instanceof UserError) {
        tried.set(decision, isFinal(error) ? NEVER : { from: now() + AGAIN_MS, failures: 0 });
        onError(error);
        // Who reads the decision has no log.
        await noteOrder(store, decision, error.message);
      } else {
        const count = (tried.get(decision)?.failures ?? 0) + 1;
        const pause = Math.min(HOUR_MS, FIRST_PAUSE_MS * 2 ** (count - 1));
        tried.set(decision, { from: now() + pause, failures: count });
        failures.push(new OrderFailedError(decision, count, pause, error));
      }
    }
  }
  if (failures.length > 0) throw failures[0];
  return made;
}

/** An order failed for a reason that is not known; the reason is its cause. */
class OrderFailedError extends Error {
  override readonly name = 'OrderFailedError';

  constructor(decision: string, count: number, pause: number, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `the training of Decision:${decision} failed ${count === 1 ? 'once' : `${count} times`}, and is tried again in ${pause / 60_000} min: ${reason}`,
      { cause },
    );
  }
}

/** The same training would fail again: it has too few labels, or makes no pair. */
const isFinal = (error: UserError) =>
  error instanceof TrainingError ? error.isFinal : error instanceof PairError;
const isOpen = ({ at }: TrainingOrder, now: number) => now - at.getTime() < ORDER_HOURS * HOUR_MS;

function carryOut({ now, train }: TrainingOrdersDeps, order: TrainingOrder): Promise<number> {
  const reason = `Decision:${order.decision}`;
  const cause: Change = {
    actor: 'agent retraining',
    reason,
    note: async (session, subject) => {
      // A process that lost its lease may have trained the same order.
      if ((await ordersOf(session, order.decision)) > 1)
        throw new TrainingError(`${reason} has its model already`);
      // The agent has gone on without it: a model would stand beside another training.
      if (!isOpen(order, now()))
        throw new TrainingError(
          `${reason} ended after ${ORDER_HOURS} hours; what it was late with was dropped`,
        );
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
  return train(order.until, cause, { companion: order.companion });
}
