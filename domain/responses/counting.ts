/*
 * Which answers of one person to one survey are counted. A pure function of those answers: the order in which they
 * arrived does not matter (decision 0171).
 */

/** ALL: every answer. LATEST: the last one. ONE_PER: the first, and then the first after each period of so many days. */
export const POLICY_KINDS = ['ALL', 'LATEST', 'ONE_PER'] as const;
export type PolicyKind = (typeof POLICY_KINDS)[number];

/** Why an answer is counted or not, where that does not follow from its being there. */
export const COUNTING_REASONS = ['SUPERSEDED', 'WITHIN_PERIOD', 'FLAGGED', 'LEFT_OUT', 'PUT_BACK'] as const;
export type CountingReason = (typeof COUNTING_REASONS)[number];
/** The reasons for which one is not counted. */
export type UncountedReason = Exclude<CountingReason, 'PUT_BACK'>;

/** A version of a survey's policy: for answers given from that moment on, until the beginning of a later version. */
export interface PolicyVersion {
  readonly kind: PolicyKind;
  /** Of ONE_PER. */
  readonly days: number | null;
  /** Epoch milliseconds. */
  readonly from: number;
}

/** An answer as far as it decides what is counted. */
export interface JudgedAnswer {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly answeredAt: number;
  readonly hasScore: boolean;
  /** The rule that flagged it to be left out. */
  readonly flag: string | null;
  /** What a person decided about it: count it, leave it out, or nothing. */
  readonly verdict: boolean | null;
}

/** Why an answer is not counted. */
export interface Uncounted {
  readonly reason: UncountedReason;
  /** The policy, or the rule that flagged it; null for what a person left out. */
  readonly rule: string | null;
  /** The counted answer of the same person that stands for it. */
  readonly instead: string | null;
}

export const DAY_MS = 86_400_000;

/** A policy in words: "LATEST", "ONE_PER 30 days". */
export const describePolicy = ({ kind, days }: Pick<PolicyVersion, 'kind' | 'days'>): string =>
  kind === 'ONE_PER' ? `ONE_PER ${days} ${days === 1 ? 'day' : 'days'}` : kind;

/**
 * The answers that are not counted, with the reason; all others are. `answers` are those of one person to one survey, `versions`
 * its policies in the order in which they were set (none: all are counted).
 *
 * An answer is judged by the version in force when it was given, against all the person's answers. Answers without a score are
 * judged apart, so that a comment alone never displaces a score. What is left out for a flag or by a person displaces nothing.
 */
export function judgeAnswers(
  answers: readonly JudgedAnswer[],
  versions: readonly PolicyVersion[],
): Map<string, Uncounted> {
  const uncounted = new Map<string, Uncounted>();
  const taking: JudgedAnswer[] = [];
  for (const answer of answers) {
    if (answer.verdict === false) uncounted.set(answer.id, { reason: 'LEFT_OUT', rule: null, instead: null });
    else if (answer.flag !== null && answer.verdict === null)
      uncounted.set(answer.id, { reason: 'FLAGGED', rule: answer.flag, instead: null });
    else taking.push(answer);
  }
  if (versions.every(({ kind }) => kind === 'ALL')) return uncounted;
  for (const hasScore of [true, false]) {
    const group = taking.filter((answer) => answer.hasScore === hasScore).sort(byTime);
    for (const [id, one] of displaced(group, versions)) uncounted.set(id, one);
  }
  return uncounted;
}

/** Answers of one moment are ordered by their ids, which do not depend on their arrival. */
const byTime = (a: JudgedAnswer, b: JudgedAnswer) =>
  a.answeredAt - b.answeredAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

function displaced(
  ordered: readonly JudgedAnswer[],
  versions: readonly PolicyVersion[],
): Map<string, Uncounted> {
  const found = new Map<string, Uncounted>();
  const last = ordered.at(-1);
  let opened: JudgedAnswer | undefined;
  for (const answer of ordered) {
    const policy = policyAt(versions, answer.answeredAt);
    const rule = describePolicy(policy);
    const isWithin =
      policy.kind === 'ONE_PER' &&
      opened !== undefined &&
      answer.answeredAt - opened.answeredAt < (policy.days ?? 0) * DAY_MS;
    const isSuperseded = policy.kind === 'LATEST' && answer !== last;
    if (!isWithin && !isSuperseded) opened = answer;
    else if (answer.verdict === true) continue;
    else if (isWithin) found.set(answer.id, { reason: 'WITHIN_PERIOD', rule, instead: opened?.id ?? null });
    else found.set(answer.id, { reason: 'SUPERSEDED', rule, instead: last?.id ?? null });
  }
  // A later policy may keep the last answer itself from being counted: then the one that stands for it stands for all.
  const final = last && found.get(last.id);
  if (final)
    for (const [id, one] of found)
      if (one.instead === last.id) found.set(id, { ...one, instead: final.instead });
  return found;
}

const COUNT_ALL: PolicyVersion = { kind: 'ALL', days: null, from: Number.NEGATIVE_INFINITY };

/** The version in force at that moment: the last one set of those that have begun. */
function policyAt(versions: readonly PolicyVersion[], at: number): PolicyVersion {
  return versions.findLast(({ from }) => from <= at) ?? COUNT_ALL;
}
