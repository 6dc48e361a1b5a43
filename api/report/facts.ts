import type { AnyAgent } from '../../agents/loop/agent.ts';
import { type Replayed, replay } from '../../agents/loop/decide.ts';
import { readsModelsWhole, type Scope } from '../../domain/access/scope.ts';
import { parseScoreId, type ScoreName, type ScoreRow } from '../../domain/scores/score.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { mappingVersionKind } from '../../graph/kinds/mapping-version.ts';
import { scoreStartOf } from '../../graph/kinds/score.ts';
import type { LineageDeps } from '../../graph/kinds/shared/kind.ts';
import { mappingsByKey } from '../../graph/kinds/shared/recorded-mapping.ts';
import { type CollectedTrace, collectTrace } from '../../graph/traversal/collect.ts';
import type { Verification } from '../../proof/verdict.ts';
import { seenBy } from '../../store/agents/cell-set.ts';
import { type DecisionRow, readAgentDecisions } from '../../store/agents/decisions.ts';
import type { Store } from '../../store/database/client.ts';
import {
  type ModelEventRow,
  readFeatures,
  readModelEvents,
  readTrainingSets,
} from '../../store/models/model-provenance.ts';
import {
  type FeatureRow,
  idsOf,
  type RegisteredModel,
  readModelParts,
  readRegistry,
  type TrainingSetRow,
} from '../../store/models/models.ts';
import type { RecordedMapping } from '../../store/responses/mappings.ts';
import { type ReviewedDecision, readReviewedDecisions } from '../../store/reviews/decision-reviews.ts';
import { readScore } from '../../store/scores/scores.ts';

export interface ReportDeps extends LineageDeps {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The session of the disclosure ledgers. */
  readonly record: Store;
  readonly dimensions: readonly Dimension[];
  /** Those whose decisions can be computed again. */
  readonly agents: readonly AnyAgent[];
  /** Proves the number; without it the report says that it is not proven. */
  readonly verify?: (scope: Scope, name: ScoreName) => Promise<Verification>;
}

/** Who asked. */
export interface ReportReader {
  readonly name: string;
  readonly role: string;
  readonly policyVersion: string;
  readonly scope: Scope;
}

/** A model with its inputs and the decisions about it. */
export interface ModelCard {
  readonly model: RegisteredModel;
  readonly features: readonly FeatureRow[];
  /** null for callers who may not see what was made of all responses. */
  readonly whole: {
    readonly trainingSets: readonly TrainingSetRow[];
    readonly history: readonly ModelEventRow[];
    /** Reviews of those decisions. */
    readonly reviews: readonly ReviewedDecision[];
    readonly evaluation: unknown;
  } | null;
}

/** What an agent decided about the score, and whether it follows from its inputs again. */
export interface ReportedDecision {
  readonly decision: DecisionRow;
  readonly replayed: Replayed;
}

/** The facts in the report of one score. */
export interface ReportFacts {
  readonly id: string;
  readonly name: ScoreName;
  /** null: its model is no longer the champion, so the current champion cannot state its number. */
  readonly score: ScoreRow | null;
  readonly label: string;
  readonly dimensions: readonly Dimension[];
  readonly trace: CollectedTrace;
  readonly mappings: readonly RecordedMapping[];
  /** Of the model version that inferred something in it, and of its companion. */
  readonly cards: readonly ModelCard[];
  /** The newest first; there may be more than the report has. */
  readonly decisions: { readonly shown: readonly ReportedDecision[]; readonly isCut: boolean };
  readonly proof: Verification | null;
  readonly reader: ReportReader;
  readonly at: Date;
}

/** Nodes of the lineage that a report reads. */
const BOUND = 2_000;
/** Decisions that a report states. */
const DECISIONS = 100;

/** The facts of one score's report within the reader's scope; null when the id is not a score's. */
export async function reportFacts(
  deps: ReportDeps,
  reader: ReportReader,
  id: string,
): Promise<ReportFacts | null> {
  const name = parseScoreId(id);
  if (!name) return null;
  const { scope } = reader;
  const start = scoreStartOf(deps.dimensions, id, name);
  const trace = await collectTrace(deps, scope, start, BOUND);
  const keys = trace.nodes
    .filter(({ kind }) => kind === mappingVersionKind.kind)
    .map((node) => keyOf(node.id));
  return {
    id,
    name,
    score: await readScore(deps, scope, name),
    label: start.label,
    dimensions: deps.dimensions,
    trace,
    mappings: await mappingsByKey(deps, keys),
    cards: name.model === null ? [] : await modelCards(deps, scope, name.model),
    decisions: await decisionsAbout(deps, scope, id),
    proof: (await deps.verify?.(scope, name)) ?? null,
    reader,
    at: new Date(deps.now()),
  };
}

/** The decisions of agents that name this score, of those that the reader sees. */
async function decisionsAbout(
  { store, cells, agents }: ReportDeps,
  scope: Scope,
  about: string,
): Promise<ReportFacts['decisions']> {
  const filter = { agent: null, states: null, about, after: null, limit: DECISIONS + 1 };
  const found = await readAgentDecisions(store, seenBy(scope, cells), filter);
  const shown = found
    .slice(0, DECISIONS)
    .map((decision) => ({ decision, replayed: replay(agents, decision) }));
  return { shown, isCut: found.length > DECISIONS };
}

const keyOf = (id: string) => id.slice(id.indexOf(':') + 1);

/** The cards of all that reads under the name of the version. */
async function modelCards(deps: ReportDeps, scope: Scope, version: number): Promise<ModelCard[]> {
  const registry = await readRegistry(deps.store);
  const parts = idsOf(await readModelParts(deps.store, version));
  const models = parts.flatMap((part) => registry.find(({ id }) => id === part) ?? []);
  return Promise.all(models.map((model) => modelCard(deps, scope, model)));
}

async function modelCard(
  { store, record }: ReportDeps,
  scope: Scope,
  model: RegisteredModel,
): Promise<ModelCard> {
  const { id: version } = model;
  const features = await readFeatures(store, version);
  if (!readsModelsWhole(scope)) return { model, features, whole: null };
  const [trainingSets, history, reviews] = await Promise.all([
    readTrainingSets(store, version),
    readModelEvents(store, version),
    readReviewedDecisions(record, version),
  ]);
  return { model, features, whole: { trainingSets, history, reviews, evaluation: model.evaluation } };
}
