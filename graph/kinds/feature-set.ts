import { nodeId } from '../../domain/lineage/lineage.ts';
import { readFeatureSet } from '../../store/models/model-provenance.ts';
import { byId, edge, step } from '../node.ts';
import { featureKind } from './feature.ts';
import { after } from './shared/kind.ts';
import { modelPartKind } from './shared/model-part.ts';

/** The features that a model version reads, in the order of their columns. */
export const featureSetKind = modelPartKind(
  {
    kind: 'FeatureSet',
    prov: 'collection',
    picture: { column: 3, row: 2, names: ['feature set', 'feature sets'] },
    relation: 'USES',
    partOf: 'ModelVersion',
    partsOf: async (session, model) => {
      const set = await readFeatureSet(session, model);
      if (!set) return [];
      const label = `${set.features} ${set.features === 1 ? 'feature' : 'features'}`;
      const node = {
        id: nodeId('FeatureSet', set.key),
        kind: 'FeatureSet',
        label,
        recordedAt: set.recordedAt,
      };
      return [{ from: nodeId('ModelVersion', model), node }];
    },
  },
  {
    after: [
      after(featureKind, (request, { models }, { id }) => ({
        context: async () => {
          const sets = [];
          for (const model of models) sets.push(...(await featureSetKind.partsOf(request.store, model)));
          return byId(sets.map(({ node }) => node)).map((node) => step(node, 1, [edge(node.id, 'HAS', id)]));
        },
      })),
    ],
  },
);
