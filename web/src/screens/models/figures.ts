import { formatCount, NONE, viewerLocale } from '../../lib/format.ts';

const WEEK_MS = 7 * 86_400_000;
/** Quality is judged over the whole weeks that the API counts for everyone: they begin on Thursdays, like the first of 1970. */
const WEEKS = 5;

/** The weeks in which a version is judged, up to the end of this week. */
export function judgedWeeks(now: number): { readonly from: string; readonly to: string } {
  const to = Math.ceil(now / WEEK_MS) * WEEK_MS;
  const iso = (time: number) => new Date(time).toISOString();
  return { from: iso(to - WEEKS * WEEK_MS), to: iso(to) };
}

/** A figure with so many digits: "0.139", "−0.021". */
export function formatFigure(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined) return NONE;
  const format = new Intl.NumberFormat(viewerLocale(), {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(value).replace('-', '\u2212');
}

/** The stages in words. */
export const STAGE_WORDS = {
  CANDIDATE: 'Candidate',
  SHADOW: 'Shadow',
  CHAMPION: 'Champion',
  RETIRED: 'Retired',
} as const;
export type Stage = keyof typeof STAGE_WORDS;

export const STAGE_MEANS: Readonly<Record<Stage, string>> = {
  CANDIDATE: 'Trained, and not in use.',
  SHADOW: 'Reads every new answer beside the champion, to be compared with it; its results are not shown.',
  CHAMPION: 'Reads every new answer: inferred scores and themes come from it.',
  RETIRED: 'Was in use before; can be undone.',
};

/** The monitor's figures: their names, what they mean, and which direction is worse. */
export const METRICS = [
  {
    metric: 'RANKED_PROBABILITY_SCORE',
    title: 'Error of classes',
    says: 'Ranked probability score, 0 to 1; smaller is better. It raises the alarm.',
    isShare: false,
  },
  {
    metric: 'ACCURACY',
    title: 'Right class',
    says: 'Share of answers with a number whose class the model predicted correctly.',
    isShare: true,
  },
  {
    metric: 'ECE',
    title: 'Calibration error',
    says: 'How far predicted probabilities are from observed frequencies.',
    isShare: false,
  },
  {
    metric: 'ABSTENTION',
    title: 'Says nothing',
    says: 'Share of texts that the model does not classify.',
    isShare: true,
  },
  {
    metric: 'CLASS_MIX',
    title: 'Mix of classes',
    says: 'The score of the classes as the model reads them.',
    isShare: false,
  },
  {
    metric: 'EMBEDDINGS',
    title: 'Kind of texts',
    says: 'How far new texts are from those of the weeks before (MMD²).',
    isShare: false,
  },
  { metric: 'LENGTH', title: 'Words in a text', says: 'Mean number of words.', isShare: false },
  {
    metric: 'LANGUAGE',
    title: 'Other languages',
    says: 'Share of texts in a language that the model does not read.',
    isShare: true,
  },
  {
    metric: 'UNKNOWN_WORDS',
    title: 'Unknown words',
    says: 'Share of word pieces that the model does not know.',
    isShare: true,
  },
] as const;

/** The verdict of a comparison in words. A negative difference is better for the challenger. */
export function comparisonWords(
  { judged, low, high }: { readonly judged: number; readonly low: number; readonly high: number },
  challenger: number,
  champion: number,
): string {
  const on = `on ${formatCount(judged)} answers that both have read`;
  if (high < 0) return `Version ${challenger} is better than version ${champion} ${on}.`;
  if (low > 0) return `Version ${challenger} is worse than version ${champion} ${on}.`;
  return `No clear difference between versions ${challenger} and ${champion} ${on}.`;
}

/** Wilson's interval of a share, 95 %. */
export function wilson(share: number, n: number): { readonly low: number; readonly high: number } {
  const z = 1.959964;
  const scale = 1 + z ** 2 / n;
  const centre = (share + z ** 2 / (2 * n)) / scale;
  const reach = (z * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2))) / scale;
  return { low: Math.max(0, centre - reach), high: Math.min(1, centre + reach) };
}

interface StageChange {
  readonly to: string;
  readonly cause: string;
}

/** Whether there was a champion before the present one, from the histories of all versions: each rollback ended one reign. */
export function hadChampionBefore(changes: readonly StageChange[]): boolean {
  const champions = changes.filter(({ to }) => to === 'CHAMPION');
  const rollbacks = champions.filter(({ cause }) => cause === 'rollback').length;
  return champions.length - 2 * rollbacks > 1;
}

const languageNames = new Intl.DisplayNames('en', { type: 'language' });

/** "German, French", from the codes. */
export const languageWords = (codes: readonly string[]): string =>
  codes.map((code) => languageNames.of(code) ?? code).join(', ');
