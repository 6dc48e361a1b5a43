import { readsModelsWhole, type Scope } from '../../domain/access/scope.ts';
import { type LineageKind, parseSealKey } from '../../domain/lineage/lineage.ts';
import {
  readAlertAnnotation,
  readDecisionAnnotation,
  readReviewAnnotation,
  readSealAnnotations,
} from '../../store/lineage/lineage-annotations.ts';
import { describeAlert, describeDecision, describeReview, describeSeal } from '../describe.ts';
import {
  type PlanDeps,
  readsPrediction,
  rollupStart,
  type Start,
  UUID,
  visibleResponse,
} from '../traversal/visible-selection.ts';

/** What is said of facts, and never part of them. */
export const ANNOTATIONS: readonly LineageKind[] = ['Seal', 'Decision', 'Alert', 'Review'];

/** Numbers as PostgreSQL's serials have them. */
const SERIAL = /^[1-9]\d{0,14}$/;

/** A seal is there for whom its rollup is. */
export async function sealStart(deps: PlanDeps, scope: Scope, key: string): Promise<Start | null> {
  const parsed = parseSealKey(key);
  const start = await rollupStart(deps, scope, parsed?.rollup ?? null);
  if (!parsed || start?.kind !== 'selection') return null;
  const seal = (await readSealAnnotations(deps.store, parsed.rollup)).find(
    ({ revision }) => revision === parsed.revision,
  );
  return seal ? { ...start, node: describeSeal(parsed.rollup, seal) } : null;
}

/**
 * A review is there for who may read what was reviewed: the response and what the model said of it, or what was decided of
 * models.
 */
export async function reviewStart(deps: PlanDeps, scope: Scope, id: string): Promise<Start | null> {
  const review = UUID.test(id) ? await readReviewAnnotation(deps.store, id) : null;
  if (review?.decisionId) {
    const decision = readsModelsWhole(scope)
      ? await readDecisionAnnotation(deps.store, review.decisionId)
      : null;
    return decision && { kind: 'review', node: describeReview(review), review, about: { decision } };
  }
  // As long for a review that never was as for a hidden one.
  const response = await visibleResponse(deps, scope, review?.responseId ?? id);
  if (!review || !response || !readsPrediction(deps, scope, response)) return null;
  return { kind: 'review', node: describeReview(review), review, about: { response } };
}

/** Decisions are about what was made of all answers: there for who may know of that. */
export async function decisionStart(deps: PlanDeps, scope: Scope, key: string): Promise<Start | null> {
  if (!SERIAL.test(key) || !readsModelsWhole(scope)) return null;
  const decision = await readDecisionAnnotation(deps.store, Number(key));
  return decision && { kind: 'decision', node: describeDecision(decision), decision };
}

/** Alerts are about all answers too. */
export async function alertStart(deps: PlanDeps, scope: Scope, key: string): Promise<Start | null> {
  if (!SERIAL.test(key) || !readsModelsWhole(scope)) return null;
  const alert = await readAlertAnnotation(deps.record, Number(key));
  return alert && { kind: 'alert', node: describeAlert(alert), alert };
}
