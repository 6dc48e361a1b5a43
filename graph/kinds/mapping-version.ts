import { nodeId } from '../../domain/lineage/lineage.ts';
import type { RecordedMapping } from '../../store/responses/mappings.ts';
import { byId, edge, type LineageEdge, type Step, step } from '../node.ts';
import { scaleRuleKind } from './scale-rule.ts';
import { after } from './shared/kind.ts';
import type { GraphWriter, Projection } from './shared/projection.ts';
import { mappingKind } from './shared/recorded-mapping.ts';
import { sourceKind } from './source.ts';
import { surveyVersionKind } from './survey-version.ts';

/** The parts of a mapping version, each with the relation that leads to it. */
const RECORDED = [
  [sourceKind, 'OF_SOURCE'],
  [surveyVersionKind, 'FOR'],
  [scaleRuleKind, 'APPLIES'],
] as const;

export const mappingId = (key: string): string => nodeId('MappingVersion', key);

const MAPPINGS = `UNWIND $rows AS row
  MERGE (m:MappingVersion {id: row.id})
  MERGE (s:Source {id: row.source})
  MERGE (v:SurveyVersion {id: row.survey})
  MERGE (c:ScaleRule {id: row.scale})
  MERGE (m)-[:OF_SOURCE]->(s) MERGE (m)-[:FOR]->(v) MERGE (m)-[:APPLIES]->(c)`;

/** Mappings are few and never change: new ones are written before anything refers to them. */
const projection: Projection = {
  write: async ({ store, mappings, written, write }: GraphWriter) => {
    await mappings.refresh(store);
    const fresh = mappings.all().filter(({ key }) => !written.has(mappingId(key)));
    const rows = fresh.map((mapping) => ({
      id: mappingId(mapping.key),
      source: sourceKind.idOf(mapping),
      survey: surveyVersionKind.idOf(mapping),
      scale: scaleRuleKind.idOf(mapping),
    }));
    if (rows.length > 0) await write((tx) => tx.run(MAPPINGS, { rows }));
    written.add(rows.map(({ id }) => id));
  },
  all: null,
};

/** How the items of a source become responses: connector, survey and scale. */
export const mappingVersionKind = mappingKind(
  {
    kind: 'MappingVersion',
    prov: 'plan',
    picture: { column: 2, row: 3, names: ['mapping version', 'mapping versions'] },
    projection,
    keyOf: ({ key }) => key,
    label: ({ source, connector, scale, redaction }) =>
      `${source}: ${connector} mapping, scale ${scale.name}${redaction === null ? '' : `, names removed by ${redaction}`}`,
    recordedAt: ({ recordedAt }) => recordedAt,
  },
  {
    upstream: (_request, { row: { mappings } }) => ({
      context: async () => {
        const edges = mappings.flatMap(mappingEdges);
        return RECORDED.map(([kind]) => kind.nodeOf(mappings[0])).map((node) =>
          step(
            node,
            1,
            edges.filter(({ to }) => to === node.id),
          ),
        );
      },
    }),
    after: RECORDED.map(([kind]) =>
      after(kind, (_request, { mappings }, { id }) => ({
        context: async () =>
          mappings.map((mapping) =>
            step(
              mappingVersionKind.nodeOf(mapping),
              1,
              mappingEdges(mapping).filter(({ to }) => to === id),
            ),
          ),
      })),
    ),
  },
);

/** The edges from a mapping version to its parts. */
export function mappingEdges(mapping: RecordedMapping): LineageEdge[] {
  return RECORDED.map(([kind, relation]) => edge(mappingId(mapping.key), relation, kind.idOf(mapping)));
}

/** Sources, survey versions, scale rules and then the mapping versions, joined to them. */
export function mappingSteps(
  mappings: readonly RecordedMapping[],
  depths: { readonly recorded: number; readonly mapping: number },
): Step[] {
  const recorded = RECORDED.flatMap(([kind]) => byId(mappings.map(kind.nodeOf)));
  return [
    ...recorded.map((node) => step(node, depths.recorded)),
    ...mappings.map((mapping) =>
      step(mappingVersionKind.nodeOf(mapping), depths.mapping, mappingEdges(mapping)),
    ),
  ];
}
