import type { Dimension } from '../../domain/dimensions.ts';
import { visibleCells } from '../../domain/scope.ts';
import type { ResponseRow } from '../../store/responses.ts';
import type { ReviewVerdict } from '../../store/review-schema.ts';
import {
  claimReview,
  decideReview,
  disputeResponse,
  type ReviewCursor,
  type ReviewDecisionRow,
  type Reviewer,
  type ReviewRow,
  readDecisions,
  readReviews,
} from '../../store/reviews.ts';
import { noteOf } from '../audit.ts';
import { type ApiContext, noteWithheld, pathOf } from '../context.ts';
import { Forbidden, InvalidArgument } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { access, type Builder } from './builder.ts';
import { responseKeyOf } from './node.ts';
import type { addNpsClass } from './nps-class.ts';
import type { addPageInfo } from './page-info.ts';
import type { addResponses } from './responses.ts';
import { type addSegment, segmentOf } from './segment.ts';

const CLASSES = ['DETRACTOR', 'PASSIVE', 'PROMOTER'] as const;
const PREFIX = 'Review:';
/** That a response is queued, and why, tells what the model said of it. */
const REVIEWED = ['review', 'readResponse', 'readPrediction'] as const;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface ReviewPage {
  readonly rows: readonly ReviewRow[];
  readonly hasNextPage: boolean;
}

interface Refs {
  readonly segment: ReturnType<typeof addSegment>;
  readonly npsClass: ReturnType<typeof addNpsClass>;
  readonly responses: ReturnType<typeof addResponses>;
}

/** Adds Review, the queue of reviews, and what reviewers do: claim, decide, dispute. */
export function addReviews(builder: Builder, dimensions: readonly Dimension[], refs: Refs) {
  const review = addReview(builder, refs);
  addQueue(builder, dimensions, refs, review);
  addDecisions(builder, refs, review);
}

function addReview(builder: Builder, { npsClass, responses }: Refs) {
  const verdict = builder.enumType('ReviewVerdict', { values: ['CONFIRMED', 'CORRECTED'] as const });
  const decision = builder.objectRef<ReviewDecisionRow>('ReviewDecision').implement({
    ...access('review'),
    description: 'What one person decided, and why; kept for good.',
    fields: (t) => ({
      by: t.exposeString('actorName', { nullable: false }),
      at: t.field({ type: 'DateTime', nullable: false, resolve: ({ decidedAt }) => decidedAt }),
      verdict: t.field({ type: verdict, nullable: false, resolve: (row): ReviewVerdict => row.verdict }),
      class: t.field({
        type: npsClass,
        description: 'What the text says instead.',
        resolve: (row) => (row.class === null ? null : CLASSES[row.class]),
      }),
      reason: t.exposeString('reason', { nullable: false }),
    }),
  });
  return builder.objectRef<ReviewRow>('Review').implement({
    ...access('review'),
    description: 'A response of which somebody should check what the model said.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => PREFIX + id }),
      cause: t.field({
        type: builder.enumType('ReviewCause', {
          values: {
            LOW_CONFIDENCE: { description: 'No class is probable enough.' },
            HIGH_IMPACT: {
              description: 'The respondent is a promoter and the text a detractor’s, or the other way round.',
            },
            SAMPLED: { description: 'By chance, so that also what looks right is checked.' },
            DISPUTED: { description: 'Somebody asked for it.' },
          },
        }),
        nullable: false,
        resolve: ({ cause }) => cause,
      }),
      reason: t.exposeString('reason', { description: 'What the one who disputed it said.' }),
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
        type: responses.response,
        resolve: ({ responseId }, _args, context): Promise<ResponseRow | null> =>
          context.responses.load(responseId),
      }),
      decisions: t.field({
        type: [decision],
        nullable: false,
        resolve: ({ id }, _args, { deps }) => readDecisions(deps.record, [id]),
      }),
    }),
  });
}

