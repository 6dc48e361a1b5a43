import { nodeId } from '../../domain/lineage/lineage.ts';
import type { Session } from '../../store/database/client.ts';
import { readSuperseded } from '../../store/models/model-provenance.ts';
import { type ModelVersionRow, readModelVersions, readRegistry } from '../../store/models/models.ts';
import { byId, edge, type LineageEdge, type LineageNode, type Step, step } from '../node.ts';
import { calibrationKind } from './calibration.ts';
import { featureKind } from './feature.ts';
import { featureSetKind } from './feature-set.ts';
import { after, at, type Found, type LineageRequest, type NodeKind } from './shared/kind.ts';
import { type ModelPart, type ModelPartKind, modelsImpact, ofModels } from './shared/model-part.ts';
import { entry, type Projection, touchedModels } from './shared/projection.ts';
import { modelExists, SURVEYED } from './shared/visible-selection.ts';
import { trainingSetKind } from './training-set.ts';

/** Kinds of inputs of a model version; a part of another input comes after it. */
const PARTS: readonly ModelPartKind[] = [trainingSetKind, calibrationKind, featureSetKind, featureKind];
const PREFIX = nodeId('ModelVersion', '');

export const modelId = (id: number): string => nodeId('ModelVersion', id);

export const modelNode = ({ id, label, recordedAt }: ModelVersionRow): LineageNode => ({
  id: modelId(id),
  kind: 'ModelVersion',
  label,
  recordedAt,
});

/** Nodes of the model versions; the caller is known to see them. */
export async function modelNodes(session: Session, ids: readonly number[]): Promise<LineageNode[]> {
  return (await readModelVersions(session, ids)).map(modelNode);
}

const MODELS = `UNWIND $rows AS row MERGE (v:ModelVersion {id: row.id})
  WITH v, row UNWIND row.superseded AS old MERGE (w:ModelVersion {id: old}) MERGE (v)-[:SUPERSEDES]->(w)`;
const partsQuery = ({ kind, partOf, relation }: ModelPartKind) =>
  `UNWIND $rows AS row MERGE (a:${partOf} {id: row.from}) MERGE (b:${kind} {id: row.to}) MERGE (a)-[:${relation}]->(b)`;

const projection: Projection = {
  write: async ({ store, write }, entries) => {
    const models = touchedModels(entries);
    if (models.length === 0) return;
    const rows: { id: string; superseded: string[] }[] = [];
    for (const model of models)
      rows.push({ id: modelId(model), superseded: (await readSuperseded(store, model)).map(modelId) });
    const parts = await readParts(store, models);
    await write(async (tx) => {
      await tx.run(MODELS, { rows });
      for (const [kind, own] of parts)
        if (own.length > 0)
          await tx.run(partsQuery(kind), { rows: own.map(({ from, node }) => ({ from, to: node.id })) });
    });
  },
  all: async function* ({ store }) {
    yield (await readRegistry(store)).map(({ id }) => entry('model', { model: id }));
  },
};

/** One version of a model that infers classes, with its inputs. */
export const modelVersionKind: NodeKind<ModelVersionRow, number> = {
  kind: 'ModelVersion',
  tier: 'input',
  prov: 'plan',
  picture: { column: 2, row: 2, names: ['model version', 'model versions'] },
  parseKey: (key) => (/^\d{1,9}$/.test(key) ? Number(key) : null),
  find: async (request, id) => {
    const [row] = await readModelVersions(request.store, [id]);
    // Runs even without such a version: hidden and missing versions must take the same time.
    const exists = await modelExists(request, id);
    return row && exists ? row : null;
  },
  node: (_deps, row) => modelNode(row),
  upstream: (request, { row: { id } }) => ({
    context: async () => [...(await versionsBefore(request, id)), ...(await partSteps(request, [id], 1))],
  }),
  madeOf: (request, { row: { id } }) => ({ context: () => partSteps(request, [id], 1) }),
  after: [
    ...PARTS.filter(({ partOf }) => partOf === 'ModelVersion').map((part) =>
      after(part, (request, { models }, { id }) => ({
        context: async () =>
          (await modelNodes(request.store, models)).map((node) =>
            step(node, 1, [edge(node.id, part.relation, id)]),
          ),
      })),
    ),
    after(featureKind, (request, { models }) => ({
      context: async () => {
        const sets = await readParts(request.store, models, [featureSetKind]);
        const edges = sets.flatMap(([kind, parts]) => edgesOf(kind, parts));
        return (await modelNodes(request.store, models)).map((node) =>
          step(
            node,
            2,
            edges.filter(({ from }) => from === node.id),
          ),
        );
      },
    })),
  ],
  rollups: (request, { id }) => ofModels(request, [id]),
  impact: { of: (request, { id }) => modelsImpact(request, [id]) },
  projection,
  revision: ({ id, label, recordedAt }) => ({
    id: Number(id.slice(PREFIX.length)),
    label,
    recordedAt: recordedAt ?? new Date(0),
  }),
};

/** The model version, for a caller who is known to see it. */
export async function foundModel(request: LineageRequest, id: number): Promise<Found | null> {
  const [row] = await readModelVersions(request.store, [id]);
  return row ? at(request, modelVersionKind, row) : null;
}

async function versionsBefore(request: LineageRequest, model: number): Promise<Step[]> {
  const superseded: number[] = [];
  for (const one of await readSuperseded(request.store, model))
    if (await modelExists(request, one)) superseded.push(one);
  return (await modelNodes(request.store, superseded)).map((node) =>
    step(node, 1, [edge(modelId(model), 'SUPERSEDES', node.id)]),
  );
}

async function readParts(
  session: Session,
  models: readonly number[],
  kinds = PARTS,
): Promise<(readonly [ModelPartKind, ModelPart[]])[]> {
  // Surveyed classes are of no model.
  const learnt = models.filter((model) => model !== SURVEYED);
  return Promise.all(
    kinds.map(async (kind) => {
      const parts = await Promise.all(learnt.map((model) => kind.partsOf(session, model)));
      return [kind, parts.flat()] as const;
    }),
  );
}

const edgesOf = ({ relation }: ModelPartKind, parts: readonly ModelPart[]): LineageEdge[] =>
  parts.map(({ from, node }) => edge(from, relation, node.id));

/** Model versions that share a feature set share its edges to features. */
const distinct = (edges: readonly LineageEdge[]) => [
  ...new Map(edges.map((one) => [`${one.from} ${one.to}`, one])).values(),
];

/** The inputs of the model versions, each once, joined to the versions; features after their sets. */
export async function partSteps(
  request: LineageRequest,
  models: readonly number[],
  depth: number,
): Promise<Step[]> {
  const found = await readParts(request.store, models);
  const stepsOf = (partOf: ModelPartKind['partOf'], at: number) => {
    const own = found.filter(([kind]) => kind.partOf === partOf);
    const edges = distinct(own.flatMap(([kind, parts]) => edgesOf(kind, parts)));
    return byId(own.flatMap(([, parts]) => parts.map(({ node }) => node))).map((node) =>
      step(
        node,
        at,
        edges.filter(({ to }) => to === node.id),
      ),
    );
  };
  return [...stepsOf('ModelVersion', depth), ...stepsOf('FeatureSet', depth + 1)];
}
