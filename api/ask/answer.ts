import { windowWords } from '../../agents/narrator/sheet.ts';
import { answers, points } from '../../agents/narrator/template.ts';
import { quoted } from '../../domain/text/text.ts';
import type { Ambiguous } from './grammar.ts';
import { type Filled, type KnownDimension, labelOf, type Plan } from './plan.ts';

interface Row {
  readonly time: Date;
  readonly until: Date;
  readonly score: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly responses: number | null;
  readonly suppressed: boolean;
  readonly segmentValues?: readonly { readonly value: string }[];
}

interface Change {
  readonly before: Row;
  readonly after: Row;
  readonly difference: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

interface Theme {
  readonly theme: string;
  readonly share: number | null;
  readonly score: number | null;
  readonly responses: number | null;
}

/** Themes that an answer names. */
const MOST_THEMES = 5;
const TOO_FEW = 'is not shown to you: it would be of too few answers';

const listed = new Intl.ListFormat('en', { type: 'conjunction' });
const either = new Intl.ListFormat('en', { type: 'disjunction' });

/** What an answer is about, with the dimensions that values were taken for; none: it is about everything. */
export function aboutOf({ segment }: Plan, dimensions: readonly KnownDimension[]): string[] {
  const parts = dimensions.flatMap((one) =>
    segment[one.field] ? [`${labelOf(one)} ${either.format(segment[one.field] ?? [])}`] : [],
  );
  return parts.length === 0 ? [] : [`This is about ${listed.format(parts)}.`];
}

/** Asks which dimension is meant. */
export function whichOf({ values }: Ambiguous): string {
  const [{ value = '' } = {}] = values;
  const kinds = values.map(({ dimension }) => `a value of ${labelOf(dimension)}`);
  return `${quoted(value)} is ${listed.format(kinds)}. Which one do you mean?`;
}

/** An answer's data in sentences: every number in them is one of its fields, rounded. */
export function sentencesOf({ document }: Filled, data: Readonly<Record<string, unknown>>): string[] {
  switch (document) {
    case 'scores':
      return ofRows(data['nps'] as Row[]);
    case 'change':
      return ofChange(data['npsChange'] as Change);
    case 'themes':
      return ofThemes(data['themes'] as Theme[]);
    case 'narrative':
      return (data['narrative'] as { sentences: { text: string }[] }).sentences.map(({ text }) => text);
  }
}

const windowOf = ({ time, until }: Row) =>
  windowWords({ from: new Date(time).getTime(), until: new Date(until).getTime() });
const interval = (low: number | null, high: number | null) =>
  low === null || high === null ? '' : ` (${points(low)} to ${points(high)})`;

function ofRows(rows: readonly Row[]): string[] {
  if (rows.length === 0) return ['There are no answers.'];
  return rows.map((row) => {
    const names = (row.segmentValues ?? []).map(({ value }) => value).join(', ');
    const what = names === '' ? `The score of ${windowOf(row)}` : `${names}: the score of ${windowOf(row)}`;
    if (row.suppressed) return `${what} ${TOO_FEW}.`;
    if (row.score === null) return `${what} does not exist: there are no answers.`;
    return `${what} is ${points(row.score)}${interval(row.low, row.high)}, from ${answers(row.responses ?? 0)}.`;
  });
}

function ofChange({ before, after, difference, low, high }: Change): string[] {
  if (difference === null)
    return [
      `The difference between ${windowOf(before)} and ${windowOf(after)} ${
        before.suppressed || after.suppressed ? TOO_FEW : 'does not exist: one of them has no answers'
      }.`,
    ];
  const isClear = low !== null && high !== null && (low > 0 || high < 0);
  const said = isClear
    ? `The score ${difference > 0 ? 'rose' : 'fell'}`
    : 'There is no clear change of the score';
  return [
    ...ofRows([after]),
    `${said} against ${windowOf(before)}: the difference is ${points(difference)}${interval(low, high)}.`,
  ];
}

function ofThemes(themes: readonly Theme[]): string[] {
  const shown = themes.filter(({ share }) => share !== null && share > 0).slice(0, MOST_THEMES);
  if (shown.length === 0) return ['No theme can be shown.'];
  return shown.map(({ theme, share, score, responses }) => {
    const gave = score === null ? '' : `, who score ${points(score)}`;
    return `${theme}: ${(100 * (share ?? 0)).toFixed(1)} % of the answers${gave}; ${answers(Math.round(responses ?? 0))}.`;
  });
}
