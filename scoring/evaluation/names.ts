import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type NameSpan, nameSpans } from '../../domain/privacy/names.ts';
import { redact } from '../../domain/privacy/redact.ts';
import { randomFrom } from '../../domain/statistics/random.ts';
import { languageOf } from '../features.ts';
import { type NameModel, openNameModel } from '../names/model.ts';
import { LANGUAGES, surenessFor } from '../names/name-model.ts';
import { openNameRedaction } from '../names/name-redaction.ts';
import { rowsOf } from './data.ts';
import { holds, judgeNames, OTHERWISE, sentencesByLanguage } from './names-quality.ts';
import type { LabelledNames } from './names-set.ts';

/*
 * Evaluates the removal of names: recall on sentences that the project wrote, the share of texts that are altered on real feedback, and
 * what it costs. Writes scoring/NAMES.md. The feedback is not part of the project: without it, that part is left out.
 */
const OUT = new URL('../NAMES.md', import.meta.url);
const PER_LANGUAGE = 160;
/** A seed that no threshold was chosen with. */
const SEED = 20_261_128;
const BATCH = 500;
const FEEDBACK = [
  ['app reviews', 'ios_app_reviews', 'comment'],
  ['app reviews, short', 'app_review_themes', 'review'],
  ['airline reviews', 'skytrax_reviews', 'content'],
  ['airline tweets', 'airline_tweets', 'text'],
  ['questions to a bank', 'banking77_test', 'text'],
] as const;

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data' },
    size: { type: 'string', default: '300' },
    /** Prints what is altered, to be checked by hand. */
    show: { type: 'boolean', default: false },
  },
});
/** Milliseconds of processor time since then, of all threads: a busy machine does not lengthen them. */
const usedSince = (start: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
};
const say = (text: string) => process.stdout.write(`${text}\n`);
const percent = (part: number, of: number) => (of === 0 ? 'none' : `${((100 * part) / of).toFixed(1)} %`);

async function spansOf(model: NameModel, text: string): Promise<NameSpan[]> {
  const sureness = surenessFor(languageOf(text), text);
  if (!sureness) return [];
  const { words, readings } = await model.read(text);
  return nameSpans(text, words, readings, sureness);
}

/** A row of figures for the sentences of one language. */
async function judgeLanguage(model: NameModel, language: string, all: readonly LabelledNames[]) {
  const used = LANGUAGES[language];
  const figures = await judgeNames(model, all, used ?? OTHERWISE);
  const { persons, personsFound, streets, streetsFound, removed, removedOfNames, clean, altered } = figures;
  const cells = [
    percent(personsFound, persons),
    persons,
    percent(streetsFound, streets),
    streets,
    percent(removedOfNames, removed),
    altered,
    clean,
    holds(figures) ? 'yes' : 'no',
    used ? 'yes' : 'no',
  ];
  return `| ${language} | ${cells.join(' | ')} |`;
}

async function textsOf(file: string, column: string): Promise<string[] | null> {
  const rows = await rowsOf(values.data, `${file}.csv.gz`);
  if (!rows) return null;
  const random = randomFrom(SEED);
  return Array.from({ length: Number(values.size) }, () => {
    const text = rows[Math.floor(random() * rows.length)]?.[column] ?? '';
    // Handles of accounts are no names in prose.
    return redact(text.replaceAll(/@\w+/g, '').trim());
  });
}

async function judgeFeedback(model: NameModel, name: string, texts: readonly string[]): Promise<string> {
  let [altered, characters] = [0, 0];
  const start = process.cpuUsage();
  for (const text of texts) {
    const spans = await spansOf(model, text);
    characters += text.length;
    if (spans.length > 0) altered += 1;
    if (values.show)
      for (const { start: from, end } of spans)
        say(
          `${name}: ${text.slice(Math.max(0, from - 25), from)}<<${text.slice(from, end)}>>${text.slice(end, end + 15)}`,
        );
  }
  const ms = usedSince(start) / texts.length;
  const cells = [
    texts.length,
    Math.round(characters / texts.length),
    altered,
    percent(altered, texts.length),
    ms.toFixed(0),
  ];
  return `| ${name} | ${cells.join(' | ')} |`;
}

/** Milliseconds of processor time that a batch of answers takes, once the threads are there. */
async function batchMs(texts: readonly string[]): Promise<number> {
  const names = openNameRedaction({ kept: [] });
  await names.find('first', ['Thanks to Tom']);
  const start = process.cpuUsage();
  await names.find('batch', texts.slice(0, BATCH));
  const ms = usedSince(start);
  await names.close();
  return ms;
}

const model = await openNameModel();
const languages: string[] = [];
for (const [language, items] of sentencesByLanguage(PER_LANGUAGE, SEED))
  languages.push(await judgeLanguage(model, language, items));
const feedback: string[] = [];
const all: string[] = [];
for (const [name, file, column] of FEEDBACK) {
  const texts = await textsOf(file, column);
  if (!texts) continue;
  feedback.push(await judgeFeedback(model, name, texts));
  if (file === 'ios_app_reviews') all.push(...texts);
}
const commit = execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { encoding: 'utf8' }).trim();
const batch = all.length === 0 ? null : await batchMs([...all, ...all]);
const lines = [
  '# Names in comments: figures',
  '',
  `Written by \`npm run evaluate:names -- --data FOLDER\` at commit ${commit}. What is done, and why, is in`,
  '[redaction](../docs/guides/redaction.md#names) and [decision 0164](../docs/decisions/0164-names-are-removed-where-asked-for.md).',
  '',
  '## Sentences with names',
  '',
  `${PER_LANGUAGE} sentences of each language with made-up combinations of common names (\`scoring/evaluation/names-material.json\`: the`,
  'project wrote 8 to 16 sentences a language for that), and sentences without a name: some that only look like it, and the feedback of',
  '`scoring/feedback/`. Found: removed whole. One sentence in ten is written without capitals. Each sentence is read as one of its language;',
  'where the model is not used, with the lowest sureness in use.',
  '',
  'The model is used where it finds 80 % of the persons, 90 % of the removed characters are of names, and at most 2 % of the sentences',
  'without a name are altered. The sureness of each language was chosen with other seeds, on the same sentences: read the figures as an upper bound.',
  '',
  '| language | persons found | persons | streets found | streets | removed rightly | altered | without a name | holds | used |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
  ...languages,
  '',
  '## Real feedback',
  '',
  `${values.size} texts drawn from each set. Altered: at least one part was removed, a name of a person or something else.`,
  'Milliseconds are of processor time.',
  '',
  '| texts | drawn | mean characters | altered | share | ms a text |',
  '| --- | --- | --- | --- | --- | --- |',
  ...feedback,
  '',
  ...(batch === null
    ? []
    : [
        `A batch of ${BATCH} app reviews takes ${(batch / 1_000).toFixed(1)} s of a core, which half of the cores share.`,
        '',
      ]),
];
writeFileSync(OUT, lines.join('\n'));
say(`written to ${OUT.pathname}`);
