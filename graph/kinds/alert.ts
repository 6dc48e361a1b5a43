import { readsModelsWhole } from '../../domain/access/scope.ts';
import { nodeId } from '../../domain/lineage/lineage.ts';
import {
  type AlertAnnotation,
  EVERY_ANSWER,
  readAlertAnnotation,
  readAlertAnnotations,
} from '../../store/lineage/lineage-annotations.ts';
import type { LineageNode } from '../node.ts';
import { foundModel, modelId, modelVersionKind } from './model-version.ts';
import { ALONG, agentKind } from './shared/agent-kind.ts';
import { annotates, annotationKind } from './shared/annotation.ts';
import { eitherKind } from './shared/either-kind.ts';
import { touchedModels } from './shared/projection.ts';
import { parseSerial } from './shared/visible-selection.ts';

/** Without the figure: `modelReadings` returns that. */
export function alertNode(alert: AlertAnnotation): LineageNode {
  const { id, model, metric, segment, until, recordedAt } = alert;
  const where = Object.values(segment).flatMap((values) => (values ? [values.join(' or ')] : []));
  const of = [metric.toLowerCase().replaceAll('_', ' '), ...where].join(', ');
  const label = `alert: ${of} of model version ${model}, in the week until ${until.toISOString().slice(0, 13)}:00Z`;
  return { id: nodeId('Alert', id), kind: 'Alert', label, recordedAt };
}

const PICTURE = { column: 1, row: 2, names: ['alert', 'alerts'] } as const;

/** An alarm of a model version's monitor: over all responses, for callers who may see what was made of them. */
const modelAlertKind = annotationKind<AlertAnnotation, number>({
  kind: 'Alert',
  picture: PICTURE,
  parseKey: parseSerial,
  allowed: readsModelsWhole,
  read: ({ record }, id) => readAlertAnnotation(record, id),
  subject: async (request, row) => row && foundModel(request, row.model),
  about: ({ model }) => [modelId(model)],
  node: alertNode,
  subjects: [
    annotates(modelVersionKind, ({ record }, { id }) =>
      readAlertAnnotations(record, [id], EVERY_ANSWER, 0, null),
    ),
  ],
  touched: async function* ({ store }, entries) {
    const alerts = await readAlertAnnotations(store, touchedModels(entries), EVERY_ANSWER, 0, null);
    yield {
      rows: alerts.map(({ id, model, recordedAt }) => ({
        id: nodeId('Alert', id),
        recordedAt,
        about: [modelId(model)],
      })),
    };
  },
  all: null,
});

/** An alarm of a model version's monitor, or what an agent raised. */
export const alertKind = eitherKind(modelAlertKind, agentKind('Alert', PICTURE, ALONG));
