import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { trainingSetHash } from '../train.ts';

/*
 * The labelled English texts that the heads which ship are fitted on: sets whose licence allows it.
 */
const LABELS = { negative: 0, neutral: 1, positive: 2 } as const;

/** A text with the index of its class. */
export interface Labelled {
  readonly text: string;
  readonly label: number;
  readonly weight: number;
}

async function rowsOf(data: string, name: string): Promise<Record<string, string>[]> {
  const rows: Record<string, string>[] = [];
  const parser = createReadStream(join(data, name))
    .pipe(createGunzip())
    .pipe(parse({ columns: true, bom: true }));
  for await (const row of parser) rows.push(row);
  return rows;
}

/** Tweets are in no order of time; by their hash they are in one that anybody can repeat. */
const byHash = (a: Labelled, b: Labelled) => (hashOf(a.text) < hashOf(b.text) ? -1 : 1);
/** SHA-256 of a text. */
export const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** What an artefact says of the texts that a head was fitted on. */
export const trainingSetOf = (head: string, members: readonly Labelled[], description: string) => ({
  head,
  hash: trainingSetHash(members.map(({ text, label, weight }) => `${hashOf(text)} ${label} ${weight}`)),
  examples: members.length,
  description,
});

/** The second list spread evenly over the first, both in their order. */
function spread(a: readonly Labelled[], b: readonly Labelled[]): Labelled[] {
  const placed = [
    ...a.map((one, i) => ({ one, at: i / a.length })),
    ...b.map((one, i) => ({ one, at: i / b.length })),
  ];
  return placed.sort((x, y) => x.at - y.at).map(({ one }) => one);
}

/** A sentence that the project wrote for training. */
export interface OwnSentence {
  readonly text: string;
  readonly label: keyof typeof LABELS;
}

const OWN = { software: './sentences.json', services: './sentences-services.json' } as const;

/** Sentences that the project wrote: about software, or about other services. */
export function ownSentences(about: keyof typeof OWN): OwnSentence[] {
  return JSON.parse(readFileSync(new URL(OWN[about], import.meta.url), 'utf8'));
}

/** Fourfold, the three labels weighing the same. */
function weighted(sentences: readonly OwnSentence[]): Labelled[] {
  return sentences.map(({ text, label }) => {
    const n = sentences.filter((other) => other.label === label).length;
    return { text, label: LABELS[label], weight: (4 * sentences.length) / 3 / n };
  });
}

/** The examples of both heads. Tweets carry sentiment; as NPS classes they are a hint that keeps the head from knowing only airlines. */
export async function englishTexts(data: string, sentences: readonly OwnSentence[]) {
  const tweets = (await rowsOf(data, 'tweeteval_sentiment_val.csv.gz'))
    .map(({ text = '', label = '' }) => ({
      text: text.replaceAll('@user', '').trim(),
      label: Number(label),
      weight: 1,
    }))
    .sort(byHash);
  const reviews = (await rowsOf(data, 'skytrax_reviews.csv.gz'))
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
  const own = weighted(sentences);
  return {
    nps: spread(
      spread(nps, own),
      tweets.map((tweet) => ({ ...tweet, weight: 0.5 })),
    ),
    sentiment: spread(spread(tweets, clear), own),
  };
}
