import { readsModelsWhole, reviewsDecisions } from '../../domain/access/scope.ts';
import {
  claimReview,
  decideReview,
  disputeDecision,
  disputeResponse,
  type Reviewer,
  releaseReview,
  type Verdict,
} from '../../store/reviews/decide-review.ts';
import { encryptReason } from '../../store/reviews/review-reasons.ts';
import type { ReviewRow } from '../../store/reviews/reviews.ts';
import { auditHook } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { access } from './builder.ts';
import { responseKeyOf } from './node.ts';
import { REVIEW_CLASSES, REVIEW_PREFIX, REVIEWED } from './reviews.ts';
import type { SchemaParts } from './types.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Adds the reviewers' mutations: claim, decide, dispute. */
export function addReviewMutations({ builder, types: { npsClass, review } }: SchemaParts): void {
  const input = builder.inputType('ReviewDecisionInput', {
    fields: (t) => ({
      class: t.field({
        type: npsClass,
        description: 'The class that the text has, if the model is wrong; null confirms the model.',
      }),
      overturn: t.boolean({
        required: true,
        defaultValue: false,
        description: 'For a decision about a model: overturns it.',
      }),
      reason: t.string({ required: true }),
    }),
  });
  builder.mutationFields((t) => ({
    claimReview: t.field({
      ...access('review'),
      type: review,
      nullable: false,
      description: 'For half an hour only the caller can decide it.',
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, context) =>
        claimReview(context.deps.record, reviewKey(id), reviewerOf(context, 'review.claim')),
    }),
    releaseReview: t.field({
      ...access('review'),
      type: review,
      nullable: false,
      description: 'Releases a claim, so that others can decide the review.',
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, context) =>
        releaseReview(context.deps.record, reviewKey(id), reviewerOf(context, 'review.release')),
    }),
    decideReview: t.field({
      ...access('review'),
      type: review,
      nullable: false,
      description:
        'A correction becomes a training label with more weight than a surveyed number; inferred scores change when a model is trained on it.',
      args: { id: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
      resolve: (_root, { id, input }, context) => {
        const decided = { ...verdictOf(input), reason: reasonOf(input.reason) };
        const { record, reviewRules } = context.deps;
        const by = reviewerOf(context, 'review.decide');
        return decideReview(record, reviewKey(id), decided, reviewRules.approvals, by);
      },
    }),
    disputeResponse: t.field({
      ...access('readResponse'),
      type: review,
      description: 'Queues a response whose prediction the caller disputes; null if it has no prediction.',
      args: { response: t.arg.id({ required: true }), reason: t.arg.string({ required: true }) },
      resolve: async (_root, { response, reason }, context) => {
        const why = reasonOf(reason);
        const key = responseKeyOf(response);
        const stored = key === null ? null : await context.predictions.load(key);
        if (key === null || !stored || !(await context.responses.load(key))) return null;
        const by = {
          now: new Date(context.deps.now()),
          note: auditHook(context, 'review.dispute'),
          seal: encryptionOf(context),
        };
        const queued = await disputeResponse(context.deps.record, key, stored.modelVersionId, why, by);
        // A caller without review rights requested it, and sees no more of it.
        return queued && mayReview(context, queued) ? queued : null;
      },
    }),
    disputeDecision: t.field({
      ...access('readPrediction'),
      type: review,
      description:
        'Queues a decision about a model that the caller disputes; null where there is no such decision.',
      args: { decision: t.arg.id({ required: true }), reason: t.arg.string({ required: true }) },
      resolve: async (_root, { decision, reason }, context) => {
        const why = reasonOf(reason);
        const key = /^Decision:([1-9]\d{0,14})$/.exec(decision)?.[1];
        if (key === undefined || !readsModelsWhole(context.caller.scope)) return null;
        const by = { now: new Date(context.deps.now()), note: auditHook(context, 'review.dispute') };
        const queued = await disputeDecision(context.deps.record, Number(key), why, by);
        return queued && mayReview(context, queued) ? queued : null;
      },
    }),
  }));
}

function verdictOf(input: {
  readonly class?: (typeof REVIEW_CLASSES)[number] | null | undefined;
  readonly overturn: boolean;
}): Omit<Verdict, 'reason'> {
  if (input.overturn) {
    if (input.class)
      throw new InvalidArgumentError('input: a class corrects a prediction; overturn applies to a decision');
    return { verdict: 'OVERTURNED', class: null };
  }
  const index = input.class ? REVIEW_CLASSES.indexOf(input.class) : -1;
  return index < 0
    ? { verdict: 'CONFIRMED', class: null }
    : { verdict: 'CORRECTED', class: index as 0 | 1 | 2 };
}

function mayReview({ deps, caller: { scope } }: ApiContext, { cellId }: Pick<ReviewRow, 'cellId'>): boolean {
  if (cellId === null) return reviewsDecisions(scope);
  const cell = deps.cells.get(cellId);
  return cell !== undefined && REVIEWED.every((group) => scope.allows(group, cell));
}

/** @throws ForbiddenError if the caller may review nothing at all. */
function reviewerOf(context: ApiContext, action: string): Reviewer {
  const { deps, caller } = context;
  const some = deps.cells.all().some(({ id }) => mayReview(context, { cellId: id }));
  if (!some && !reviewsDecisions(caller.scope)) throw new ForbiddenError('this key may not review responses');
  return {
    id: caller.id,
    name: caller.name,
    now: new Date(deps.now()),
    note: auditHook(context, action),
    may: (review) => mayReview(context, review),
    encrypt: encryptionOf(context),
  };
}

function encryptionOf({ deps }: ApiContext): NonNullable<Reviewer['encrypt']> {
  return (session, reason) => encryptReason(session, deps.encryption, reason);
}

function reasonOf(reason: string): string {
  if (reason.trim() === '') throw new InvalidArgumentError('reason: say why; it is kept in the audit log');
  return reason.trim();
}

function reviewKey(id: string): string {
  const key = id.startsWith(REVIEW_PREFIX) ? id.slice(REVIEW_PREFIX.length) : '';
  if (!UUID.test(key)) throw new InvalidArgumentError('id: no such review exists here');
  return key;
}
