import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type EncoderPool, openEncoderPool } from '../encoder-pool.ts';
import { FEATURE_SET } from '../features.ts';
import type { ModelArtefact } from '../model.ts';
import { PREPARATION, preparedFor } from '../preparation.ts';
import type { Example } from '../softmax-regression.ts';
import { fitThemes, readTaxonomy } from '../themes.ts';
import { fitHead, trainingSetHash } from '../train.ts';
import { examplesOf, themeExamples } from '../training-job.ts';
import { englishTexts, hashOf, type Labelled, ownSentences, trainingSetOf } from './english-texts.ts';

/*
 * Makes the model that ships (scoring/models/default.json): heads for the encoder beside it, from text whose licence
 * allows it. Run by scoring/training/Makefile.
 */
const { values } = parseArgs({
  options: { data: { type: 'string' }, encoder: { type: 'string' }, out: { type: 'string' } },
});
const { data, encoder, out } = values;
if (!data || !encoder || !out)
  throw new Error('usage: tsx default-model.ts --data FOLDER --encoder FOLDER --out FILE');

const examples = async (pool: EncoderPool, labelled: readonly Labelled[]): Promise<Example[]> => {
  const how = { preparation: PREPARATION, languages: ['en'] };
  const sources = labelled.map(({ text }) => preparedFor(how, { text, attributes: {} }));
  const made = await examplesOf(
    pool,
    sources,
    labelled.map(({ label }) => label),
  );
  return made.map((example, i) => ({ ...example, weight: labelled[i]?.weight ?? 1 }));
};

const pool = await openEncoderPool({ source: encoder, cacheFolder: '' });
const taxonomy = readTaxonomy(new URL('../themes.json', import.meta.url));
const texts = await englishTexts(data, ownSentences('software'));
const [nps, sentiment] = [
  fitHead(await examples(pool, texts.nps), 3, ['softmax', 'ordinal']),
  fitHead(await examples(pool, texts.sentiment), 3),
];
const { themeNames, themes: themed, sentences } = await themeExamples(pool, taxonomy, ['en']);
const themes = fitThemes(themeNames, themed);
const dimension = (await pool.encode(['x']))[0]?.embedding.length ?? 0;
const summary = ({ report, kind, l2 }: typeof nps) => ({ kind, l2, ...report });
const model: ModelArtefact = {
  format: 1,
  preparation: PREPARATION,
  encoder: { ...pool.id, dimension },
  featureSet: structuredClone(FEATURE_SET) as unknown as ModelArtefact['featureSet'],
  heads: { nps: nps.head, sentiment: sentiment.head, themes },
  languages: ['en'],
  minimumProbability: 0.4,
  confusion: nps.report.confusion.map((row) => [...row]),
  trainingSets: [
    trainingSetOf(
      'nps',
      texts.nps,
      'Skytrax seat reviews before 2014 by rating; TweetEval sentiment (validation part) at half weight; our own sentences fourfold',
    ),
    trainingSetOf(
      'sentiment',
      texts.sentiment,
      'TweetEval sentiment (validation part); clear Skytrax ratings at half weight; our own sentences fourfold',
    ),
    {
      head: 'themes',
      hash: trainingSetHash(sentences.map(({ theme, text }) => `${hashOf(text)} ${theme}`)),
      examples: sentences.length,
      description: `scoring/themes.json, version ${taxonomy.version}`,
    },
  ],
  evaluation: { nps: summary(nps), sentiment: summary(sentiment) },
};
writeFileSync(out, `${JSON.stringify(model)}\n`);
process.stdout.write(`nps ${JSON.stringify(nps.report)}\nsentiment ${JSON.stringify(sentiment.report)}\n`);
await pool.close();
