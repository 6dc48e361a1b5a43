import { alertKind } from './alert.ts';
import { calibrationKind } from './calibration.ts';
import { caseKind } from './case.ts';
import { cellKind } from './cell.ts';
import { changeEventKind } from './change-event.ts';
import { decisionKind } from './decision.ts';
import { deliveryKind } from './delivery.ts';
import { featureKind } from './feature.ts';
import { featureSetKind } from './feature-set.ts';
import { mappingVersionKind } from './mapping-version.ts';
import { mergeKind } from './merge.ts';
import { modelVersionKind } from './model-version.ts';
import { outcomeKind } from './outcome.ts';
import { responseKind } from './response.ts';
import { reviewKind } from './review.ts';
import { rollupKind } from './rollup.ts';
import { scaleRuleKind } from './scale-rule.ts';
import { scoreKind } from './score.ts';
import { sealKind } from './seal.ts';
import type { NodeKind } from './shared/kind.ts';
import { sourceKind } from './source.ts';
import { sourceEventKind } from './source-event.ts';
import { surveyVersionKind } from './survey-version.ts';
import { trainingSetKind } from './training-set.ts';

/** Every kind of node, each after the kinds that it came from: the order in which they are written to Neo4j. */
export const KINDS: readonly NodeKind[] = [
  sourceKind,
  surveyVersionKind,
  scaleRuleKind,
  mappingVersionKind,
  sourceEventKind,
  responseKind,
  featureKind,
  featureSetKind,
  trainingSetKind,
  calibrationKind,
  modelVersionKind,
  cellKind,
  rollupKind,
  scoreKind,
  sealKind,
  changeEventKind,
  decisionKind,
  alertKind,
  reviewKind,
  outcomeKind,
  mergeKind,
  caseKind,
  deliveryKind,
];

const BY_NAME: ReadonlyMap<string, NodeKind> = new Map(KINDS.map((kind) => [kind.kind, kind]));

export const KIND_NAMES: readonly string[] = KINDS.map(({ kind }) => kind);

/** Kinds with an impact; others are traced downstream instead. */
export const IMPACT_KINDS: readonly string[] = KINDS.filter(({ impact }) => impact).map(({ kind }) => kind);

/** The kind with that name. */
export function kindNamed(name: string): NodeKind {
  const kind = BY_NAME.get(name);
  if (!kind) throw new Error(`no kind of node is called ${name}`);
  return kind;
}

/** The node of an id "Kind:key"; null for other ids, and for scores, whose ids contain a query. */
export function parseNodeId(id: string): { readonly kind: NodeKind; readonly key: unknown } | null {
  const colon = id.indexOf(':');
  const kind = BY_NAME.get(id.slice(0, Math.max(0, colon)));
  const text = id.slice(colon + 1);
  const key = kind && text !== '' ? kind.parseKey(text) : null;
  return kind && key !== null ? { kind, key } : null;
}
