import { reviewsDecisions, visibleCells } from '../../domain/access/scope.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import { decisionNode } from '../../graph/kinds/decision.ts';
import { readDecisionAnnotation } from '../../store/lineage/lineage-annotations.ts';
import type { ResponseRow } from '../../store/responses/responses.ts';
import { blockedFor } from '../../store/reviews/decide-review.ts';
import { openReason } from '../../store/reviews/review-reasons.ts';
import {
  countReviews,
  type ReviewCounts,
  type ReviewCursor,
  type ReviewDecisionRow,
  type ReviewRow,
  readDecisions,
  readReviews,
} from '../../store/reviews/reviews.ts';
import type { ReviewVerdict } from '../../store/tables/reviews.ts';
import type { ApiContext, ScopedDeps } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed, paged } from '../gate/costs.ts';
import { noteWithheld, pathOf, type ResponsePath } from '../masking.ts';
import { access, type Builder } from './builder.ts';
import { addConnection, pageOf, pageSize } from './connection.ts';
import { findModel } from './models.ts';
import { segmentOf } from './segment.ts';
import type { SchemaParts } from './types.ts';

export const REVIEW_CLASSES = ['DETRACTOR', 'PASSIVE', 'PROMOTER'] as const;
export const REVIEW_PREFIX = 'Review:';
/** That a response is queued, and why, reveals its prediction. */
export const REVIEWED = ['review', 'readResponse', 'readPrediction'] as const;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Adds Review and the queue of reviews. */
export function addReviews(schema: SchemaParts): void {
  addReview(schema);
  addQueue(schema);
  addCounts(schema);
}

function addCause(builder: Builder) {
  return builder.enumType('ReviewCause', {
    values: {
      LOW_CONFIDENCE: {
        description:
          'No class is probable enough; a version was made champion while its monitor raised an alarm.',
      },
      HIGH_IMPACT: {
        description:
          'The respondent is a promoter and the text a detractor’s, or the other way round; another version is champion.',
      },
      SAMPLED: { description: 'A random sample, so that predictions that look right are checked too.' },
      DISPUTED: { description: 'A caller requested it.' },
    },
  });
}

function addDecision({ builder, types }: Pick<SchemaParts, 'builder' | 'types'>) {
  return builder.objectRef<ReviewDecisionRow>('ReviewDecision').implement({
    ...access('review'),
    description: 'What one person decided, and why; kept permanently.',
    fields: (t) => ({
      by: t.exposeString('actorName', { nullable: false }),
      at: t.field({ type: 'DateTime', nullable: false, resolve: ({ decidedAt }) => decidedAt }),
      verdict: t.field({
        type: types.reviewVerdict,
        nullable: false,
        resolve: (row): ReviewVerdict => row.verdict,
      }),
      class: t.field({
        type: types.npsClass,
        description: 'The class that the text has instead.',
        resolve: (row) => (row.class === null ? null : REVIEW_CLASSES[row.class]),
      }),
      reason: t.exposeString('reason', { nullable: false }),
    }),
  });
}

function addReview({ builder, types }: SchemaParts): void {
  const cause = addCause(builder);
  const decision = addDecision({ builder, types });
  types.review.implement({
    ...access('review'),
    description: 'A prediction for a response, or a decision about a model, that people should check.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => REVIEW_PREFIX + id }),
      cause: t.field({
        type: cause,
        nullable: false,
        resolve: ({ cause }) => cause,
      }),
      reason: t.string({
        description: 'The reason that the caller who disputed it gave.',
        resolve: ({ responseId, reason }, _args, { deps }) =>
          reason === null ? null : openReason(reasonDeps(deps), responseId, reason),
      }),
      queuedAt: t.field({ type: 'DateTime', nullable: false, resolve: ({ queuedAt }) => queuedAt }),
      claimedUntil: t.field({
        type: 'DateTime',
        description: 'Until then only the reviewer with the claim may decide.',
        resolve: ({ claimedUntil }) => claimedUntil,
      }),
      approvals: t.int({
        nullable: false,
        description: 'How many people must decide alike.',
        resolve: (_row, _args, { deps }) => deps.reviewRules.approvals,
      }),
      blocked: t.string({
        description:
          'Why the caller cannot decide it: it is decided, claimed, or their own. Null where they can.',
        resolve: async (row, _args, { deps, caller }) => {
          const by = { id: caller.id, now: new Date(deps.now()) };
          return blockedFor(deps.record, row, await readDecisions(deps.record, [row.id]), by);
        },
      }),
      modelVersion: t.field({
        type: types.modelVersion,
        description: 'The model version of the prediction or decision.',
        resolve: ({ modelVersionId }, _args, context) => findModel(modelVersionId, context),
      }),
      decidedAt: t.field({
        type: 'DateTime',
        description: 'Null until the configured number of people have decided alike.',
        resolve: ({ decidedAt }) => decidedAt,
      }),
      response: t.field({
        type: types.response,
        resolve: async ({ responseId }, _args, context): Promise<ResponseRow | null> =>
          responseId === null ? null : context.responses.load(responseId),
      }),
      decision: t.field({
        type: types.lineageNode,
        description: 'The decision about a model version; the reason is in the history of the version.',
        resolve: async ({ decisionId }, _args, context, info) => {
          const { deps, caller } = context;
          if (caller.scope.grant('traceLineage') === 'none') {
            noteWithheld(context, 'traceLineage', pathOf(info.path));
            return null;
          }
          const found = decisionId === null ? null : await readDecisionAnnotation(deps.store, decisionId);
          return found && { ...decisionNode(found), depth: 0 };
        },
      }),
      decisions: t.field({
        type: [decision],
        nullable: false,
        resolve: async ({ id, responseId }, _args, { deps }) => {
          const decisions = await readDecisions(deps.record, [id]);
          const open = async (one: ReviewDecisionRow) => ({
            ...one,
            reason: await openReason(reasonDeps(deps), responseId, one.reason),
          });
          return Promise.all(decisions.map(open));
        },
      }),
    }),
  });
}

