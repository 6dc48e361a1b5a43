import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';

/** One text with its class, and the group that is left out or its place in time. */
export interface Labelled {
  readonly text: string;
  readonly label: number;
  readonly group: string;
}

/** One task for every contender: training and test examples. */
export interface Split {
  readonly name: string;
  readonly classes: number;
  readonly train: readonly Labelled[];
  readonly test: readonly Labelled[];
}

type Row = Readonly<Record<string, string>>;

/** The rows of a gzip CSV of the data folder, or null if it is absent. */
export async function rowsOf(folder: string, name: string): Promise<Row[] | null> {
  const path = join(folder, name);
  if (!existsSync(path)) return null;
  const rows: Row[] = [];
  for await (const row of createReadStream(path)
    .pipe(createGunzip())
    .pipe(parse({ columns: true, bom: true }))) {
    rows.push(row as Row);
  }
  return rows;
}

const cut = (rating: number, passive: number, promoter: number) =>
  rating >= promoter ? 2 : rating >= passive ? 1 : 0;

/** Ratings of three apps as NPS classes: 5 promoter, 4 passive. */
export async function appReviews(folder: string): Promise<Labelled[] | null> {
  const rows = await rowsOf(folder, 'ios_app_reviews.csv.gz');
  return (
    rows?.map(({ app = '', rating, comment = '' }) => ({
      text: comment,
      label: cut(Number(rating), 4, 5),
      group: app,
    })) ?? null
  );
}

/** Trained on the other apps, judged on this one. */
export function leaveOut(reviews: readonly Labelled[], app: string): Split {
  return {
    name: `NPS class, app reviews, ${app} left out`,
    classes: 3,
    train: reviews.filter(({ group }) => group !== app),
    test: reviews.filter(({ group }) => group === app),
  };
}

/** Trained on the first 70 % in time, judged on the rest. */
function byTime(name: string, classes: number, labelled: readonly Labelled[]): Split {
  const sorted = [...labelled].sort((a, b) => (a.group < b.group ? -1 : a.group > b.group ? 1 : 0));
  const edge = Math.floor(sorted.length * 0.7);
  return { name, classes, train: sorted.slice(0, edge), test: sorted.slice(edge) };
}

export async function airlineSentiment(folder: string): Promise<Split | null> {
  const rows = await rowsOf(folder, 'airline_tweets.csv.gz');
  const labels = ['negative', 'neutral', 'positive'];
  const labelled = rows?.map(({ text = '', airline_sentiment = '', tweet_created = '' }) => ({
    text: text.replaceAll(/@\w+/g, '').trim(),
    label: labels.indexOf(airline_sentiment),
    group: tweet_created,
  }));
  return labelled ? byTime('sentiment, airline tweets, by time', 3, labelled) : null;
}

export async function seatReviews(folder: string): Promise<Split | null> {
  const rows = await rowsOf(folder, 'skytrax_reviews.csv.gz');
  const seats = rows?.filter(({ kind, date = '' }) => kind === 'seat' && date > '1970-01-01');
  const labelled = seats?.map(({ content = '', overall_rating, date = '' }) => ({
    text: content,
    label: cut(Number(overall_rating), 7, 9),
    group: date,
  }));
  return labelled ? byTime('NPS class, seat reviews, by time', 3, labelled) : null;
}

export async function tweetSentiment(folder: string): Promise<Split | null> {
  const read = async (name: string) =>
    (await rowsOf(folder, name))?.map(({ text = '', label }) => ({
      text: text.replaceAll('@user', '').trim(),
      label: Number(label),
      group: '',
    }));
  const [train, test] = [
    await read('tweeteval_sentiment_val.csv.gz'),
    await read('tweeteval_sentiment_test_half.csv.gz'),
  ];
  return train && test
    ? { name: 'sentiment, TweetEval, validation part to test half', classes: 3, train, test }
    : null;
}

/** `perClass` examples of each of the 77 intents, drawn by the seed. */
export async function bankingIntents(folder: string, perClass: number, seed: number): Promise<Split | null> {
  const [all, judged] = [
    await rowsOf(folder, 'banking77_train.csv.gz'),
    await rowsOf(folder, 'banking77_test.csv.gz'),
  ];
  if (!all || !judged) return null;
  const names = [...new Set(all.map(({ category = '' }) => category))].sort();
  const label = ({ text = '', category = '' }: Row) => ({ text, label: names.indexOf(category), group: '' });
  const random = generator(seed);
  const train = names.flatMap((name) => {
    const own = all.filter(({ category }) => category === name).map(label);
    return shuffled(own, random).slice(0, perClass);
  });
  return {
    name: `intents, banking77, ${perClass} a class`,
    classes: names.length,
    train: shuffled(train, random),
    test: judged.map(label),
  };
}

/** Numbers from 0 to 1, the same for the same seed (Numerical Recipes' linear congruential generator). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** In random order (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const list = [...items];
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j] as T, list[i] as T];
  }
  return list;
}
