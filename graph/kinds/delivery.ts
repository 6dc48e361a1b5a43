import { alertKind } from './alert.ts';
import { calibrationKind } from './calibration.ts';
import { caseKind } from './case.ts';
import { cellKind } from './cell.ts';
import { changeEventKind } from './change-event.ts';
import { decisionKind } from './decision.ts';
import { featureKind } from './feature.ts';
import { featureSetKind } from './feature-set.ts';
import { mappingVersionKind } from './mapping-version.ts';
import { modelVersionKind } from './model-version.ts';
import { responseKind } from './response.ts';
import { reviewKind } from './review.ts';
import { rollupKind } from './rollup.ts';
import { scaleRuleKind } from './scale-rule.ts';
import { scoreKind } from './score.ts';
import { sealKind } from './seal.ts';
import { agentKind, whatFollowed } from './shared/agent-kind.ts';
import { agentProjection } from './shared/write-agent-rows.ts';
import { sourceKind } from './source.ts';
import { sourceEventKind } from './source-event.ts';
import { surveyVersionKind } from './survey-version.ts';
import { trainingSetKind } from './training-set.ts';

/** Kinds that agents write about, or that follow from what they write. */
const BEFORE = [
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
  caseKind,
];

/**
 * An event that went to a target, without the target. As the last of what agents write it says for all of that how it is reached, and
 * its projection writes all of it: rows refer to one another in any order.
 */
export const deliveryKind: ReturnType<typeof agentKind> = {
  ...agentKind('Delivery', { column: 0, row: 4, names: ['delivery', 'deliveries'] }, agentProjection),
  after: BEFORE.map(({ kind }) => ({
    from: kind,
    reach: (request, { node }) => ({ context: () => whatFollowed(request, node.id) }),
  })),
};
