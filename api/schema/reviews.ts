import { reviewsDecisions, visibleCells } from '../../domain/access/scope.ts';
import { decisionNode } from '../../graph/kinds/decision.ts';
import { readDecisionAnnotation } from '../../store/lineage/lineage-annotations.ts';
import type { ResponseRow } from '../../store/responses/responses.ts';
import { openReason } from '../../store/reviews/review-reasons.ts';
import {
  type ReviewCursor,
  type ReviewDecisionRow,
  type ReviewRow,
  readDecisions,
  readReviews,
} from '../../store/reviews/reviews.ts';
import type { ReviewVerdict } from '../../store/tables/reviews.ts';
import type { ScopedDeps } from '../context.ts';
import { noteWithheld, pathOf } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { paged } from '../gate/costs.ts';
import { access, type Builder } from './builder.ts';
import { addConnection, pageOf, pageSize } from './connection.ts';
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
}

function addEnums(builder: Builder) {
  const verdict = builder.enumType('ReviewVerdict', {
    values: {
      CONFIRMED: { description: 'The model was right, or what was decided.' },
      CORRECTED: { description: 'The text says something else.' },
      OVERTURNED: { description: 'It should not have been decided so.' },
    },
  });
  const cause = builder.enumType('ReviewCause', {
    values: {
      LOW_CONFIDENCE: {
        description:
          'No class is probable enough; a version was made champion while its monitor raised an alarm.',
      },
      HIGH_IMPACT: {
        description:
          'The respondent is a promoter and the text a detractor’s, or the other way round; another version is champion.',
      },
      SAMPLED: { description: 'By chance, so that also what looks right is checked.' },
      DISPUTED: { description: 'A caller requested it.' },
    },
  });
  return { verdict, cause };
}

function addReview({ builder, types }: SchemaParts): void {
  const { verdict, cause } = addEnums(builder);
  const decision = builder.objectRef<ReviewDecisionRow>('ReviewDecision').implement({
    ...access('review'),
    description: 'What one person decided, and why; kept for good.',
    fields: (t) => ({
      by: t.exposeString('actorName', { nullable: false }),
      at: t.field({ type: 'DateTime', nullable: false, resolve: ({ decidedAt }) => decidedAt }),
      verdict: t.field({ type: verdict, nullable: false, resolve: (row): ReviewVerdict => row.verdict }),
      class: t.field({
        type: types.npsClass,
        description: 'What the text says instead.',
        resolve: (row) => (row.class === null ? null : REVIEW_CLASSES[row.class]),
      }),
      reason: t.exposeString('reason', { nullable: false }),
    }),
  });
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
        description: 'What the one who disputed it said.',
        resolve: ({ responseId, reason }, _args, { deps }) =>
          reason === null ? null : openReason(reasonDeps(deps), responseId, reason),
      }),
      queuedAt: t.field({ type: 'DateTime', nullable: false, resolve: ({ queuedAt }) => queuedAt }),
      claimedUntil: t.field({
        type: 'DateTime',
        description: 'Until then one reviewer alone may decide.',
        resolve: ({ claimedUntil }) => claimedUntil,
      }),
      decidedAt: t.field({
        type: 'DateTime',
        description: 'Null until as many as the deployment demands decided alike.',
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
        const { deps, caller } = context;
        const first = pageSize(args.first);
        const within = segmentOf(dimensions, args.segment);
        const missing = REVIEWED.find((group) => group !== 'review' && caller.scope.grant(group) === 'none');
        if (missing) noteWithheld(context, missing, pathOf(info.path));
        const cells = visibleCells(caller.scope, REVIEWED, deps.cells, within);
        const theirs = {
          cellIds: cells.map(({ id }) => id),
          decisions: reviewsDecisions(caller.scope) && Object.keys(within).length === 0,
        };
        const page = { decided: args.decided, after: parseCursor(args.after), limit: first + 1 };
        const rows = await readReviews(deps.record, theirs, page);
        return pageOf(rows, first);
      },
    }),
  );
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
