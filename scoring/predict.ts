import { ABSTENTIONS } from '../domain/models/abstention.ts';
import { calibrate } from '../domain/models/calibration.ts';
import { indexOfLargest, MILLION, toMillionths, uncertaintyOf } from '../domain/models/probabilities.ts';
import { mapInSlices } from '../domain/text/slices.ts';
import type { Encoding } from './encoder.ts';
import type { EncoderPool } from './encoder-pool.ts';
import { type FeatureSource, featureValues, languageOf, wordsOf } from './features.ts';
import type { Model } from './model.ts';
import { preparedFor } from './preparation.ts';
import { logitsOf } from './softmax-regression.ts';

/** One model's prediction for one response; probabilities in millionths, each head's add up to one million. */
export interface Classification {
  /** Detractor, passive, promoter. */
  readonly nps: readonly number[];
  /** Index into NPS_CLASSES; null when the model abstains. */
  readonly class: number | null;
  /** Negative, neutral, positive. */
  readonly sentiment: readonly number[];
  /** Index into SENTIMENTS; null when the model abstains. */
  readonly sentimentClass: number | null;
  /** Each theme separately, in the model's order. */
  readonly themes: readonly number[];
  /** Entropy of the NPS classes over its maximum, in millionths. */
  readonly uncertainty: number;
  /** Why the model abstains; null when it does not. */
  readonly abstained: string | null;
}

export interface Prediction extends Classification {
  /** What the monitors read of the text: words, tokens (and unknown ones), language if detected. */
  readonly input: {
    readonly words: number;
    readonly tokens: number;
    readonly unknownTokens: number;
    readonly language: string | null;
  };
}

const FEWEST_WORDS = 2;
/** The encoder cannot read a text whose tokens are mostly outside the vocabulary. */
const MOST_UNKNOWN = 0.5;

/** Predicts each of the texts, in order; in slices, because a long text without spaces or of emoji takes as long as many others. */
export async function predict(
  pool: EncoderPool,
  model: Model,
  sources: readonly FeatureSource[],
): Promise<Prediction[]> {
  const read = await mapInSlices(sources, (source) => preparedFor(model, source));
  const encodings = await pool.encode(read.map(({ text }) => text));
  return mapInSlices(read, (source, index) => predictOne(model, source, encodings[index] as Encoding));
}

/** The prediction for a prepared text with a known encoding. */
export function predictOne(model: Model, source: FeatureSource, encoding: Encoding): Prediction {
  const inputs = headInputs(source, encoding);
  const nps = calibrate(model.nps.calibration, logitsOf(model.nps, inputs));
  const sentiment = calibrate(model.sentiment.calibration, logitsOf(model.sentiment, inputs));
  const [npsMillionths, sentimentMillionths] = [toMillionths(nps), toMillionths(sentiment)];
  const input = inputOf(source, encoding);
  const abstained =
    whyNot(model, input, Math.max(...npsMillionths)) ?? whyNotKnown(model, source, encoding, inputs, input);
  return {
    nps: npsMillionths,
    class: abstained === null ? indexOfLargest(npsMillionths) : null,
    sentiment: sentimentMillionths,
    sentimentClass: abstained === null ? indexOfLargest(sentimentMillionths) : null,
    themes: model.themes.map(
      ({ head }) => toMillionths(calibrate(head.calibration, logitsOf(head, inputs)))[1] ?? 0,
    ),
    uncertainty: uncertaintyOf(nps),
    abstained,
    input,
  };
}

/**
 * Whether each theme is called: from one half on, or, if a precision is required, from the probability at which
 * held-out examples were that often right. If the model does not reach the precision, nothing is called.
 */
export function calledThemes(
  model: Model,
  { themes, abstained }: Classification,
  precision: Readonly<Record<string, number>>,
): boolean[] {
  return model.artefact.heads.themes.map(({ name, thresholds }, i) => {
    const wanted = precision[name];
    const threshold =
      wanted === undefined ? 0.5 : (thresholds[Math.round(wanted * 100)] ?? Number.POSITIVE_INFINITY);
    return abstained === null && (themes[i] ?? 0) >= threshold * MILLION;
  });
}

/** The embedding, then the features' columns. */
export function headInputs(source: FeatureSource, { embedding }: Encoding): Float64Array {
  const features = featureValues(source);
  const inputs = new Float64Array(embedding.length + features.length);
  inputs.set(embedding);
  inputs.set(features, embedding.length);
  return inputs;
}

/** Scripts whose words follow each other without a space. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

/** The words of a text in any script; those of the features (features.ts) are separated by spaces. */
export function wordsIn(text: string): number {
  if (!UNSPACED.test(text)) return wordsOf(text);
  let words = 0;
  for (const { isWordLike } of segmenter.segment(text)) words += Number(isWordLike === true);
  return words;
}

function inputOf({ text }: FeatureSource, { tokens, frame, unknown }: Encoding): Prediction['input'] {
  return {
    words: wordsIn(text),
    // The framing tokens are always known.
    tokens: Math.max(0, tokens - frame),
    unknownTokens: unknown,
    language: languageOf(text),
  };
}

function whyNot(model: Model, input: Prediction['input'], highest: number): string | null {
  const { languages, minimumProbability, determinedOnly, companion } = model.artefact;
  const { words, tokens, unknownTokens, language } = input;
  if (words < FEWEST_WORDS) return `${ABSTENTIONS.TOO_SHORT}: fewer than ${FEWEST_WORDS} words`;
  if (language === null ? determinedOnly : !languages.includes(language)) {
    const read = [...languages, ...(companion?.languages ?? [])];
    const found =
      language === null ? ABSTENTIONS.LANGUAGE_UNDETERMINED : `${ABSTENTIONS.LANGUAGE_NOT_READ}: ${language}`;
    return `${found}; the model reads ${read.join(', ')}`;
  }
  if (unknownTokens / Math.max(1, tokens) > MOST_UNKNOWN)
    return `${ABSTENTIONS.OUT_OF_SCOPE}: most of it is not in the vocabulary`;
  if (highest < minimumProbability * MILLION)
    return `${ABSTENTIONS.UNCERTAIN}: no class is more probable than ${Math.round(highest / 10_000)} %`;
  return null;
}

/** The largest share of unknown tokens: in a short text the unknown one probably matters. */
const MOST_UNREAD = 0.2;

/**
 * Whether unknown tokens change the decision; checked only for models that read emoji, as when older ones were
 * made.
 */
function whyNotKnown(
  model: Model,
  source: FeatureSource,
  encoding: Encoding,
  inputs: Float64Array,
  { tokens, unknownTokens }: Prediction['input'],
): string | null {
  const { known } = encoding;
  if (known === null || model.artefact.preparation === undefined) return null;
  const unread = `${unknownTokens} of ${tokens} words or signs are not in the vocabulary`;
  if (unknownTokens / Math.max(1, tokens) > MOST_UNREAD) return `${ABSTENTIONS.UNKNOWN_WORDS}: ${unread}`;
  const without = headInputs(source, { ...encoding, embedding: known });
  const changes = [model.nps, model.sentiment].some(
    (head) => indexOfLargest(logitsOf(head, without)) !== indexOfLargest(logitsOf(head, inputs)),
  );
  return changes
    ? `${ABSTENTIONS.UNKNOWN_WORDS}: ${unread}, and without them another class is likelier`
    : null;
}
