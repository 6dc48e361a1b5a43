import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type ClassificationReport, judge } from '../../domain/models/classification.ts';
import { type EncoderPool, openEncoderPool } from '../encoder-pool.ts';
import { readModel } from '../model.ts';
import { multilingualFolder } from '../multilingual/recipe.ts';
import { fitOrdinal } from '../ordinal-regression.ts';
import { type Contender, encoderHeads, majority, tfidf, vaderSentiment } from './contenders.ts';
import {
  airlineSentiment,
  appReviews,
  bankingIntents,
  leaveOut,
  type Split,
  seatReviews,
  tweetSentiment,
} from './data.ts';
import { evaluateLanguages } from './languages.ts';
import { newApp } from './new-app.ts';

/*
 * Evaluates the shipped encoder and its heads on unseen text, beside simpler and larger ones, and writes
 * scoring/EVALUATION.md. The data is not part of the project: without it nothing is evaluated and nothing
 * written.
 */
const OUT = new URL('../EVALUATION.md', import.meta.url);
const UNCUT = fileURLToPath(new URL('../../.cache/encoders/all-MiniLM-L6-v2', import.meta.url));
const SHIPPED = fileURLToPath(new URL('../models/scoreline-minilm', import.meta.url));
const DEFAULT = new URL('../models/default.json', import.meta.url);
const L2 = 1e-4;
const SEEDS = [0, 1, 2];

interface Result {
  readonly split: string;
  readonly contender: string;
  readonly report: ClassificationReport;
}

const say = (text: string) => process.stdout.write(`${text}\n`);
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data' },
    multilingual: { type: 'string', default: multilingualFolder('data') },
    only: { type: 'string' },
  },
});
/** `--only new-app` keeps the existing table, `--only languages` all that is about English. */
const ONLY_NEW_APP = values.only === 'new-app';
const LANGUAGES = '\n## Other languages than English\n';

async function splits(folder: string): Promise<Split[]> {
  const reviews = await appReviews(folder);
  const apps = [...new Set(reviews?.map(({ group }) => group))];
  const found = [
    await tweetSentiment(folder),
    await airlineSentiment(folder),
    await seatReviews(folder),
    ...(reviews ? apps.map((app) => leaveOut(reviews, app)) : []),
    ...(await Promise.all(
      [8, 20].flatMap((size) => SEEDS.map((seed) => bankingIntents(folder, size, seed))),
    )),
  ];
  return found.filter((one): one is Split => one !== null);
}

