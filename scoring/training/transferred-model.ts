import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Encoding } from '../encoder.ts';
import { type EncoderPool, openEncoderPool } from '../encoder-pool.ts';
import { FEATURE_SET } from '../features.ts';
import { type ModelArtefact, SENTIMENTS } from '../model.ts';
import { PREPARATION, preparedFor } from '../preparation.ts';
import type { Example } from '../softmax-regression.ts';
import { readTaxonomy } from '../themes.ts';
import { trainingSetHash } from '../train.ts';
import { themeExamples } from '../training-job.ts';
import { centredByLanguage, isClose } from './closeness.ts';
import { englishTexts, hashOf, type Labelled, ownSentences, trainingSetOf } from './english-texts.ts';
import { readFeedback, TRANSFERRED } from './feedback.ts';
import { fitTransferred, type TransferredHead, transferThemes } from './transfer.ts';

/*
 * Makes the heads of scoreline-e5 that ship (scoring/models/scoreline-e5/heads.json): weights from labelled English texts and from
 * sentences that the project wrote in all languages, everything else from the calibration sentences of the 14 other languages.
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

interface Sentence {
  readonly text: string;
  readonly language: string;
  readonly sentiment: number;
  readonly nps: number;
}

/** The English sentences that the project wrote; a label stands for the sentiment and for the NPS class. */
const ownEnglish = (): Sentence[] =>
  [...ownSentences('software'), ...ownSentences('services')].map(({ text, label }) => {
    const sentiment = SENTIMENTS.findIndex((name) => name.toLowerCase() === label);
    return { text, language: 'en', sentiment, nps: sentiment };
  });

/** The sentences of the project as heads read them, and centred by language. */
async function read<T extends Sentence>(pool: EncoderPool, sentences: readonly T[]) {
  const texts = sentences.map(({ text }) => text);
  const inputs = await inputsOf(pool, texts, [...TRANSFERRED, 'en']);
  const embedded = sentences.map(({ language }, i) => ({ language, embedding: inputs[i] ?? [] }));
  const centred = centredByLanguage(embedded);
  return sentences.map((one, i) => ({
    ...one,
    inputs: inputs[i] ?? new Float64Array(),
    centred: centred[i] ?? new Float64Array(),
  }));
}

const pool = await openEncoderPool({ source: encoder, cacheFolder: '' });
const taxonomy = readTaxonomy(new URL('../themes.json', import.meta.url));
// What is judged on is read to be kept apart by its meaning; nothing else of it is used.
const sentences = await read(pool, [
  ...ownEnglish().map((one) => ({ ...one, theme: null, part: 'training' })),
  ...(['training', 'calibration', 'test'] as const).flatMap((part) =>
    TRANSFERRED.flatMap((language) => readFeedback(part, language)).map((one) => ({ ...one, part })),
  ),
]);
const judged = sentences.filter(({ part }) => part === 'test').map(({ centred }) => centred);
const written = sentences.filter(({ part, centred }) => part !== 'test' && !isClose(centred, judged));
const foreign = sentences.filter(({ part }) => part === 'calibration');
const texts = await englishTexts(data, []);
const fitOn = async (head: 'nps' | 'sentiment') => {
  const labelled = (list: readonly (typeof sentences)[number][]) =>
    list.map((one) => ({ ...one, label: one[head] }));
  return fitTransferred(
    {
      english: await english(pool, texts[head]),
      written: labelled(written),
      calibration: labelled(foreign),
    },
    3,
  );
};
const [nps, sentiment] = [await fitOn('nps'), await fitOn('sentiment')];
const themed = await themeExamples(pool, taxonomy, ['en']);
const dimension = (foreign[0]?.inputs.length ?? 0) - FEATURE_SET.columns.length;
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
      'trained on English labels, transferred: Skytrax seat reviews before 2014 by rating; TweetEval sentiment (validation part) at half weight',
    ),
    trainingSetOf(
      'sentiment',
      texts.sentiment,
      'trained on English labels, transferred: TweetEval sentiment (validation part); clear Skytrax ratings at half weight',
    ),
    {
      head: 'themes',
      hash: trainingSetHash(themed.sentences.map(({ theme, text }) => `${hashOf(text)} ${theme}`)),
      examples: themed.sentences.length,
      description: `trained on English labels, transferred: scoring/themes.json, version ${taxonomy.version}`,
    },
    {
      head: 'nps and sentiment',
      hash: trainingSetHash(written.map((one) => `${hashOf(one.text)} ${one.sentiment} ${one.nps}`)),
      examples: written.length,
      description:
        'sentences that the project wrote, in English and 14 languages, sixteenfold: scoring/training/sentences*.json, scoring/feedback/training and calibration, without those close to one that judges',
    },
    {
      head: 'calibration',
      hash: trainingSetHash(
        foreign.map((one) => `${hashOf(one.text)} ${one.sentiment} ${one.nps} ${one.theme}`),
      ),
      examples: foreign.length,
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
  `on calibration sentences left out with their languages: nps ${line(nps.report)}; sentiment ${line(sentiment.report)}\n`,
);
await pool.close();
