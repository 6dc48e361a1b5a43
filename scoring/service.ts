import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Scope } from '../domain/access/scope.ts';
import type { ReviewRules } from '../domain/models/review-rules.ts';
import type { CellDictionary } from '../domain/segments/cell.ts';
import type { Session, Store } from '../store/database/client.ts';
import { unscoped } from '../store/database/client.ts';
import { beginAll, type Lease, leadAlone, type Work } from '../store/database/lease.ts';
import type { Loops } from '../store/database/loops.ts';
import type { SubjectEncryption } from '../store/encryption/subject-encryption.ts';
import { type Change, makeShadow, promote, rollback } from '../store/models/model-changes.ts';
import { readPredictions, readScorable } from '../store/models/predictions.ts';
import { type Classified, classifyBy, registerPair, registrationOf } from './companion.ts';
import { openEncoders } from './encoders.ts';
import { type Explanation, explain } from './explain.ts';
import type { FeatureSource } from './features.ts';
import { type Model, readModel } from './model.ts';
import { MONITOR, type MonitorDeps, startMonitor } from './monitor.ts';
import { offerTransferred } from './multilingual/offer.ts';
import { type Prediction, predict } from './predict.ts';
import { openReaders, ScoringError } from './readers.ts';
import { ensureDefault } from './registry.ts';
import { type Reproduction, reproduce } from './reproduce.ts';
import { REVIEW_QUEUE, startReviewQueue } from './review-queue.ts';
import { featureSourceOf, type ScorerDeps, scorerNames, startScorer } from './scorer.ts';
import { trainCandidate } from './training-job.ts';
import { startTrainingOrders } from './training-orders.ts';
import { placeOf, type TrainingPlace } from './training-place.ts';

/** All operations of models, over one database. */
export interface Scoring {
  /** The champion, or the named version. @throws ScoringError when there is none. */
  model(id: number | null): Promise<{ readonly id: number; readonly model: Model }>;
  predict(model: Model, sources: readonly FeatureSource[]): Promise<Prediction[]>;
  /** Each text by what reads it under the name of the champion, or of the named version. @throws ScoringError */
  classify(id: number | null, sources: readonly FeatureSource[]): Promise<Classified[]>;
  explain(model: Model, source: FeatureSource, head: 'nps' | 'sentiment'): Promise<Explanation>;
  /** What the model read of a stored response; null when its text is gone. */
  sourceOf(responseId: string): Promise<FeatureSource | null>;
  /** The names of the encoders that a model can be trained for. */
  encoders(): readonly string[];
  /** Registers a candidate, and returns its version. @throws UserError */
  train(until: Date, cause: Change, of?: TrainingPlace): Promise<number>;
  promote(id: number, cause: Change): Promise<void>;
  /** Registers a candidate: a version that leaves other languages to a companion (companion.ts). @throws UserError */
  pair(id: number, companion: number, cause: Change): Promise<number>;
  shadow(id: number, cause: Change): Promise<void>;
  rollback(cause: Change): Promise<number>;
  /** By the champion, or the named version. @throws ScoringError when it has not scored the response, within the scope. */
  reproduce(scope: Scope, responseId: string, version: number | null): Promise<Reproduction>;
  /**
   * Follows the journal, scores, and watches the models in use, while no other process does; the returned
   * function stops it.
   */
  follow(
    onScored: (modelVersionId: number, responses: number) => void,
  ): Promise<{ stop: () => Promise<void> }>;
  close(): Promise<void>;
}

export interface ScoringOptions {
  readonly store: Store;
  readonly encryption: SubjectEncryption;
  readonly cells: CellDictionary & { refresh(session: Session): Promise<void> };
  /** A local folder or a hub id; null: the one that ships. */
  readonly encoder: string | null;
  readonly cacheFolder: string;
  readonly signingKey: KeyObject;
  /** The rules for queuing the champion's predictions for review; absent: nothing is queued. */
  readonly reviewRules?: ReviewRules;
  /** The place of this process, for the lease. */
  readonly place: string;
  /** Where its followers are listed. */
  readonly loops: Loops;
  readonly now: () => number;
  readonly onError: (error: Error) => void;
}

