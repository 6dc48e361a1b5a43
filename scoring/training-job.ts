import type { KeyObject } from 'node:crypto';
import { UserError } from '../domain/errors/user-error.ts';
import type { CellDictionary } from '../domain/segments/cell.ts';
import { mapInSlices } from '../domain/text/slices.ts';
import type { Store } from '../store/database/client.ts';
import type { SubjectEncryption } from '../store/encryption/subject-encryption.ts';
import { formatPosition, journalHead } from '../store/journal/journal.ts';
import type { Change } from '../store/models/model-changes.ts';
import { noteMembers } from '../store/models/model-provenance.ts';
import { type LabelledResponse, readLabelled } from '../store/models/predictions.ts';
import { type Reader, registerPair, registrationOf, withCompanion } from './companion.ts';
import type { Encoding } from './encoder.ts';
import type { EncoderPool } from './encoder-pool.ts';
import { FEATURE_SET, type FeatureSource } from './features.ts';
import type { FitRequest, FitResult } from './fit.ts';
import type { Model, ModelArtefact } from './model.ts';
import { headInputs } from './predict.ts';
import { PREPARATION, preparedFor } from './preparation.ts';
import { type Registration, register, type Settle } from './registry.ts';
import { featureSourceOf } from './scorer.ts';
import type { Example } from './softmax-regression.ts';
import { examplesIn, type Taxonomy } from './themes.ts';
import { runInThread } from './thread.ts';
import { trainingSetHash } from './train.ts';

/** The training cannot be done; the message says what would be right. */
export class TrainingError extends UserError {
  override readonly name = 'TrainingError';
  /** Whether the same training fails again. */
  readonly isFinal: boolean;

  constructor(message: string, { isFinal = true } = {}) {
    super(message);
    this.isFinal = isFinal;
  }
}

export interface TrainingDeps {
  readonly store: Store;
  readonly encryption: SubjectEncryption;
  readonly cells: CellDictionary;
  readonly pool: EncoderPool;
  /** The champion, or its companion: heads that are not trained again are reused from it. */
  readonly champion: Model | null;
  /** The companion of the champion, if this model may take the champion's place. */
  readonly companion: Reader | null;
  /** The champion, if this model may take the place of its companion: both are registered as a pair. */
  readonly first: Reader | null;
  /** Labels of the answers that this version has read; null: of all. */
  readonly readBy: number | null;
  readonly taxonomy: Taxonomy;
  readonly signingKey: KeyObject;
  readonly now: () => number;
}

/** At most so many of the newest labelled responses are used. */
export const MOST_EXAMPLES = 20_000;
/**
 * A reviewed label weighs as much as three numbers of respondents: it is about the text alone, and exists
 * because the model was uncertain or wrong.
 */
const CORRECTION_WEIGHT = 3;

/** How many numbers of respondents a label counts for. */
export function labelWeight({ corrected }: Pick<LabelledResponse, 'corrected'>): number {
  return corrected ? CORRECTION_WEIGHT : 1;
}

/** The encoder reads in order of arrival: what is scored meanwhile waits for so many texts of a training, not for all. */
const TEXTS_AT_ONCE = 64;
const FEWEST_EXAMPLES = 100;
const FEWEST_OF_CLASS = 10;

/**
 * Trains heads on labelled responses (text and a surveyed class) answered before `until`, oldest first, and
 * registers the result as a candidate; returns its version, of a pair the first. The same responses give the same weights.
 * @throws TrainingError when there are too few, or when some were erased meanwhile.
 */
