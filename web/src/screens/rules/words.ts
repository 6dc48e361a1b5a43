import type { FiringVerdict, RulesListQuery } from '../../gql/graphql.ts';
import { formatCount, formatDay, formatScore } from '../../lib/format.ts';
import { type Draft, draftOf } from './draft.ts';

/** A version of a rule. */
export type Rule = RulesListQuery['rules'][number];

/** What later answers said about a firing, in words. */
export const VERDICT_WORDS: Readonly<Record<FiringVerdict, string>> = {
  REAL: 'real',
  NOT_REAL: 'not real',
  UNDECIDED: 'too early to tell',
};

/** What each kind of rule looks for. */
export const KIND_WORDS: Readonly<Record<Draft['kind'], string>> = {
  change: 'The score changes',
  spike: 'The share of detractors grows',
  threshold: 'The score is beyond a fixed value',
};

/** Which way a score goes. */
export const DIRECTION_WORDS: Readonly<Record<Draft['direction'], string>> = {
  BOTH: 'Falls and rises',
  FALL: 'Falls',
  RISE: 'Rises',
};

/** What a rule watches. */
export const WATCHES_WORDS: Readonly<Record<Draft['watches'], string>> = {
  one: 'One segment',
  all: 'All answers together',
  each: 'Every segment with enough answers',
};

/** A stored rule in one sentence: "Falls of 5, 10, 20 points, in Region: Germany". */
export function sentenceOf(
  rule: unknown,
  dimensions: readonly { readonly field: string; readonly label: string }[],
): string {
  const draft = draftOf(
    rule,
    dimensions.map(({ field }) => field),
  );
  const labelOf = (name: string) => dimensions.find(({ field }) => field === name)?.label ?? name;
  const where = {
    each: 'in every segment with enough answers',
    all: 'of all answers together',
    one: `in ${Object.entries(draft.segment)
      .map(([field, values]) => `${labelOf(field)}: ${values.join(' or ')}`)
      .join(' · ')}`,
  }[draft.watches];
  return `${whatOf(draft)}, ${where}`;
}

function whatOf(draft: Draft): string {
  const { kind, direction, shifts, shift, side, bound, windowDays } = draft;
  if (kind === 'change') return `${DIRECTION_WORDS[direction]} of ${shifts} points`;
  if (kind === 'spike') return `${shift} percentage points more detractors`;
  return `Score of ${windowDays} days ${side} ${formatScore(Number(bound))}`;
}

interface Counted {
  readonly fired: number;
  /** Null: it was not counted. */
  readonly real?: number | null;
  readonly undecided?: number | null;
}

/** "3 real, 1 not real, 0 too early to tell". */
export function verdictsOf({ fired, real, undecided }: Counted): string | null {
  if (typeof real !== 'number' || typeof undecided !== 'number') return null;
  const counts = { REAL: real, NOT_REAL: fired - real - undecided, UNDECIDED: undecided } as const;
  return Object.entries(counts)
    .map(([verdict, count]) => `${formatCount(count)} ${VERDICT_WORDS[verdict as FiringVerdict]}`)
    .join(', ');
}

/** "4 times". */
export const timesOf = (count: number): string =>
  count === 0 ? 'never' : count === 1 ? 'once' : `${formatCount(count)} times`;

/** What a rule did in the test before it was switched on. */
export function testOf({ test }: Rule): string | null {
  if (!test) return null;
  const verdicts = test.fired > 0 ? verdictsOf(test) : null;
  return `From ${formatDay(test.from)} to ${formatDay(test.to)} it would have fired ${timesOf(test.fired)}${
    verdicts ? `: ${verdicts}` : ''
  }`;
}
