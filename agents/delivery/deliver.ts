import type { CellDictionary } from '../../domain/segments/cell.ts';
import type { ScopedReader } from '../../store/access/scoped-views.ts';
import { audit } from '../../store/audit/audit.ts';
import type { Store } from '../../store/database/client.ts';
import type { SubjectEncryption } from '../../store/encryption/subject-encryption.ts';
import {
  type ClaimedDelivery,
  type ClaimTarget,
  claimDeliveries,
  type Ending,
  endAttempt,
  lockReady,
  paceTarget,
  pauseTarget,
  releaseClaim,
  targetFailed,
  targetWorked,
} from '../../store/targets/claims.ts';
import { disableTarget, readTargetSecret } from '../../store/targets/targets.ts';
import {
  type AttemptDeps,
  EXCHANGE_MS,
  type Exchanged,
  exchange,
  outgoing,
  type ScopeOf,
} from './attempt.ts';
import { circuitPause, FAILURES_TO_OPEN, nextDelay, pace } from './backoff.ts';
import { type Content, render } from './render.ts';

export interface DeliverDeps extends AttemptDeps {
  readonly store: Store;
  readonly scopedReader: ScopedReader;
  readonly cells: CellDictionary;
  readonly encryption: SubjectEncryption;
  readonly scopeOf: ScopeOf;
  /** The policies in force, for the audit log. */
  readonly policyVersion: () => string;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly onError: (error: Error) => void;
}

/** Deliveries of one target that are under way at once. */
const AT_ONCE = 4;
/** An exchange, and what is read before it and written after it. */
const CLAIM_MS = 2.5 * EXCHANGE_MS;

interface Claim {
  readonly target: ClaimTarget;
  readonly deliveries: readonly ClaimedDelivery[];
}

/** Sends what is due for the target until nothing is, its rate is used, or it is stopped. */
export async function deliverTo(deps: DeliverDeps, id: string, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const claim = await claimFor(deps, id);
    if (claim === null || claim.deliveries.length === 0) return;
    await Promise.all(claim.deliveries.map((delivery) => attempt(deps, claim.target, delivery, stop)));
  }
}

/** Claims as many deliveries as the target's rate and circuit allow. */
function claimFor({ store, now }: DeliverDeps, id: string): Promise<Claim | null> {
  return store.transaction(async (session) => {
    const at = now();
    const target = await lockReady(session, id, new Date(at));
    if (target === null) return null;
    const { free, usedAfter } = pace(target.rate, target.pacedUntil?.getTime() ?? 0, at);
    // One delivery tries a circuit that was open.
    const isTrial = target.failures >= FAILURES_TO_OPEN;
    const most = Math.min(free, isTrial ? 1 : AT_ONCE);
    if (most === 0) return null;
    const until = new Date(at + CLAIM_MS);
    const deliveries = await claimDeliveries(session, id, { now: new Date(at), until, most });
    if (deliveries.length > 0)
      await paceTarget(session, id, new Date(usedAfter(deliveries.length)), isTrial ? until : null);
    return { target, deliveries };
  });
}

/** One attempt; however it ends, the delivery is settled, postponed or given back. */
async function attempt(
  deps: DeliverDeps,
  target: ClaimTarget,
  delivery: ClaimedDelivery,
  stop: AbortSignal,
): Promise<void> {
  try {
    const content = await contentFor(deps, target, delivery);
    if (typeof content === 'string') {
      await end(deps, delivery, cancelled(content, deps.now()));
      return;
    }
    const secret = await readTargetSecret(deps.store, deps.encryption, target.id);
    const event = outgoing(deps, delivery, content);
    const exchanged = await exchange(deps, { ...target, secret }, event, stop);
    await settle(deps, target, delivery, exchanged);
  } catch (error) {
    if (!stop.aborted) deps.onError(error as Error);
    // Where that fails too, the claim expires.
    await releaseClaim(deps.store, delivery).catch(() => undefined);
  }
}

const cancelled = (error: string, now: number): Ending => ({
  state: 'CANCELLED',
  at: new Date(now),
  status: null,
  error,
  remoteId: null,
});

const end = (deps: DeliverDeps, delivery: ClaimedDelivery, ending: Ending) =>
  endAttempt(deps.store, delivery, ending);

/** What the target may be sent now, or why it is sent nothing. A comment is in the audit log before it leaves. */
async function contentFor(
  deps: DeliverDeps,
  { id, role, attributes, settings }: ClaimTarget,
  delivery: ClaimedDelivery,
): Promise<Content | string> {
  const scope = deps.scopeOf(role, attributes);
  if (scope === null)
    return 'the role of the target, or a dimension that it is limited to, is not known any more';
  const session = deps.scopedReader.as(scope);
  const withComment = (settings as { includeComment?: unknown } | null)?.includeComment === true;
  const content = await render({ ...deps, session, scope }, delivery, withComment);
  if (content === null) return 'the target may not see the subject, or it exists no more';
  if (content.commentOf !== null) {
    const subject = { delivery: delivery.id, comment: { responses: [content.commentOf], more: 0 } };
    const actor = { actor: `Target:${id}`, actorName: `Target:${id}`, role, purpose: null };
    const entry = {
      ...actor,
      policyVersion: deps.policyVersion(),
      at: deps.now(),
      action: 'deliver',
      subject,
    };
    await deps.store.transaction((owner) => audit(owner, { ...entry, outcome: 'done' }));
  }
  return content;
}

/** Stores how an attempt ended, and what that says of the target. */
function settle(
  { store, now, random }: DeliverDeps,
  target: ClaimTarget,
  delivery: ClaimedDelivery,
  outcome: Exchanged,
): Promise<void> {
  const at = now();
  const { status } = outcome;
  return store.transaction(async (session) => {
    if (outcome.kind === 'delivered') {
      const { remoteId } = outcome;
      const ending = { state: 'DELIVERED', at: new Date(at), status, error: null, remoteId } as const;
      if (await endAttempt(session, delivery, ending)) await targetWorked(session, target.id);
      return;
    }
    const { error } = outcome;
    const afterMs = outcome.kind === 'retry' ? outcome.afterMs : null;
    const delay = outcome.kind === 'retry' ? nextDelay(delivery.attempts, afterMs, random) : null;
    const ending: Ending =
      delay === null
        ? { state: 'DEAD', at: new Date(at), status, error, remoteId: null }
        : { state: 'PENDING', due: new Date(at + delay), status, error };
    if (!(await endAttempt(session, delivery, ending))) return;
    if (outcome.kind === 'gone') await disableTarget(session, target.id, `the target ${error}`, new Date(at));
    // It answered, so it works: what it refused is this delivery's.
    else if (outcome.kind === 'refused') await targetWorked(session, target.id);
    else if (afterMs !== null) await pauseTarget(session, target.id, new Date(at + afterMs));
    else {
      const pause = circuitPause(await targetFailed(session, target.id));
      if (pause > 0) await pauseTarget(session, target.id, new Date(at + pause));
    }
  });
}