const SHIPPED_MODEL = new URL('./models/default.json', import.meta.url);

/** Opens the registry (with the model that ships, if it is empty); the encoder is started on demand. */
export async function openScoring(options: ScoringOptions): Promise<Scoring> {
  const { store, encryption, cells, signingKey, reviewRules, place, now, loops, onError } = options;
  loops.expect(async () => [...(await scorerNames(store)), MONITOR, ...(reviewRules ? [REVIEW_QUEUE] : [])]);
  const shipped = readModel(JSON.parse(readFileSync(SHIPPED_MODEL, 'utf8')));
  await ensureDefault(store, signingKey, shipped.artefact);
  const { load, named, partsOf } = openReaders(store);
  const encoders = openEncoders({ main: options.encoder, cacheFolder: options.cacheFolder });
  const poolOf = ({ artefact }: Model) => encoders.of(artefact.encoder);
  const trainer = { ...options, encoders, partsOf };
  const train: Scoring['train'] = async (until, cause, of = {}) =>
    trainCandidate(await placeOf(trainer, of), until, cause);
  return {
    model: named,
    predict: async (model, sources) => predict(await poolOf(model), model, sources),
    classify: async (id, sources) => {
      const parts = await partsOf(id);
      return classifyBy(parts, sources, async (model, own) => predict(await poolOf(model), model, own));
    },
    explain: async (model, source, head) => explain(await poolOf(model), model, source, head),
    sourceOf: async (responseId) => {
      const [response] = await readScorable({ store, encryption }, [responseId]);
      return response ? featureSourceOf(cells, response) : null;
    },
    encoders: encoders.names,
    train,
    pair: async (id, companion, cause) => {
      const [first, second] = await Promise.all([named(id), named(companion)]);
      const given = {
        first: await registrationOf(store, first),
        second: await registrationOf(store, second),
      };
      return registerPair(store, signingKey, given, { first: cause, second: cause });
    },
    promote: (id, cause) => promote(store, id, cause),
    shadow: (id, cause) => makeShadow(store, id, cause),
    rollback: (cause) => rollback(store, cause),
    reproduce: async (scope, responseId, version) => {
      const parts = await partsOf(version);
      const scoped = unscoped(
        store,
        'what is reproduced is read from the tables; the scope filters the prediction',
      );
      const [stored] = await readPredictions(
        { store: scoped, cells },
        scope,
        [responseId],
        parts.map(({ id }) => id),
      );
      const model = parts.find(({ id }) => id === stored?.modelVersionId)?.model;
      if (!stored || !model)
        throw new ScoringError(
          `response: no prediction of it by ${version === null ? 'the champion' : `model version ${version}`} exists here`,
        );
      return reproduce({ store, encryption, cells, encoders }, model, stored);
    },
    follow: async (onScored) => {
      const deps = { store, encryption, cells, loadModel: load, now, loops, onScored, onError };
      const lead = async (lease: Lease) => {
        // Its files are fetched here, so that a wrong name is reported at the start.
        await encoders.main();
        // Without it all that is registered is scored as before.
        await offerTransferred({ store, signingKey, encoders }).catch(onError);
        return begin({ ...deps, lease, train, encoders }, reviewRules);
      };
      return leadAlone({ store, name: 'scoring', place, onError, lead });
    },
    close: () => encoders.close(),
  };
}

/** Begins all that follows the journal here. */
function begin(
  deps: ScorerDeps & MonitorDeps & Pick<Scoring, 'train'>,
  reviewRules: ReviewRules | undefined,
): Promise<Work> {
  const { store, now, lease, loops, onError } = deps;
  return beginAll([
    () => startScorer(deps),
    () => startMonitor(deps),
    () => startTrainingOrders(deps),
    ...(reviewRules ? [() => startReviewQueue({ store, reviewRules, now, lease, loops, onError })] : []),
  ]);
}
