import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Encoding } from '../encoder.ts';
import { type EncoderPool, openEncoderPool } from '../encoder-pool.ts';
import { FEATURE_SET } from '../features.ts';
import type { ModelArtefact } from '../model.ts';
import { PREPARATION, preparedFor } from '../preparation.ts';
import type { Example } from '../softmax-regression.ts';
import { readTaxonomy } from '../themes.ts';
import { trainingSetHash } from '../train.ts';
import { themeExamples } from '../training-job.ts';
import {
  englishTexts,
  hashOf,
  type Labelled,
  type OwnSentence,
  ownSentences,
  trainingSetOf,
} from './english-texts.ts';
import { readFeedback, TRANSFERRED } from './feedback.ts';
import { fitTransferred, type TransferredHead, transferThemes } from './transfer.ts';

/*
 * Makes the heads of scoreline-e5 that ship (scoring/models/scoreline-e5/heads.json): weights from labelled English texts, everything
 * else from the calibration sentences of the 14 other languages.
 */
const { values } = parseArgs({
  options: { data: { type: 'string' }, encoder: { type: 'string' }, out: { type: 'string' } },
});
const { data, encoder, out } = values;
if (!data || !encoder || !out)
  throw new Error('usage: tsx transferred-model.ts --data FOLDER --encoder FOLDER --out FILE');

/** The embedding alone: the features' columns stay zero, and so do their weights, as English says nothing of other languages' length. */
function embeddingAlone({ embedding }: Encoding): Float64Array {
  const inputs = new Float64Array(embedding.length + FEATURE_SET.columns.length);
  inputs.set(embedding);
  return inputs;
}

/** Of unit embeddings: sentences of two languages that are closer may say the same. */
const CLOSE = 0.9;

/** The English sentences that the project wrote, without those that may say the same as one that heads are calibrated or judged on. */
async function ownApart(pool: EncoderPool): Promise<OwnSentence[]> {
  const own = [...ownSentences('software'), ...ownSentences('services')];
  const others = TRANSFERRED.flatMap((one) => [
    ...readFeedback('calibration', one),
    ...readFeedback('test', one),
  ]);
  const [mine, theirs] = await Promise.all(
    [own, others].map((list) => pool.encode(list.map(({ text }) => text))),
  );
  const cosine = (x: Float32Array, y: Float32Array) =>
    x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return own.filter((_, i) => {
    const embedding = mine?.[i]?.embedding;
    return embedding && !theirs?.some((other) => cosine(embedding, other.embedding) >= CLOSE);
  });
}

async function inputsOf(pool: EncoderPool, texts: readonly string[], languages: readonly string[]) {
  const how = { preparation: PREPARATION, languages };
  const prepared = texts.map((text) => preparedFor(how, { text, attributes: {} }).text);
  return (await pool.encode(prepared)).map(embeddingAlone);
}

async function english(pool: EncoderPool, labelled: readonly Labelled[]): Promise<Example[]> {
  const texts = labelled.map(({ text }) => text);
  const inputs = await inputsOf(pool, texts, ['en']);
  return labelled.map(({ label, weight }, i) => ({
    inputs: inputs[i] ?? new Float64Array(),
    label,
    weight,
  }));
}

const pool = await openEncoderPool({ source: encoder, cacheFolder: '' });
const taxonomy = readTaxonomy(new URL('../themes.json', import.meta.url));
const texts = await englishTexts(data, await ownApart(pool));
const sentences = TRANSFERRED.flatMap((language) => readFeedback('calibration', language));
const read = await inputsOf(
  pool,
  sentences.map(({ text }) => text),
  TRANSFERRED,
);
const foreign = sentences.map((sentence, i) => ({ ...sentence, inputs: read[i] ?? new Float64Array() }));
const [nps, sentiment] = [
  fitTransferred(
    await english(pool, texts.nps),
    foreign.map((one) => ({ ...one, label: one.nps })),
    3,
  ),
  fitTransferred(
    await english(pool, texts.sentiment),
    foreign.map((one) => ({ ...one, label: one.sentiment })),
    3,
  ),
];
const themed = await themeExamples(pool, taxonomy, ['en']);
const dimension = (read[0]?.length ?? 0) - FEATURE_SET.columns.length;
const themes = transferThemes(
  themed.themeNames,
  // Without the columns of the features.
  themed.themes.map(({ theme, inputs }) => ({
    theme,
    inputs: inputs.map((x, i) => (i < dimension ? x : 0)),
  })),
  foreign.flatMap(({ theme, ...one }) => (theme === null ? [] : [{ ...one, theme }])),
);
const summary = ({ l2, report, languages }: TransferredHead) => ({
  kind: 'softmax',
  l2,
  ...report,
  languages,
});
const model: ModelArtefact = {
  format: 1,
  preparation: PREPARATION,
  encoder: { ...pool.id, dimension },
  featureSet: structuredClone(FEATURE_SET) as unknown as ModelArtefact['featureSet'],
  heads: { nps: nps.head, sentiment: sentiment.head, themes },
  languages: [...TRANSFERRED],
  minimumProbability: 0.4,
  confusion: nps.report.confusion.map((row) => [...row]),
  trainingSets: [
    trainingSetOf(
      'nps',
      texts.nps,
      'trained on English labels, transferred: Skytrax seat reviews before 2014 by rating; TweetEval sentiment (validation part) at half weight; our own sentences fourfold',
    ),
    trainingSetOf(
      'sentiment',
      texts.sentiment,
      'trained on English labels, transferred: TweetEval sentiment (validation part); clear Skytrax ratings at half weight; our own sentences fourfold',
    ),
    {
      head: 'themes',
      hash: trainingSetHash(themed.sentences.map(({ theme, text }) => `${hashOf(text)} ${theme}`)),
      examples: themed.sentences.length,
      description: `trained on English labels, transferred: scoring/themes.json, version ${taxonomy.version}`,
    },
    {
      head: 'calibration',
      hash: trainingSetHash(
        sentences.map((one) => `${hashOf(one.text)} ${one.sentiment} ${one.nps} ${one.theme}`),
      ),
      examples: sentences.length,
      description:
        'constants, calibration and thresholds of all heads: scoring/feedback/calibration, 14 languages',
    },
  ],
  evaluation: { nps: summary(nps), sentiment: summary(sentiment) },
};
writeFileSync(out, `${JSON.stringify(model)}\n`);
const line = ({ accuracy, macroF1, ece }: TransferredHead['report']) =>
  `accuracy ${accuracy.toFixed(3)}, macro-F1 ${macroF1.toFixed(3)}, ECE ${ece.toFixed(3)}`;
process.stdout.write(
  `on calibration sentences of languages left out: nps ${line(nps.report)}; sentiment ${line(sentiment.report)}\n`,
);
await pool.close();
