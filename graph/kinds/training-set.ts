import { nodeId } from '../../domain/lineage/lineage.ts';
import { readTrainingSets } from '../../store/models/model-provenance.ts';
import { modelPartKind } from './shared/model-part.ts';

/** The examples that a head of a model version learnt from. */
export const trainingSetKind = modelPartKind({
  kind: 'TrainingSet',
  prov: 'collection',
  picture: { column: 3, row: 1, names: ['training set', 'training sets'] },
  relation: 'TRAINED_ON',
  partOf: 'ModelVersion',
  partsOf: async (session, model) =>
    (await readTrainingSets(session, model)).map(({ hash, head, description }) => ({
      from: nodeId('ModelVersion', model),
      node: {
        id: nodeId('TrainingSet', hash),
        kind: 'TrainingSet',
        // Without the number of examples: it depends on responses that the caller may not see.
        label: `${head}: ${description}`,
        recordedAt: null,
      },
    })),
});
