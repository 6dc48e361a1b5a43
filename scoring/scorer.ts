import { createHash } from 'node:crypto';
import type { CellDictionary } from '../domain/segments/cell.ts';
import { mapInSlices } from '../domain/text/slices.ts';
import type { Store } from '../store/database/client.ts';
import type { Lease, Work } from '../store/database/lease.ts';
import type { Loops } from '../store/database/loops.ts';
import { type Periodic, runPeriodic } from '../store/database/periodic.ts';
import type { SubjectEncryption } from '../store/encryption/subject-encryption.ts';
import { type Follower, runFollower } from '../store/journal/follower.ts';
import { touchFollower } from '../store/journal/journal.ts';
import { responsePages } from '../store/lineage/all-rows.ts';
import { isInUse, type RegisteredModel, readRegistry } from '../store/models/models.ts';
import {
  type PredictionRow,
  readUnscored,
  type ScorableResponse,
  storePredictions,
} from '../store/models/predictions.ts';
import { readsText } from './companion.ts';
import type { Encoders } from './encoders.ts';
import { type FeatureSource, featureValues } from './features.ts';
import type { Model } from './model.ts';
import { type Prediction, predict } from './predict.ts';
import { preparedFor } from './preparation.ts';

export interface ScorerDeps {
  readonly store: Store;
  readonly encryption: SubjectEncryption;
  readonly cells: CellDictionary & { refresh(session: Store): Promise<void> };
  readonly encoders: Encoders;
  readonly loadModel: (id: number) => Promise<Model>;
  readonly loops: Loops | null;
  readonly onError: (error: Error) => void;
  /** The lease for storing predictions. */
  readonly lease: Lease;
  /** Called with the number of responses that a model version has just scored. */
  readonly onScored?: (modelVersionId: number, responses: number) => void;
}

/** Entries read at once, and texts predicted and stored together: a kill -9 repeats that much. */
const ENTRIES = 20;
const TEXTS = 200;
/** A model in use that could not begin is tried again after this time. */
const LOOK_EVERY_MS = 60_000;

const scorerName = (modelVersionId: number) => `scorer ${modelVersionId}`;

/**
 * Scores the responses with text under every model version in use (`modelsInUse`), each a follower
 * of the journal with its own durable position: a new one begins at the journal's beginning, or with all
 * responses of the database if that is no longer kept. Stored predictions are not stored again, so a batch may
 * be repeated.
 */
