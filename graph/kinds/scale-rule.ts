import { describeScale } from '../../domain/nps/scale.ts';
import { mappingKind } from './shared/recorded-mapping.ts';

/** How a source's scale is read as points from 0 to 10. */
export const scaleRuleKind = mappingKind({
  kind: 'ScaleRule',
  prov: 'plan',
  picture: { column: 3, row: 4, names: ['scale rule', 'scale rules'] },
  projection: { along: 'MappingVersion' },
  keyOf: ({ scaleKey }) => scaleKey,
  label: ({ scale }) => describeScale(scale),
  recordedAt: ({ scaleRecordedAt }) => scaleRecordedAt,
});
