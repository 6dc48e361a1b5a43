import { nodeId } from '../../domain/lineage/lineage.ts';
import { readCalibration } from '../../store/models/model-provenance.ts';
import { modelPartKind } from './shared/model-part.ts';

/** Turns the outputs of a model version into probabilities. */
export const calibrationKind = modelPartKind({
  kind: 'Calibration',
  prov: 'entity',
  picture: { column: 3, row: 5, names: ['calibration', 'calibrations'] },
  relation: 'CALIBRATED_BY',
  partOf: 'ModelVersion',
  partsOf: async (session, model) => {
    const calibration = await readCalibration(session, model);
    if (!calibration) return [];
    const { key, nps, sentiment } = calibration;
    const label = `calibration: NPS ${nps}, sentiment ${sentiment ?? 'none'}`;
    const node = { id: nodeId('Calibration', key), kind: 'Calibration', label, recordedAt: null };
    return [{ from: nodeId('ModelVersion', model), node }];
  },
});