function addQueue(schema: SchemaParts): void {
  const { builder, types, dimensions } = schema;
  const connection = addConnection<ReviewRow>(schema, {
    name: 'Review',
    node: types.review,
    shows: 'review',
    cursorOf,
  });
  builder.queryField('reviewQueue', (t) =>
    t.field({
      ...access('review', paged(5, 0.2)),
      type: connection,
      nullable: false,
      description:
        'Reviews of responses in the cells that the caller may review, and, without a segment, of decisions about models, the longest waiting first.',
      args: {
        segment: t.arg({ type: types.segment }),
        decided: t.arg.boolean({ required: true, defaultValue: false }),
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string(),
      },
      resolve: async (_root, args, context, info) => {
        const first = pageSize(args.first);
        const theirs = reviewable(context, segmentOf(dimensions, args.segment), info.path);
        const page = { decided: args.decided, after: parseCursor(args.after), limit: first + 1 };
        const rows = await readReviews(context.deps.record, theirs, page);
        return pageOf(rows, first);
      },
    }),
  );
}

function addCounts({ builder, types, dimensions }: SchemaParts): void {
  const counts = builder.objectRef<ReviewCounts>('ReviewCounts').implement({
    ...access('review'),
    description: 'How the work of reviewers stands.',
    fields: (t) => ({
      waiting: t.exposeInt('waiting', { nullable: false }),
      claimed: t.exposeInt('claimed', {
        nullable: false,
        description: 'Of the waiting ones: those that another reviewer has claimed.',
      }),
      decided: t.exposeInt('decided', { nullable: false }),
      own: t.exposeInt('own', { nullable: false, description: 'How often the caller decided.' }),
    }),
  });
  builder.queryField('reviewCounts', (t) =>
    t.field({
      ...access('review', fixed(20)),
      type: counts,
      nullable: false,
      description: 'Counts of the reviews that reviewQueue lists.',
      args: { segment: t.arg({ type: types.segment }) },
      resolve: (_root, { segment }, context, info) => {
        const { deps, caller } = context;
        const theirs = reviewable(context, segmentOf(dimensions, segment), info.path);
        return countReviews(deps.record, theirs, { id: caller.id, now: new Date(deps.now()) });
      },
    }),
  );
}

/** What the caller may review: responses of cells, and, without a segment, decisions about models. */
function reviewable(context: ApiContext, within: Segment, path: ResponsePath) {
  const { deps, caller } = context;
  const missing = REVIEWED.find((group) => group !== 'review' && caller.scope.grant(group) === 'none');
  if (missing) noteWithheld(context, missing, pathOf(path));
  const cells = visibleCells(caller.scope, REVIEWED, deps.cells, within);
  return {
    cellIds: cells.map(({ id }) => id),
    decisions: reviewsDecisions(caller.scope) && Object.keys(within).length === 0,
  };
}

function cursorOf({ queuedAt, id }: ReviewRow): string {
  return Buffer.from(JSON.stringify([queuedAt.toISOString(), id])).toString('base64url');
}

function parseCursor(text: string | null | undefined): ReviewCursor | null {
  if (text === null || text === undefined) return null;
  try {
    const [time, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [string, string];
    const queuedAt = new Date(time);
    if (UUID.test(id) && !Number.isNaN(queuedAt.getTime())) return { queuedAt, id };
  } catch {
    // Reported below.
  }
  throw new InvalidArgumentError('after: not a cursor of this list; give back endCursor as it was received');
}

/** Reasons are opened with keys of persons, which no scope shows; the review itself is read by the caller's cells. */
const reasonDeps = ({ record, encryption }: ScopedDeps) => ({ store: record, encryption });
