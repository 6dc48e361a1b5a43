import { nodeId } from '../../domain/lineage/lineage.ts';
import { reviewPages } from '../../store/lineage/all-rows.ts';
import {
  type ReviewAnnotation,
  readReviewAnnotation,
  readReviewAnnotations,
  readReviewAnnotationsById,
  readReviewsOfDecision,
} from '../../store/lineage/lineage-annotations.ts';
import { edge, type LineageNode, step } from '../node.ts';
import { decisionId, modelDecisionKind } from './decision.ts';
import { modelId, modelNodes, partSteps } from './model-version.ts';
import { responseId, responseKind } from './response.ts';
import { annotates, annotationKind } from './shared/annotation.ts';
import { onlyOf } from './shared/either-kind.ts';
import { at, type Found, type LineageRequest } from './shared/kind.ts';
import { entry } from './shared/projection.ts';
import { parseUuid, readsPrediction, visibleResponse } from './shared/visible-selection.ts';

const reviewId = (id: string): string => nodeId('Review', id);

/** Without the verdict: `review` returns that to callers who may see it. */
function reviewNode(review: ReviewAnnotation): LineageNode {
  const { id, model, decisionId: decision, cause, queuedAt, decidedAt } = review;
  const state = decidedAt ? `decided ${decidedAt.toISOString()}` : 'open';
  const what = decision === null ? `model version ${model}` : `a decision about model version ${model}`;
  const label = `review of ${what}, ${cause.toLowerCase().replaceAll('_', ' ')}, ${state}`;
  return { id: reviewId(id), kind: 'Review', label, recordedAt: queuedAt };
}

/** The subject of a review: a prediction for a response, or a decision about a model. */
const aboutOf = ({
  responseId: response,
  decisionId: decision,
  model,
}: ReviewAnnotation): readonly string[] =>
  response === null ? [decisionId(decision ?? 0)] : [responseId(response), modelId(model)];

async function reviewedResponse(request: LineageRequest, id: string): Promise<Found | null> {
  const response = await visibleResponse(request, id);
  return response && readsPrediction(request, response) ? at(request, responseKind, response) : null;
}

/** A review by a person: visible to callers who may read what was reviewed. */
export const reviewKind = annotationKind<ReviewAnnotation, string>({
  kind: 'Review',
  picture: { column: 0, row: 2, names: ['review', 'reviews'] },
  parseKey: parseUuid,
  read: ({ store }, id) => readReviewAnnotation(store, id),
  subject: (request, row, key) =>
    row?.decisionId
      ? request.find(decisionId(row.decisionId))
      : // Where there is no such review, a response that there cannot be takes the same time.
        reviewedResponse(request, row?.responseId ?? key),
  about: aboutOf,
  further: async (request, { id, responseId: response, model }) => {
    if (response === null) return [];
    const models = await modelNodes(request.store, [model]);
    return [
      ...models.map((node) => step(node, 1, [edge(reviewId(id), 'ABOUT', node.id)])),
      ...(await partSteps(request, [model], 2)),
    ];
  },
  node: reviewNode,
  subjects: [
    annotates(responseKind, async (request, response) =>
      readsPrediction(request, response) ? readReviewAnnotations(request.store, response.id) : [],
    ),
    onlyOf(
      modelDecisionKind,
      annotates(modelDecisionKind, ({ store }, { own }) => readReviewsOfDecision(store, own.id)),
    ),
  ],
  touched: async function* ({ store }, entries) {
    const ids = [...new Set(entries.flatMap(({ payload }) => payload.reviews ?? []))];
    if (ids.length === 0) return;
    const present = await readReviewAnnotationsById(store, ids);
    const known = new Set(present.map(({ id }) => id));
    yield {
      rows: present.map((review) => ({
        id: reviewId(review.id),
        recordedAt: review.queuedAt,
        about: aboutOf(review),
      })),
      gone: ids.filter((id) => !known.has(id)).map(reviewId),
    };
  },
  all: async function* ({ store }) {
    for await (const reviews of reviewPages(store)) yield [entry('review', { reviews })];
  },
});
