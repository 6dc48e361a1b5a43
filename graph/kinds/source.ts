import { mappingKind } from './shared/recorded-mapping.ts';

/** Where responses come from: a website, a vendor, an archive. */
export const sourceKind = mappingKind({
  kind: 'Source',
  prov: 'agent',
  picture: { column: 4, row: 1, names: ['source', 'sources'] },
  projection: { along: 'MappingVersion' },
  keyOf: ({ source }) => source,
  label: ({ source }) => source,
  recordedAt: ({ sourceRecordedAt }) => sourceRecordedAt,
});