export async function startScorer(deps: ScorerDeps): Promise<Work> {
  const { store, loops, onError } = deps;
  // A follower that could not begin is not among them, and begins at the next try; it does not keep the others waiting.
  const running = new Map<number, Follower>();
  const beginOne = async ({ id, encoderHash }: RegisteredModel) => {
    const isHere = (await deps.encoders.find(encoderHash)) !== null;
    if (!isHere) await end(id);
    else if (!running.has(id)) running.set(id, await follow(deps, id));
  };
  const end = async (id: number) => {
    const follower = running.get(id);
    running.delete(id);
    await follower?.stop();
  };
  const begin = async () => {
    const wanted = modelsInUse(await readRegistry(store));
    for (const id of [...running.keys()]) if (!wanted.some((model) => model.id === id)) await end(id);
    const failures: unknown[] = [];
    for (const model of wanted) await beginOne(model).catch((error) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  let begun: Promise<unknown> = Promise.resolve();
  /** One at a time: no model gets two followers. */
  const refresh = () => {
    const next = begun.then(begin);
    begun = next.catch(() => undefined);
    return next;
  };
  const stopAll = async () => {
    await Promise.all([...running.values()].map((follower) => follower.stop()));
  };
  const registry = await runFollower({
    name: 'models in use',
    store,
    batch: 1_000,
    gathers: true,
    loops,
    onError,
    handle: async (entries) => {
      if (entries.some(({ kind }) => kind === 'model')) await refresh();
    },
  });
  const stop = async () => {
    await Promise.all([registry.stop(), looking?.stop()]);
    await stopAll();
  };
  let looking: Periodic | undefined;
  try {
    await refresh();
  } catch (error) {
    if (running.size === 0) {
      await stop();
      throw error;
    }
    onError(error as Error);
  }
  // An encoder comes, or is repaired, without an entry of the journal.
  looking = runPeriodic({
    ...{ name: 'models to score', everyMs: LOOK_EVERY_MS, startsLater: true },
    ...{ loops, onError, run: refresh },
  });
  return {
    isFailing: () => registry.isFailing() || [...running.values()].some((one) => one.isFailing()),
    isForgotten: () => [...running.values()].some((one) => one.isForgotten()),
    stop,
  };
}

/** The model versions that score new responses where their encoder is here: the champion, shadows, and the companions of these. */
export function modelsInUse(registry: readonly RegisteredModel[]): RegisteredModel[] {
  return registry.filter(isInUse);
}

/** The followers of the model versions in use, whether or not their encoders are here. */
export async function scorerNames(store: Store): Promise<string[]> {
  return modelsInUse(await readRegistry(store)).map(({ id }) => scorerName(id));
}

async function follow(deps: ScorerDeps, modelVersionId: number) {
  const { store, lease, loops, onError } = deps;
  const model = await deps.loadModel(modelVersionId);
  const score = (ids: readonly string[]) => scoreResponses(deps, modelVersionId, model, ids);
  return runFollower({
    name: scorerName(modelVersionId),
    store,
    batch: ENTRIES,
    lease,
    loops,
    onError,
    startOver: async (stopped) => {
      for await (const ids of responsePages(store)) {
        if (stopped()) return;
        await score(ids);
      }
    },
    handle: (entries) =>
      score(entries.flatMap(({ kind, payload }) => (kind === 'responses' ? payload.added : []))),
  });
}

async function scoreResponses(
  deps: ScorerDeps,
  modelVersionId: number,
  model: Model,
  ids: readonly string[],
) {
  const distinct = [...new Set(ids)];
  for (let i = 0; i < distinct.length; i += TEXTS) {
    // After one batch the position itself follows soon.
    if (distinct.length > TEXTS) await touchFollower(deps.store, scorerName(modelVersionId), deps.lease);
    const unscored = await readUnscored(deps, distinct.slice(i, i + TEXTS), modelVersionId);
    const responses = unscored.filter(({ comment }) => readsText(model, comment));
    if (responses.length === 0) continue;
    if (responses.some(({ cellId }) => !deps.cells.get(cellId))) await deps.cells.refresh(deps.store);
    const sources = responses.map((response) => featureSourceOf(deps.cells, response));
    const predictions = await predict(await deps.encoders.of(model.artefact.encoder), model, sources);
    const rows = await mapInSlices(responses, (response, index) => ({
      ...predictionRow(
        response,
        predictions[index] as Prediction,
        modelVersionId,
        featuresHash(preparedFor(model, sources[index] as FeatureSource)),
      ),
      contentHash: response.contentHash,
    }));
    deps.onScored?.(modelVersionId, await storePredictions(deps.store, rows, deps.lease));
  }
}

/** The model's inputs from a response. */
export function featureSourceOf(cells: CellDictionary, { comment, cellId }: ScorableResponse) {
  return { text: comment, attributes: cells.get(cellId)?.attributes ?? {} };
}

/** SHA-256 over the values of the features. */
export function featuresHash(source: FeatureSource): string {
  return createHash('sha256')
    .update(JSON.stringify(featureValues(source)))
    .digest('hex');
}

/** The prediction as stored. */
export function predictionRow(
  response: ScorableResponse,
  prediction: Prediction,
  modelVersionId: number,
  features: string,
): PredictionRow {
  const [detractor = 0, passive = 0, promoter = 0] = prediction.nps;
  const [negative = 0, neutral = 0, positive = 0] = prediction.sentiment;
  return {
    responseId: response.id,
    answeredAt: response.answeredAt,
    cellId: response.cellId,
    modelVersionId,
    mappingVersionId: response.mappingVersionId,
    surveyed: response.class !== null,
    class: prediction.class,
    detractor,
    passive,
    promoter,
    sentiment: prediction.sentimentClass,
    negative,
    neutral,
    positive,
    themes: prediction.themes,
    uncertainty: prediction.uncertainty,
    abstained: prediction.abstained,
    featuresHash: features,
    ...prediction.input,
  };
}
