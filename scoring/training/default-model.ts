import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { type EncoderPool, openEncoderPool } from '../encoder-pool.ts';
import { FEATURE_SET } from '../features.ts';
import type { ModelArtefact } from '../model.ts';
import { PREPARATION, preparedFor } from '../preparation.ts';
import type { Example } from '../softmax-regression.ts';
import { fitThemes, readTaxonomy } from '../themes.ts';
import { fitHead, trainingSetHash } from '../train.ts';
import { examplesOf, themeExamples } from '../training-job.ts';

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

const SENTENCES = new URL('./sentences.json', import.meta.url);
const LABELS = { negative: 0, neutral: 1, positive: 2 } as const;

interface Labelled {
  readonly text: string;
  readonly label: number;
  readonly weight: number;
}

async function rowsOf(name: string): Promise<Record<string, string>[]> {
  const rows: Record<string, string>[] = [];
  const parser = createReadStream(join(data as string, name))
    .pipe(createGunzip())
    .pipe(parse({ columns: true, bom: true }));
  for await (const row of parser) rows.push(row);
  return rows;
}

/** Tweets are in no order of time; by their hash they are in one that anybody can repeat. */
const byHash = (a: Labelled, b: Labelled) => (hashOf(a.text) < hashOf(b.text) ? -1 : 1);
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** The second list spread evenly over the first, both in their order. */
function spread(a: readonly Labelled[], b: readonly Labelled[]): Labelled[] {
  const placed = [
    ...a.map((one, i) => ({ one, at: i / a.length })),
    ...b.map((one, i) => ({ one, at: i / b.length })),
  ];
  return placed.sort((x, y) => x.at - y.at).map(({ one }) => one);
}

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

/** What the project wrote itself about software and services, the three labels weighing the same. */
function ownSentences(): Labelled[] {
  const sentences = JSON.parse(readFileSync(SENTENCES, 'utf8')) as {
    text: string;
    label: keyof typeof LABELS;
  }[];
  return sentences.map(({ text, label }) => {
    const n = sentences.filter((other) => other.label === label).length;
    return { text, label: LABELS[label], weight: (4 * sentences.length) / 3 / n };
  });
}

/** Tweets carry sentiment; as NPS classes they are a hint that keeps the head from knowing only airlines. */
async function labelledTexts() {
  const tweets = (await rowsOf('tweeteval_sentiment_val.csv.gz'))
    .map(({ text = '', label = '' }) => ({
      text: text.replaceAll('@user', '').trim(),
      label: Number(label),
      weight: 1,
    }))
    .sort(byHash);
  const reviews = (await rowsOf('skytrax_reviews.csv.gz'))
    .filter(({ kind, date = '' }) => kind === 'seat' && date > '1970-01-01' && date < '2014-01-01')
    .sort((a, b) => ((a.date ?? '') < (b.date ?? '') ? -1 : 1))
    .map(({ content = '', overall_rating }) => ({ text: content, rating: Number(overall_rating) }));
  const nps = reviews.map(({ text, rating }) => ({
    text,
    label: rating >= 9 ? 2 : rating >= 7 ? 1 : 0,
    weight: 1,
  }));
  const clear = reviews
    .filter(({ rating }) => rating <= 3 || rating >= 9)
    .map(({ text, rating }) => ({ text, label: rating >= 9 ? 2 : 0, weight: 0.5 }));
  const own = ownSentences();
  return {
    nps: spread(
      spread(nps, own),
      tweets.map((tweet) => ({ ...tweet, weight: 0.5 })),
    ),
    sentiment: spread(spread(tweets, clear), own),
  };
}

const pool = await openEncoderPool({ source: encoder, cacheFolder: '' });
const taxonomy = readTaxonomy(new URL('../themes.json', import.meta.url));
const texts = await labelledTexts();
const [nps, sentiment] = [
  fitHead(await examples(pool, texts.nps), 3, ['softmax', 'ordinal']),
  fitHead(await examples(pool, texts.sentiment), 3),
];
const { themeNames, themes: themed, sentences } = await themeExamples(pool, taxonomy);
const themes = fitThemes(themeNames, themed);
const dimension = (await pool.encode(['x']))[0]?.embedding.length ?? 0;
const setOf = (head: string, members: readonly Labelled[], description: string) => ({
  head,
  hash: trainingSetHash(members.map(({ text, label, weight }) => `${hashOf(text)} ${label} ${weight}`)),
  examples: members.length,
  description,
});
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
    setOf(
      'nps',
      texts.nps,
      'Skytrax seat reviews before 2014 by rating; TweetEval sentiment (validation part) at half weight; our own sentences fourfold',
    ),
    setOf(
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
