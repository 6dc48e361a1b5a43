import { nodeId } from '../../../domain/lineage/lineage.ts';
import type { Session } from '../../../store/database/client.ts';
import { EVERY_ANSWER } from '../../../store/lineage/lineage-annotations.ts';
import { type PartKind as PartName, readModelsOf } from '../../../store/models/model-provenance.ts';
import type { RollupSelection } from '../../lineage-store.ts';
import { type LineageNode, NOTHING } from '../../node.ts';
import type { Impacted, LineageRequest, NodeKind } from './kind.ts';
import { modelExists, visibleOf } from './visible-selection.ts';

/** An input of model versions, with those of them that the caller can see. */
export interface SharedPart {
  readonly node: LineageNode;
  readonly models: readonly number[];
}

/** One input of a model version, and what it is joined to: the version, or another input. */
export interface ModelPart {
  readonly from: string;
  readonly node: LineageNode;
}

/** A kind of input of model versions. */
export interface ModelPartKind extends NodeKind<SharedPart, string> {
  readonly kind: PartName;
  readonly relation: string;
  /** The kind that the relation leads from. */
  readonly partOf: 'ModelVersion' | 'FeatureSet';
  /** Those of one model version. */
  partsOf(session: Session, model: number): Promise<ModelPart[]>;
}

type Described = Pick<ModelPartKind, 'kind' | 'prov' | 'picture' | 'relation' | 'partOf' | 'partsOf'>;

/** The common part of such kinds: it has no inputs, and its model versions are made of it. */
export function modelPartKind(described: Described, more: Partial<ModelPartKind> = {}): ModelPartKind {
  const { kind, partsOf } = described;
  return {
    ...described,
    tier: 'input',
    parseKey: (key) => key,
    find: async (request, key) => {
      const id = nodeId(kind, key);
      const models: number[] = [];
      let node: LineageNode | undefined;
      for (const model of await readModelsOf(request.store, kind, key)) {
        const own = (await partsOf(request.store, model)).find((part) => part.node.id === id);
        node ??= own?.node;
        if (own && (await modelExists(request, model))) models.push(model);
      }
      return node && models.length > 0 ? { node, models } : null;
    },
    node: (_deps, { node }) => node,
    upstream: () => NOTHING,
    after: [],
    rollups: (request, { models }) => ofModels(request, models),
    impact: { of: (request, { models }) => modelsImpact(request, models) },
    projection: { along: 'ModelVersion' },
    goesInto: ({ models }) => models.map((model) => nodeId('ModelVersion', model)),
    ...more,
  };
}

/** The visible rollups of the model versions. */
export const ofModels = (request: LineageRequest, models: readonly number[]): RollupSelection =>
  visibleOf(request, models);

/** The impact of model versions, or of their inputs: the decisions and alerts about them. */
export function modelsImpact(request: LineageRequest, models: readonly number[]): Impacted {
  return {
    selection: ofModels(request, models),
    decided: async () => models,
    alerted: async () => ({ models, touched: EVERY_ANSWER }),
  };
}
