import { type Kind, type RedactionRules, redactCounted } from '../../domain/privacy/redact.ts';
import { LANGUAGES, type Labelled, numbersOf } from './labelled-set.ts';

/** Recall and precision of one kind. */
export interface Quality {
  readonly kind: Kind | 'all';
  /** Values that are to be removed. */
  readonly labelled: number;
  /** Of these, removed whole, under this or another name. */
  readonly removed: number;
  /** Parts that were removed under this name. */
  readonly found: number;
  /** Of these, exactly what was to be removed. */
  readonly right: number;
}

export interface QualityReport {
  readonly kinds: readonly Quality[];
  /** What went wrong, for debugging. */
  readonly missed: readonly Labelled[];
  readonly wrong: readonly { readonly item: Labelled; readonly redacted: string }[];
}

export const recallOf = ({ labelled, removed }: Quality) => (labelled === 0 ? 1 : removed / labelled);
export const precisionOf = ({ found, right }: Quality) => (found === 0 ? 1 : right / found);

const PLACEHOLDER = /\[([a-z]+)\]/g;

/** Telephone numbers by language: how many are removed, and how many sentences with other numbers are altered. */
export function renderLanguages(rules: RedactionRules, seed: number): string {
  const rows = LANGUAGES.map((language) => {
    const { kinds, wrong } = judgeRedaction(numbersOf(language, OF_LANGUAGE, seed), rules);
    const removed = kinds.find(({ kind }) => kind === 'phone')?.removed ?? 0;
    const altered = wrong.filter(({ item }) => item.kind === null).length;
    return `${language.padEnd(10)}${`${removed} of ${OF_LANGUAGE}`.padStart(12)}${`${altered} of ${OF_LANGUAGE}`.padStart(14)}`;
  });
  return [`${'language'.padEnd(10)}phones found other altered`, ...rows, ''].join('\n');
}

const OF_LANGUAGE = 300;

/** Redacts each sentence and counts, by kind, which labelled values were removed, and what else was. */
export function judgeRedaction(items: readonly Labelled[], rules: RedactionRules): QualityReport {
  const kinds = new Map<string, { labelled: number; removed: number; found: number; right: number }>();
  const of = (kind: string) => {
    const known = kinds.get(kind) ?? { labelled: 0, removed: 0, found: 0, right: 0 };
    kinds.set(kind, known);
    return known;
  };
  const missed: Labelled[] = [];
  const wrong: { item: Labelled; redacted: string }[] = [];
  for (const item of items) {
    const { text: redacted } = redactCounted(item.text, rules);
    const names = [...redacted.matchAll(PLACEHOLDER)].map((found) => found[1] ?? '');
    const isGone = item.kind !== null && names.some((name) => redacted === expected(item, name));
    if (item.kind !== null) of(item.kind).labelled++;
    if (item.kind !== null && isGone) of(item.kind).removed++;
    else if (item.kind !== null) missed.push(item);
    for (const name of names) of(name).found++;
    if (isGone) of(names[0] ?? '').right++;
    else if (names.length > 0) wrong.push({ item, redacted });
  }
  const rows = [...kinds].map(([kind, counts]): Quality => ({ kind: kind as Kind, ...counts }));
  rows.sort((a, b) => b.labelled - a.labelled);
  const sum = (pick: (row: Quality) => number) => rows.reduce((total, row) => total + pick(row), 0);
  const all: Quality = {
    kind: 'all',
    labelled: sum((row) => row.labelled),
    removed: sum((row) => row.removed),
    found: sum((row) => row.found),
    right: sum((row) => row.right),
  };
  return { kinds: [...rows, all], missed, wrong };
}

/** The sentence without the value. */
const expected = ({ text, value }: Labelled, name: string) => text.replace(value, () => `[${name}]`);

/** The report as a table, with the groups that have the most errors. */
export function renderQuality({ kinds, missed, wrong }: QualityReport): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(8);
  const lines = kinds.map(
    (row) =>
      `${row.kind.padEnd(10)}${String(row.labelled).padStart(9)}${String(row.found).padStart(8)}  ${percent(recallOf(row))}  ${percent(precisionOf(row))}`,
  );
  const example = (text: string) => `  ${text}`;
  return [
    `${'kind'.padEnd(10)} labelled   found    recall  precision`,
    ...lines,
    ...(missed.length > 0 ? ['', 'not removed, or with something else:'] : []),
    ...missed.slice(0, MOST_EXAMPLES).map(({ group, text }) => example(`${group}: ${text}`)),
    ...(wrong.length > 0 ? ['', 'removed where nothing was to be:'] : []),
    ...wrong
      .filter(({ item }) => item.kind === null)
      .slice(0, MOST_EXAMPLES)
      .map(({ item, redacted }) => example(`${item.group}: ${item.text}  ->  ${redacted}`)),
    '',
  ].join('\n');
}

const MOST_EXAMPLES = 10;
