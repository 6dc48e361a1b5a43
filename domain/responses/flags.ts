import { folded } from '../text/did-you-mean.ts';

/*
 * Rules that flag answers which programs probably sent. Some compare answers that are alike in what the rule names, within a time
 * (decision 0172); the others read signs of one answer (signs.ts, decision 0182).
 */

/** burst: equal score and text from one source. repeated-text: an equal long text of several respondents, from any source. */
export type AlikeRuleName = 'burst' | 'repeated-text';
/**
 * too-fast: answered sooner than a person reads the question. hidden-field: a field that people do not see was filled. bot-client: the
 * browser calls itself a program. bot-score: the vendor's own test for bots says so.
 */
export type SignRuleName = 'too-fast' | 'hidden-field' | 'bot-client' | 'bot-score';

/** off: nothing is compared. flag: flagged answers are counted. leave-out: they are not. */
export const FLAG_ACTIONS = ['off', 'flag', 'leave-out'] as const;

export interface FlagAction {
  readonly action: (typeof FLAG_ACTIONS)[number];
}

/** A rule that compares answers, as the deployment configures it. */
export interface AlikeRule extends FlagAction {
  /** So many alike answers; of repeated texts, by so many persons... */
  readonly answers: number;
  /** ...of which the last was given within so many seconds of the first. */
  readonly seconds: number;
}

/** Every rule, as the deployment configures it. */
export type FlagRules = Readonly<
  Record<AlikeRuleName, AlikeRule> &
    Record<SignRuleName, FlagAction> & {
      /** An answer that took fewer seconds is flagged. */
      'too-fast': FlagAction & { readonly seconds: number };
    }
>;

/** Which version of the rules flagged an answer, stored with the flag. */
export const FLAGS_VERSION = 1;

/** Conservative (decisions 0172 and 0182), and nothing that they flag is left out. */
export const DEFAULT_FLAG_RULES: FlagRules = {
  burst: { action: 'flag', answers: 20, seconds: 60 },
  'repeated-text': { action: 'flag', answers: 5, seconds: 86_400 },
  'too-fast': { action: 'flag', seconds: 1 },
  'hidden-field': { action: 'flag' },
  'bot-client': { action: 'flag' },
  'bot-score': { action: 'flag' },
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
  const likeness: { readonly rule: AlikeRuleName; readonly text: string }[] = [];
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
  { answers, seconds }: Pick<AlikeRule, 'answers' | 'seconds'>,
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
