import { folded } from '../text/did-you-mean.ts';

/*
 * Rules that flag answers which programs probably sent. Each compares answers that are alike in what the rule names, within a time
 * (decision 0172).
 */

/** burst: equal score and text from one source. repeated-text: an equal long text of several respondents, from any source. */
export const FLAG_RULES = ['burst', 'repeated-text'] as const;
export type FlagRuleName = (typeof FLAG_RULES)[number];

/** off: nothing is compared. flag: flagged answers are counted. leave-out: they are not. */
export const FLAG_ACTIONS = ['off', 'flag', 'leave-out'] as const;

/** A rule as the deployment configures it. */
export interface FlagRule {
  readonly action: (typeof FLAG_ACTIONS)[number];
  /** So many alike answers; of repeated texts, by so many persons... */
  readonly answers: number;
  /** ...of which the last was given within so many seconds of the first. */
  readonly seconds: number;
}
export type FlagRules = Readonly<Record<FlagRuleName, FlagRule>>;

/** Which version of the rules flagged an answer, stored with the flag. */
export const FLAGS_VERSION = 1;

/** Conservative (decision 0172), and nothing that they flag is left out. */
export const DEFAULT_FLAG_RULES: FlagRules = {
  burst: { action: 'flag', answers: 20, seconds: 60 },
  'repeated-text': { action: 'flag', answers: 5, seconds: 86_400 },
};

/** Letters and digits of a text that a person hardly writes in the same way as another. */
const LONG_TEXT = 40;

/** An answer as far as the rules compare it. */
export interface ComparedAnswer {
  readonly source: string;
  readonly score: number | null;
  readonly comment: string | null;
}

/** What is equal in alike answers, by rule: case, accents, spaces and punctuation make no difference. */
export function likenessOf(rules: FlagRules, { source, score, comment }: ComparedAnswer) {
  const text = comment === null ? '' : folded(comment);
  const likeness: { readonly rule: FlagRuleName; readonly text: string }[] = [];
  if (rules.burst.action !== 'off')
    likeness.push({ rule: 'burst', text: JSON.stringify([source, score, text]) });
  if (rules['repeated-text'].action !== 'off' && text.length >= LONG_TEXT)
    likeness.push({ rule: 'repeated-text', text });
  return likeness;
}

/** One of several alike answers. */
export interface AlikeAnswer {
  readonly id: string;
  /** The respondent; the answer itself, if it names none or the rule counts answers. */
  readonly person: string;
  /** Epoch milliseconds. */
  readonly answeredAt: number;
}

/** Those of the alike answers that are among enough, by different `person`s, within the rule's time; with the most there were. */
export function findFlagged(
  { answers, seconds }: Pick<FlagRule, 'answers' | 'seconds'>,
  alike: readonly AlikeAnswer[],
): Map<string, number> {
  const ordered = alike.toSorted((a, b) => a.answeredAt - b.answeredAt);
  const flagged = new Map<string, number>();
  const inside = new Map<string, number>();
  let first = 0;
  let marked = 0;
  ordered.forEach((last, end) => {
    inside.set(last.person, (inside.get(last.person) ?? 0) + 1);
    for (; last.answeredAt - (ordered[first] as AlikeAnswer).answeredAt > seconds * 1000; first++) {
      const { person } = ordered[first] as AlikeAnswer;
      const left = (inside.get(person) ?? 0) - 1;
      if (left === 0) inside.delete(person);
      else inside.set(person, left);
    }
    if (inside.size < answers) return;
    for (let i = Math.max(first, marked); i <= end; i++)
      flagged.set((ordered[i] as AlikeAnswer).id, inside.size);
    marked = end + 1;
  });
  return flagged;
}
