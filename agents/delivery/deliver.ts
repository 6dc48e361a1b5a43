import type { CellDictionary } from '../../domain/segments/cell.ts';
import type { ScopedReader } from '../../store/access/scoped-views.ts';
import { audit } from '../../store/audit/audit.ts';
import type { SubjectEncryption } from '../../store/encryption/subject-encryption.ts';
import {
  type ClaimedDelivery,
  type ClaimTarget,
  deliveryClaims,
  endDelivery,
} from '../../store/targets/claims.ts';
import { DELIVERY_CHANNEL } from '../../store/targets/deliveries.ts';
import { disableTarget, readTargetSecret } from '../../store/targets/targets.ts';
import { type AttemptDeps, type Exchanged, exchange, outgoing, type ScopeOf } from './attempt.ts';
import { nextDelay } from './backoff.ts';
import { type Content, render } from './render.ts';
import { endFailed, type WorkDeps, type WorkQueue } from './work-off.ts';

export interface DeliverDeps extends AttemptDeps, WorkDeps {
  readonly scopedReader: ScopedReader;
  readonly cells: CellDictionary;
  readonly encryption: SubjectEncryption;
  readonly scopeOf: ScopeOf;
  /** The policies in force, for the audit log. */
  readonly policyVersion: () => string;
}

/** Attempts where only some of the addressees had it. */
const MOST_FOR_SOME = 3;

/** What is due for the targets. */
export const deliveryQueue = (deps: DeliverDeps): WorkQueue<ClaimTarget, ClaimedDelivery> => ({
  name: 'deliveries',
  channel: DELIVERY_CHANNEL,
  claims: deliveryClaims,
  attempt: (target, delivery, stop) => attempt(deps, target, delivery, stop),
  fail: (target, delivery, failure) => settle(deps, target, delivery, failure),
});

async function attempt(
  deps: DeliverDeps,
  target: ClaimTarget,
  delivery: ClaimedDelivery,
  stop: AbortSignal,
): Promise<void> {
  const content = await contentFor(deps, target, delivery);
  if (typeof content === 'string') {
    const cancelled = { state: 'CANCELLED', status: null, error: content, remoteId: null } as const;
    await endDelivery(deps.store, delivery, { ...cancelled, at: new Date(deps.now()) });
    return;
  }
  const secret = await readTargetSecret(deps.store, deps.encryption, target.id);
  const event = outgoing(deps, delivery, content);
  await settle(deps, target, delivery, await exchange(deps, { ...target, secret }, event, stop));
}

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
  deps: DeliverDeps,
  { id: owner }: ClaimTarget,
  work: ClaimedDelivery,
  outcome: Exchanged,
): Promise<void> {
  const { status } = outcome;
  return deps.store.transaction(async (session) => {
    const at = new Date(deps.now());
    if (outcome.kind === 'delivered') {
      const { remoteId, missed = null } = outcome;
      const error = missed?.error ?? null;
      // The addressees that had it have it again, with the same id: so not as often as one that failed.
      const delay =
        missed?.isPassing && work.attempts < MOST_FOR_SOME
          ? nextDelay(work.attempts, null, deps.random)
          : null;
      if (delay !== null) {
        const due = new Date(at.getTime() + delay);
        if (await deliveryClaims.postpone(session, work, { due, status, error }))
          await deliveryClaims.worked(session, owner);
        return;
      }
      const ending = { state: 'DELIVERED', at, status, error, remoteId } as const;
      if (await endDelivery(session, work, ending)) await deliveryClaims.worked(session, owner);
      return;
    }
    const { error } = outcome;
    const isHeld = await endFailed(session, deps, deliveryClaims, { owner, work, failure: outcome }, (dead) =>
      endDelivery(session, work, { state: 'DEAD', at: dead, status, error, remoteId: null }),
    );
    if (isHeld && outcome.kind === 'gone') await disableTarget(session, owner, `the target ${error}`, at);
  });
}