export async function trainCandidate(deps: TrainingDeps, until: Date, cause: Change): Promise<number> {
  const { store, cells, pool, champion } = deps;
  const position = formatPosition(await journalHead(store));
  const responses = await readLabelled(deps, until, MOST_EXAMPLES, deps.readBy);
  assertEnough(responses, deps.readBy);
  const languages = [...(pool.languages ?? champion?.artefact.languages ?? ['en'])];
  const sources = await mapInSlices(responses, (response) =>
    preparedFor({ preparation: PREPARATION, languages }, featureSourceOf(cells, response)),
  );
  const examples = await examplesOf(
    pool,
    sources,
    responses.map((response) => response.class ?? 0),
    responses.map(labelWeight),
  );
  // Another encoder than the champion's: its sentiment head does not fit, the classes stand in for sentiment.
  const takesOver = champion?.artefact.encoder.hash === pool.id.hash;
  const { themeNames, themes } = await themeExamples(pool, deps.taxonomy, languages);
  const request: FitRequest = { nps: examples, sentiment: takesOver ? null : examples, themeNames, themes };
  const fitted = await runInThread<FitResult>(new URL('./fit-worker.ts', import.meta.url), request);
  const dimension = (examples[0]?.inputs.length ?? 0) - FEATURE_SET.columns.length;
  const members = responses.map(
    ({ id, contentHash, class: label, corrected }) =>
      `${id} ${contentHash} ${label}${corrected ? ' corrected' : ''}`,
  );
  const trainingSet = {
    head: 'nps',
    hash: trainingSetHash(members),
    examples: responses.length,
    description: `the newest labelled responses${readByText(deps.readBy)}, at most ${MOST_EXAMPLES}`,
  };
  const artefact: ModelArtefact = {
    format: 1,
    preparation: PREPARATION,
    encoder: { ...pool.id, dimension },
    featureSet: structuredClone(FEATURE_SET) as unknown as ModelArtefact['featureSet'],
    heads: {
      nps: fitted.nps.head,
      sentiment: fitted.sentiment?.head ?? (champion as Model).artefact.heads.sentiment,
      themes: fitted.themes,
    },
    languages,
    minimumProbability: champion?.artefact.minimumProbability ?? 0.4,
    confusion: fitted.nps.report.confusion.map((row) => [...row]),
    trainingSets: [
      trainingSet,
      ...(takesOver ? setsOfSentiment(champion) : [{ ...trainingSet, head: 'sentiment' }]),
    ],
    evaluation: { nps: { kind: fitted.nps.kind, l2: fitted.nps.l2, ...fitted.nps.report } },
  };
  const trainedAt = new Date(deps.now());
  const label = `trained on responses until ${until.toISOString().slice(0, 16)}Z`;
  const ids = responses.map((response) => response.id);
  const model = { artefact, label, trainedAt, until, journalPosition: position };
  return registerTrained(deps, model, cause, async (session) => {
    const gone = await noteMembers(session, trainingSet.hash, ids);
    // It learnt from a person who was erased meanwhile: it must not come into use.
    if (gone > 0)
      throw new TrainingError(
        `${gone} of the responses were erased or restricted while the model was trained on them; it was dropped: train again`,
        // The next one does not read them.
        { isFinal: false },
      );
  });
}

const readByText = (version: number | null) =>
  version === null ? '' : ` that model version ${version} has read`;

/** With the companion that it keeps, or as the companion of the champion. */
async function registerTrained(
  { store, signingKey, first, companion }: TrainingDeps,
  model: Registration,
  cause: Change,
  settle: Settle,
): Promise<number> {
  if (!first) {
    const kept = companion && withCompanion(model.artefact, companion);
    return register(store, signingKey, { ...model, ...kept }, cause, settle);
  }
  const given = { first: await registrationOf(store, first), second: model };
  // The pair is what follows from the cause: one version of the two names it as it is.
  const causes = { first: cause, second: { ...cause, reason: `${cause.reason}: the companion` } };
  return registerPair(store, signingKey, given, causes, settle);
}

function setsOfSentiment(champion: Model | null) {
  return (champion?.artefact.trainingSets ?? []).filter(({ head }) => head === 'sentiment');
}

function assertEnough(responses: readonly LabelledResponse[], readBy: number | null): void {
  const read = readByText(readBy);
  if (responses.length < FEWEST_EXAMPLES) {
    throw new TrainingError(
      `until: ${responses.length} responses with text and a score${read}; training needs at least ${FEWEST_EXAMPLES}`,
    );
  }
  for (const [label, name] of ['detractor', 'passive', 'promoter'].entries()) {
    const n = responses.filter((response) => response.class === label).length;
    if (n < FEWEST_OF_CLASS)
      throw new TrainingError(
        `until: ${n} responses of a ${name}${read}; training needs at least ${FEWEST_OF_CLASS} of each class`,
      );
  }
}

/** The texts as inputs of heads, with their labels; the default weight is 1. */
export async function examplesOf(
  pool: EncoderPool,
  sources: readonly FeatureSource[],
  labels: readonly number[],
  weights: readonly number[] = [],
): Promise<Example[]> {
  const encodings: Encoding[] = [];
  for (let i = 0; i < sources.length; i += TEXTS_AT_ONCE) {
    const texts = sources.slice(i, i + TEXTS_AT_ONCE).map(({ text }) => text);
    encodings.push(...(await pool.encode(texts)));
  }
  return mapInSlices(sources, (source, i) => {
    const encoding = encodings[i];
    if (!encoding) throw new Error('a text has no encoding');
    return { inputs: headInputs(source, encoding), label: labels[i] ?? 0, weight: weights[i] ?? 1 };
  });
}

/** The taxonomy's sentences in those languages as examples; themes alternate, so that every fold has some of each. */
export async function themeExamples(pool: EncoderPool, { themes }: Taxonomy, languages: readonly string[]) {
  const own = themes.map((theme) => ({ theme: theme.name, texts: examplesIn(theme, languages) }));
  const turns = Math.max(...own.map(({ texts }) => texts.length));
  const sentences = Array.from({ length: turns }, (_, turn) =>
    own.flatMap(({ theme, texts }) => (texts[turn] ? [{ theme, text: texts[turn] }] : [])),
  ).flat();
  const inputs = await examplesOf(
    pool,
    sentences.map(({ text }) => ({ text, attributes: {} })),
    [],
  );
  return {
    themeNames: themes.map(({ name }) => name),
    themes: sentences.map(({ theme }, i) => ({ theme, inputs: inputs[i]?.inputs ?? new Float64Array() })),
    sentences,
  };
}
