import type { ClassificationReport } from '../../domain/models/classification.ts';
import type { Model } from '../model.ts';
import { calledThemes, type Prediction } from '../predict.ts';
import type { Feedback } from '../training/feedback.ts';

/* The words and tables of the section of scoring/EVALUATION.md about other languages than English. */

interface Reports {
  readonly nps: ClassificationReport;
  readonly sentiment: ClassificationReport;
}

/** The predictions for one language's test sentences, judged over both authors together and over each. */
export interface Read extends Reports {
  readonly feedback: readonly Feedback[];
  readonly predictions: readonly Prediction[];
  readonly first: Reports;
  readonly second: Reports;
}

/** Figures of one language: of scoreline-minilm, and of scoreline-e5. */
export interface LanguageRow {
  readonly language: string;
  readonly small: Read;
  readonly large: Read;
  readonly found: readonly [number, number];
}

/** What one thread of an encoder costs. */
export interface Cost {
  /** Milliseconds for a text. */
  readonly median: number;
  /** Memory of the whole process. */
  readonly mib: number;
}

const SENTIMENT_AIM = 0.75;
const NPS_AIM = 2;
const TIME_AIM = 2.5;
const CHANCE = 1 / 3;
const AUTHORS = ['first', 'second'] as const;
const BY_AUTHOR = AUTHORS.flatMap((author) => [`${author} author`, '±']);

