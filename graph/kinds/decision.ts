import { readsModelsWhole } from '../../domain/access/scope.ts';
import { nodeId } from '../../domain/lineage/lineage.ts';
import {
  type DecisionAnnotation,
  readDecisionAnnotation,
  readDecisionAnnotations,
} from '../../store/lineage/lineage-annotations.ts';
import type { LineageNode } from '../node.ts';
import { foundModel, modelId, modelVersionKind } from './model-version.ts';
import { ALONG, agentKind } from './shared/agent-kind.ts';
import { annotates, annotationKind } from './shared/annotation.ts';
import { eitherKind } from './shared/either-kind.ts';
import { touchedModels } from './shared/projection.ts';
import { parseSerial } from './shared/visible-selection.ts';

export const decisionId = (id: number): string => nodeId('Decision', id);

const words = (text: string) => text.toLowerCase().replaceAll('_', ' ');

/** Without who decided and why: the history of the model version has that. */
export function decisionNode(decision: DecisionAnnotation): LineageNode {
  const { id, model, from, to, cause, recordedAt } = decision;
  const change = from === null ? words(to) : `${words(from)} to ${words(to)}`;
  const label = `model version ${model}: ${change} (${cause})`;
  return { id: decisionId(id), kind: 'Decision', label, recordedAt };
}

const PICTURE = { column: 1, row: 1, names: ['decision', 'decisions'] } as const;

/**
 * A change of a model version's stage: concerns what was made of all responses, for callers who may see that.
 */
export const modelDecisionKind = annotationKind<DecisionAnnotation, number>({
  kind: 'Decision',
  picture: PICTURE,
  parseKey: parseSerial,
  allowed: readsModelsWhole,
  read: ({ store }, id) => readDecisionAnnotation(store, id),
  subject: async (request, row) => row && foundModel(request, row.model),
  about: ({ model }) => [modelId(model)],
  node: decisionNode,
  subjects: [annotates(modelVersionKind, ({ store }, { id }) => readDecisionAnnotations(store, [id]))],
  touched: async function* ({ store }, entries) {
    const decisions = await readDecisionAnnotations(store, touchedModels(entries));
    yield {
      rows: decisions.map(({ id, model, recordedAt }) => ({
        id: decisionId(id),
        recordedAt,
        about: [modelId(model)],
      })),
    };
  },
  all: null,
});

/** A change of a model version's stage, or what an agent decided. */
export const decisionKind = eitherKind(modelDecisionKind, agentKind('Decision', PICTURE, ALONG));