/** Splits of one name (other seeds) are reported as their mean. */
function table(results: readonly Result[]): string {
  const names = [...new Set(results.map(({ split }) => split))];
  const lines = names.flatMap((name) => {
    const own = results.filter(({ split }) => split === name);
    return [...new Set(own.map(({ contender }) => contender))].map((contender) => {
      const reports = own.filter((one) => one.contender === contender).map(({ report }) => report);
      const mean = (pick: (report: ClassificationReport) => number) =>
        reports.reduce((sum, report) => sum + pick(report), 0) / reports.length;
      const accuracy = mean((report) => report.accuracy);
      const error = Math.sqrt((accuracy * (1 - accuracy)) / (reports[0]?.n ?? 1));
      const cells = [accuracy, error, mean((r) => r.macroF1), mean((r) => r.macroRecall), mean((r) => r.ece)];
      return `| ${name} | ${contender} | ${cells.map((x) => x.toFixed(3)).join(' | ')} |`;
    });
  });
  return [
    '| on | by | accuracy | ± | macro-F1 | macro-recall | ECE |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

function writtenTable(): string {
  const [written] = /\| on \| by .*?\n(?=\n)/s.exec(readFileSync(OUT, 'utf8')) ?? [];
  if (!written) throw new Error('nothing is written yet: run it without --only');
  return written.trimEnd();
}

/** What stands in the file before the section about other languages, and that section. */
function writtenParts(): { english: string; languages: string } {
  const written = existsSync(OUT) ? readFileSync(OUT, 'utf8') : '';
  const begin = written.indexOf(LANGUAGES);
  return begin < 0
    ? { english: written, languages: '' }
    : { english: written.slice(0, begin), languages: written.slice(begin) };
}

async function judgedAll(found: readonly Split[], shipped: EncoderPool): Promise<Result[]> {
  const uncut = existsSync(UNCUT) ? await openEncoderPool({ source: UNCUT, cacheFolder: '' }) : null;
  if (!uncut) say('the uncut encoder is left out: make it with "make -C scoring/training uncut"');
  const contenders: Contender[] = [
    majority,
    vaderSentiment,
    tfidf,
    encoderHeads('scoreline-minilm', shipped, L2),
    encoderHeads('scoreline-minilm, ordinal head', shipped, L2, fitOrdinal),
    ...(uncut ? [encoderHeads('all-MiniLM-L6-v2, uncut', uncut, L2)] : []),
  ];
  const results: Result[] = [];
  for (const split of found) {
    for (const contender of contenders) {
      const judged = await contender.judge(split);
      if (!judged) continue;
      const report = judge(judged);
      results.push({ split: split.name, contender: contender.name, report });
      say(`${split.name}: ${contender.name} ${report.accuracy.toFixed(3)} ECE ${report.ece.toFixed(3)}`);
    }
  }
  await uncut?.close();
  return results;
}

/** All that is about English, as the file has it; null without the data. */
async function english(): Promise<string | null> {
  const found = await splits(values.data);
  if (found.length === 0) {
    say(`skipped: ${values.data} holds none of the corpora; name their folder with --data`);
    return null;
  }
  const shipped = await openEncoderPool({ source: SHIPPED, cacheFolder: '' });
  const results = ONLY_NEW_APP ? [] : await judgedAll(found, shipped);
  const reviews = (await appReviews(values.data)) ?? [];
  const apps = [...new Set(reviews.map(({ group }) => group))];
  const fresh = [];
  for (const app of apps) for (const seed of SEEDS) fresh.push(await newApp(shipped, reviews, app, L2, seed));
  await shipped.close();
  const points = (x: number) => x.toFixed(1);
  const rows = fresh.map(
    (one) =>
      `| ${[one.app, points(one.truth), points(one.naive), points(one.corrected), points(one.naiveAfter), points(one.correctedAfter), points(Math.abs(one.correctedAfter - one.truth))].join(' | ')} |`,
  );
  return `# Evaluation

Written by \`npm run evaluate -- --data FOLDER\`. No label that is judged here was seen in training. Of the texts the encoder has
read, without labels, those of the training parts of TweetEval and banking77 and the seat reviews before 2014. The same heads (softmax regression, l2 ${L2}, temperature) stand on
both encoders; banking77 is the mean of the seeds ${SEEDS.join(', ')}. ±: one standard error of the accuracy.

${ONLY_NEW_APP ? writtenTable() : table(results)}

## Inferred NPS of an app that the model does not know

Heads learnt from the other apps; then with 400 labels of the app, threefold weight, confusion from those labels alone (five folds).
Corrected: black-box shift estimation, regularised towards the held-out shares. Score points; three draws of the labels.

| app | true | predicted | corrected | predicted, 400 labels | corrected, 400 labels | off by |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

/** The section about other languages; null where its encoder is not built. */
async function otherLanguages(): Promise<string | null> {
  const model = readModel(JSON.parse(readFileSync(DEFAULT, 'utf8')));
  const section = await evaluateLanguages(values.multilingual, { source: SHIPPED, model });
  if (section === null)
    say(
      `other languages are left out: build their encoder with "npm run model:multilingual", or name it with --multilingual`,
    );
  return section === null ? null : `${LANGUAGES}\n${section}`;
}

async function main(): Promise<void> {
  const written = writtenParts();
  const first = values.only === 'languages' ? written.english : await english();
  if (first === null) return;
  const second = ONLY_NEW_APP ? null : await otherLanguages();
  writeFileSync(OUT, first + (second ?? written.languages));
}

await main();