const f = (x: number) => x.toFixed(3);
const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], body: readonly (readonly string[])[]) =>
  [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
const error = ({ accuracy, n }: ClassificationReport) => Math.sqrt((accuracy * (1 - accuracy)) / n);
const above = ({ large: { nps } }: LanguageRow) => (nps.accuracy - CHANCE) / error(nps);
const abstained = ({ predictions }: Read) =>
  predictions.filter((one) => one.abstained !== null).length / predictions.length;
const named = (read: readonly LanguageRow[]) => read.map(({ language }) => language).join(', ') || 'none';
const meanOf = (read: readonly LanguageRow[], pick: (one: LanguageRow) => number) =>
  f(read.reduce((sum, one) => sum + pick(one), 0) / read.length);

function sentiment(read: readonly LanguageRow[]): string {
  // A majority of one third: its F1 is one half, that of the other classes 0.
  const majority = f(CHANCE / 2);
  const body = read.map(({ language, small, large }) => [
    language,
    majority,
    f(small.sentiment.macroF1),
    f(large.sentiment.macroF1),
    f(large.sentiment.accuracy),
    f(error(large.sentiment)),
    f(large.sentiment.ece),
    ...AUTHORS.flatMap((author) => [f(large[author].sentiment.macroF1), f(error(large[author].sentiment))]),
  ]);
  const mean = [
    'mean',
    majority,
    meanOf(read, ({ small }) => small.sentiment.macroF1),
    meanOf(read, ({ large }) => large.sentiment.macroF1),
    meanOf(read, ({ large }) => large.sentiment.accuracy),
    '',
    meanOf(read, ({ large }) => large.sentiment.ece),
    ...AUTHORS.flatMap((author) => [meanOf(read, ({ large }) => large[author].sentiment.macroF1), '']),
  ];
  const head = ['language', 'majority', 'scoreline-minilm', 'scoreline-e5', 'its accuracy', '±', 'ECE'];
  const below = (of: (one: Read) => Reports) =>
    named(read.filter(({ large }) => of(large).sentiment.macroF1 < SENTIMENT_AIM));
  return `### Sentiment: macro-F1

${table([...head, ...BY_AUTHOR], [...body, mean])}

Aim: ${SENTIMENT_AIM} in each language. Below it, of both authors together: ${below((one) => one)}; of the first: ${below(({ first }) => first)}; of the
second: ${below(({ second }) => second)}.
`;
}

function nps(read: readonly LanguageRow[]): string {
  const body = read.map((one) => [
    one.language,
    f(CHANCE),
    f(one.small.nps.accuracy),
    f(one.large.nps.accuracy),
    f(error(one.large.nps)),
    above(one).toFixed(1),
    f(one.large.nps.macroF1),
    f(one.large.nps.ece),
    f(abstained(one.large)),
    ...AUTHORS.flatMap((author) => [f(one.large[author].nps.accuracy), f(error(one.large[author].nps))]),
  ]);
  const mean = [
    'mean',
    f(CHANCE),
    meanOf(read, ({ small }) => small.nps.accuracy),
    meanOf(read, ({ large }) => large.nps.accuracy),
    '',
    '',
    meanOf(read, ({ large }) => large.nps.macroF1),
    meanOf(read, ({ large }) => large.nps.ece),
    meanOf(read, ({ large }) => abstained(large)),
    ...AUTHORS.flatMap((author) => [meanOf(read, ({ large }) => large[author].nps.accuracy), '']),
  ];
  const head = ['language', 'majority', 'scoreline-minilm', 'scoreline-e5', '±', 'above majority, in ±'];
  return `### NPS class: accuracy

${table([...head, 'macro-F1', 'ECE', 'abstains', ...BY_AUTHOR], [...body, mean])}

Aim: ${NPS_AIM} standard errors above the majority in each language. Below it: ${named(read.filter((one) => above(one) < NPS_AIM))}.
`;
}

/** Of sentences with one plain theme: how many of the themes that are called are it, and how often it is called. */
function themes(model: Model, read: readonly Read[]): string {
  let [called, right, plain] = [0, 0, 0];
  for (const { feedback, predictions } of read) {
    for (const [i, { theme }] of feedback.entries()) {
      const prediction = predictions[i];
      if (theme === null || !prediction) continue;
      const names = calledThemes(model, { ...prediction, abstained: null }, {}).flatMap((isCalled, j) =>
        isCalled ? [model.themes[j]?.name] : [],
      );
      plain += 1;
      called += names.length;
      right += Number(names.includes(theme));
    }
  }
  return `### Themes

Of the ${plain} sentences with one plain theme in all languages, themes that are called from one half on: precision ${f(right / Math.max(1, called))}, recall ${f(right / plain)}.
`;
}

function retrieval(read: readonly LanguageRow[]): string {
  const body = read.map(({ language, found }) => [language, ...found.map(f)]);
  const mean = ['mean', meanOf(read, ({ found }) => found[0]), meanOf(read, ({ found }) => found[1])];
  return `### Retrieval

Whether the nearest of 24 sentences of the other language means the same, from English and to English (chance: .042).

${table(['language', 'scoreline-minilm', 'scoreline-e5'], [...body, mean])}
`;
}

function costs(small: Cost, large: Cost): string {
  const body = [
    ['scoreline-minilm', small.median.toFixed(1), small.mib.toFixed(0)],
    ['scoreline-e5', large.median.toFixed(1), large.mib.toFixed(0)],
  ];
  return `### Time and memory

One thread, the same texts of all languages, each encoder in three processes of its own in turns; the middle one. Memory is that of the whole process.

${table(['encoder', 'milliseconds for a text, median', 'MiB'], body)}

Aim: at most ${TIME_AIM} times the time of scoreline-minilm. It is ${(large.median / small.median).toFixed(1)} times.
`;
}

/** The section, without its heading. */
export function languagesSection({
  read,
  model,
  small,
  large,
}: {
  readonly read: readonly LanguageRow[];
  readonly model: Model;
  readonly small: Cost;
  readonly large: Cost;
}): string {
  const n = read[0]?.large.first.nps.n ?? 0;
  const more = read[0]?.large.second.nps.n ?? 0;
  return `Heads of scoreline-e5 trained on English labels and on sentences of the project in these languages; constants of the classes, calibration and thresholds
from such sentences too. Judged on ${n} sentences a language of the author who wrote what trains, which was left out where it was close (that finds about four in five
translations), and on ${more} of a second author, who wrote nothing that trains (compared by their letters alone). They are cleaner than real comments, and languages share
subjects (\`scoring/feedback/README.md\`); a third of each class; every class counts, also where the model abstains. scoreline-minilm has its own shipped heads; in use it abstains from these
languages.

${[
  sentiment(read),
  nps(read),
  themes(
    model,
    read.map((one) => one.large),
  ),
  retrieval(read),
  costs(small, large),
].join('\n')}`;
}
