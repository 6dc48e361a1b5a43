import { sameMix, type TwoSampleTest } from './same-mix.ts';

/** Statistics of the texts of one cell, as one model version read them. */
export interface InputProfile {
  readonly cellId: number;
  readonly scored: number;
  readonly abstained: number;
  /** Of the texts with counted words: how many have 1, 2-4, 5-9, 10-19, 20-49, 50-99, 100 and more. */
  readonly lengths: readonly number[];
  readonly measured: number;
  readonly words: number;
  readonly tokens: number;
  readonly unknownTokens: number;
  /** Texts with a token outside the vocabulary. */
  readonly withUnknown: number;
  /** Texts by language (ISO 639-1); "" if undetected. */
  readonly languages: Readonly<Record<string, number>>;
}

export const INPUT_METRICS = ['LENGTH', 'LANGUAGE', 'UNKNOWN_WORDS', 'ABSTENTION'] as const;
export type InputMetric = (typeof INPUT_METRICS)[number];

/**
 * One figure of the texts of a period beside that of the period before, and whether both have the same
 * distribution.
 */
export interface InputChange {
  readonly metric: InputMetric;
  readonly n: number;
  readonly referenceN: number;
  /** Mean number of words; shares for the other figures. */
  readonly value: number;
  readonly reference: number;
  /** Null when there is only one category to compare. */
  readonly test: TwoSampleTest | null;
}

/**
 * How the texts changed: length (mean words; tested over classes of length), language (share outside the
 * languages that the model reads; tested over all languages), share of unknown tokens (tested over texts with
 * and without one), and how often the model abstains. Empty if a side has no texts.
 */
export function inputChanges(
  before: readonly InputProfile[],
  now: readonly InputProfile[],
  reads: readonly string[],
): InputChange[] {
  const [a, b] = [summed(before), summed(now)];
  const names = [...new Set([...Object.keys(a.languages), ...Object.keys(b.languages)])].sort();
  const foreign = ({ languages, measured }: InputProfile) =>
    Object.entries(languages)
      .filter(([language]) => language !== '' && !reads.includes(language))
      .reduce((sum, [, texts]) => sum + texts, 0) / measured;
  const measured = a.measured > 0 && b.measured > 0;
  const change = (
    metric: InputMetric,
    size: (profile: InputProfile) => number,
    value: (profile: InputProfile) => number,
    mix: (profile: InputProfile) => readonly number[],
  ): InputChange => ({
    metric,
    n: size(b),
    referenceN: size(a),
    value: value(b),
    reference: value(a),
    test: sameMix(mix(a), mix(b)),
  });
  const size = (profile: InputProfile) => profile.measured;
  return [
    ...(measured
      ? [
          change(
            'LENGTH',
            size,
            (p) => p.words / p.measured,
            (p) => p.lengths,
          ),
          change('LANGUAGE', size, foreign, (p) => names.map((name) => p.languages[name] ?? 0)),
          change(
            'UNKNOWN_WORDS',
            size,
            (p) => p.unknownTokens / Math.max(1, p.tokens),
            (p) => [p.withUnknown, p.measured - p.withUnknown],
          ),
        ]
      : []),
    ...(a.scored > 0 && b.scored > 0
      ? [
          change(
            'ABSTENTION',
            (p) => p.scored,
            (p) => p.abstained / p.scored,
            (p) => [p.abstained, p.scored - p.abstained],
          ),
        ]
      : []),
  ];
}

function summed(profiles: readonly InputProfile[]): InputProfile {
  const add = (pick: (profile: InputProfile) => number) => profiles.reduce((sum, one) => sum + pick(one), 0);
  const languages: Record<string, number> = {};
  for (const profile of profiles)
    for (const [name, texts] of Object.entries(profile.languages))
      languages[name] = (languages[name] ?? 0) + texts;
  return {
    cellId: 0,
    scored: add(({ scored }) => scored),
    abstained: add(({ abstained }) => abstained),
    lengths: Array.from({ length: 7 }, (_, i) => add(({ lengths }) => lengths[i] ?? 0)),
    measured: add(({ measured }) => measured),
    words: add(({ words }) => words),
    tokens: add(({ tokens }) => tokens),
    unknownTokens: add(({ unknownTokens }) => unknownTokens),
    withUnknown: add(({ withUnknown }) => withUnknown),
    languages,
  };
}
