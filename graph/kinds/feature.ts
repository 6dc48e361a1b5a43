import { nodeId } from '../../domain/lineage/lineage.ts';
import { readFeatureSet, readFeatures } from '../../store/models/model-provenance.ts';
import { modelPartKind } from './shared/model-part.ts';

/** One column or group of columns that models read. */
export const featureKind = modelPartKind({
  kind: 'Feature',
  prov: 'entity',
  picture: { column: 4, row: 0, names: ['feature', 'features'] },
  relation: 'HAS',
  partOf: 'FeatureSet',
  partsOf: async (session, model) => {
    const [set, features] = await Promise.all([readFeatureSet(session, model), readFeatures(session, model)]);
    if (!set) return [];
    const from = nodeId('FeatureSet', set.key);
    return features.map(({ key, name, version }) => ({
      from,
      node: {
        id: nodeId('Feature', key),
        kind: 'Feature',
        label: `${name}, version ${version}`,
        recordedAt: null,
      },
    }));
  },
});