function addQueue(
  builder: Builder,
  dimensions: readonly Dimension[],
  { segment, responses }: Refs,
  review: ReturnType<typeof addReview>,
) {
  const edge = builder.objectRef<ReviewRow>('ReviewEdge').implement({
    ...access('review'),
    fields: (t) => ({
      cursor: t.string({ nullable: false, resolve: cursorOf }),
      node: t.field({ type: review, nullable: false, resolve: (row) => row }),
    }),
  });
  const connection = builder.objectRef<ReviewPage>('ReviewConnection').implement({
    ...access('review'),
    fields: (t) => ({
      edges: t.field({ type: [edge], nullable: false, resolve: ({ rows }) => rows }),
      pageInfo: t.field({
        type: responses.pageInfo as ReturnType<typeof addPageInfo>,
        nullable: false,
        resolve: ({ rows, hasNextPage }) => {
          const last = rows.at(-1);
          return { hasNextPage, endCursor: last ? cursorOf(last) : null };
        },
      }),
    }),
  });
  builder.queryField('reviewQueue', (t) =>
    t.field({
      ...access('review'),
      type: connection,
      nullable: false,
      description: 'Reviews of the cells that the caller may review, the longest waiting first.',
      args: {
        segment: t.arg({ type: segment.segment }),
        decided: t.arg.boolean({ required: true, defaultValue: false }),
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string(),
      },
      resolve: async (_root, args, context, info): Promise<ReviewPage> => {
        const { deps, caller } = context;
        if (!(args.first >= 1 && args.first <= LIMITS.page))
          throw new InvalidArgument(`first: must be 1 to ${LIMITS.page}`);
        const within = segmentOf(dimensions, args.segment);
        const missing = REVIEWED.find((group) => group !== 'review' && caller.scope.grant(group) === 'none');
        if (missing) noteWithheld(context, missing, pathOf(info.path));
        const cells = visibleCells(caller.scope, REVIEWED, deps.cells, within);
        const page = { decided: args.decided, after: parseCursor(args.after), limit: args.first + 1 };
        const rows = await readReviews(
          deps.record,
          cells.map(({ id }) => id),
          page,
        );
        return { rows: rows.slice(0, args.first), hasNextPage: rows.length > args.first };
      },
    }),
  );
}

function addDecisions(builder: Builder, { npsClass }: Refs, review: ReturnType<typeof addReview>) {
  const input = builder.inputType('ReviewDecisionInput', {
    fields: (t) => ({
      class: t.field({
        type: npsClass,
        description: 'What the text says instead of what the model said; null confirms the model.',
      }),
      reason: t.string({ required: true }),
    }),
  });
  builder.mutationFields((t) => ({
    claimReview: t.field({
      ...access('review'),
      type: review,
      nullable: false,
      description: 'For half an hour nobody else decides.',
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, context) =>
        claimReview(context.deps.record, reviewKey(id), reviewerOf(context, 'review.claim')),
    }),
    decideReview: t.field({
      ...access('review'),
      type: review,
      nullable: false,
      description:
        'A correction becomes a label that weighs more than a number; scores of models change when one is trained on it.',
      args: { id: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
      resolve: (_root, { id, input }, context) => {
        const index = input.class ? CLASSES.indexOf(input.class) : -1;
        const decided = {
          verdict: index < 0 ? ('CONFIRMED' as const) : ('CORRECTED' as const),
          class: index < 0 ? null : (index as 0 | 1 | 2),
          reason: reasonOf(input.reason),
        };
        const { record, reviewRules } = context.deps;
        const by = reviewerOf(context, 'review.decide');
        return decideReview(record, reviewKey(id), decided, reviewRules.approvals, by);
      },
    }),
    disputeResponse: t.field({
      ...access('readResponse'),
      type: review,
      description:
        'Queues a response of which the caller disputes what the model said; null where no model said anything.',
      args: { response: t.arg.id({ required: true }), reason: t.arg.string({ required: true }) },
      resolve: async (_root, { response, reason }, context) => {
        const why = reasonOf(reason);
        const key = responseKeyOf(response);
        const stored = key === null ? null : await context.predictions.load(key);
        if (key === null || !stored || !(await context.responses.load(key))) return null;
        const by = { now: new Date(context.deps.now()), note: noteOf(context, 'review.dispute') };
        const queued = await disputeResponse(context.deps.record, key, stored.modelVersionId, why, by);
        // Who may not review has asked for it, and sees no more of it.
        return queued && mayReview(context, queued.cellId) ? queued : null;
      },
    }),
  }));
}

function mayReview({ deps, caller }: ApiContext, cellId: number): boolean {
  const cell = deps.cells.get(cellId);
  return cell !== undefined && REVIEWED.every((group) => caller.scope.allows(group, cell));
}

/** @throws Forbidden for who may review nothing at all. */
function reviewerOf(context: ApiContext, action: string): Reviewer {
  const { deps, caller } = context;
  if (!deps.cells.all().some(({ id }) => mayReview(context, id)))
    throw new Forbidden('this key may not review responses');
  return {
    id: caller.id,
    name: caller.name,
    now: new Date(deps.now()),
    note: noteOf(context, action),
    may: (cellId) => mayReview(context, cellId),
  };
}

function reasonOf(reason: string): string {
  if (reason.trim() === '') throw new InvalidArgument('reason: say why; it is kept on record');
  return reason.trim();
}

function reviewKey(id: string): string {
  const key = id.startsWith(PREFIX) ? id.slice(PREFIX.length) : '';
  if (!UUID.test(key)) throw new InvalidArgument('id: no such review exists here');
  return key;
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
    // Told below.
  }
  throw new InvalidArgument('after: not a cursor of this list; give back endCursor as it was received');
}
