import { nodeId } from '../../../domain/lineage/lineage.ts';
import { type AlertsTouched, readTaughtModels } from '../../../store/lineage/lineage-annotations.ts';
import type { RecordedMapping } from '../../../store/responses/mappings.ts';
import type { RollupSelection } from '../../lineage-store.ts';
import { type LineageNode, NOTHING } from '../../node.ts';
import type { Impacted, LineageDeps, LineageRequest, NodeKind } from './kind.ts';
import { visibleOf } from './visible-selection.ts';

/**
 * The mapping versions that share a node (a source, a survey version, …): those that feed what the caller can
 * see.
 */
export interface SharedMappings {
  readonly mappings: readonly [RecordedMapping, ...RecordedMapping[]];
}

/** A kind that is part of mapping versions. */
export interface MappingKind extends NodeKind<SharedMappings, string> {
  keyOf(mapping: RecordedMapping): string;
  /** The id of its node. */
  idOf(mapping: RecordedMapping): string;
  nodeOf(mapping: RecordedMapping): LineageNode;
}

type Described = Pick<MappingKind, 'kind' | 'prov' | 'picture' | 'projection' | 'keyOf'> & {
  label(mapping: RecordedMapping): string;
  recordedAt(mapping: RecordedMapping): Date;
};

/** The common part of such kinds: it has no inputs, and rollups are fed by its mapping versions. */
export function mappingKind(described: Described, more: Partial<MappingKind> = {}): MappingKind {
  const { label, recordedAt, ...facts } = described;
  const { kind, keyOf } = facts;
  const idOf = (mapping: RecordedMapping) => nodeId(kind, keyOf(mapping));
  const nodeOf = (mapping: RecordedMapping): LineageNode => ({
    id: idOf(mapping),
    kind,
    label: label(mapping),
    recordedAt: recordedAt(mapping),
  });
  return {
    ...facts,
    idOf,
    nodeOf,
    tier: 'input',
    parseKey: (key) => key,
    find: (request, key) => findShared(request, (mapping) => keyOf(mapping) === key),
    node: (_deps, { mappings: [first] }) => nodeOf(first),
    upstream: () => NOTHING,
    after: [],
    rollups: fedBy,
    impact: {
      of: (request, row) => {
        const selection = fedBy(request, row);
        return answersImpact(request, selection, { mappings: selection.mappings, cells: null }, () =>
          readTaughtModels(request.record, selection.mappings ?? []),
        );
      },
    },
    goesInto: ({ mappings }) => mappings.map(({ key }) => nodeId('MappingVersion', key)),
    ...more,
  };
}

const fedBy = (request: LineageRequest, { mappings }: SharedMappings): RollupSelection => ({
  ...visibleOf(request, null),
  mappings: mappings.map(({ key }) => key),
});

/**
 * The impact of nodes that bring responses: decisions about what learnt from them, alerts of readings that
 * included them.
 */
export function answersImpact(
  request: LineageRequest,
  selection: RollupSelection,
  touched: AlertsTouched,
  decided: Impacted['decided'],
): Impacted {
  return {
    selection,
    decided,
    // Only models that read some of the responses can have raised an alarm over them.
    alerted: async () => ({
      models: await request.lineage.models({ ...selection, models: null }),
      touched,
    }),
  };
}

async function findShared(
  request: LineageRequest,
  matches: (mapping: RecordedMapping) => boolean,
): Promise<SharedMappings | null> {
  await request.mappings.refresh(request.store);
  const mappings = request.mappings.all().filter(matches);
  const fed = { ...visibleOf(request, null), mappings: mappings.map(({ key }) => key) };
  // Runs even without such a node: hidden and missing nodes must take the same time.
  const found = await request.lineage.rollups(fed, null, 1);
  if (mappings.length === 0 || found.length === 0) return null;
  // Mapping versions that feed nothing visible do not exist for the caller.
  const seen = new Set(await request.lineage.mappings(fed));
  const [first, ...rest] = mappings.filter(({ key }) => seen.has(key));
  return first ? { mappings: [first, ...rest] } : null;
}

/** The stored mappings with those keys, sorted by key. */
export async function mappingsByKey(
  { mappings, store }: Pick<LineageDeps, 'mappings' | 'store'>,
  keys: readonly string[],
): Promise<RecordedMapping[]> {
  const find = () => mappings.all().filter(({ key }) => keys.includes(key));
  const known = find();
  if (known.length === keys.length) return known;
  await mappings.refresh(store);
  return find();
}

/** The key part of a survey version's id. */
export const surveyKey = ({
  surveyName,
  surveyVersion,
}: Pick<RecordedMapping, 'surveyName' | 'surveyVersion'>) => `${surveyName}@${surveyVersion}`;
