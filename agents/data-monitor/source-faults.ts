import type { Severity } from '../../store/tables/agents.ts';
import type { SourceDays } from './inputs.ts';

/** What can be wrong with a source. */
export type SourceFault = 'silent' | 'rejected' | 'clock' | 'fields' | 'fall' | 'surge';

/** What is wrong with one source; of several faults the one that explains the others. */
export interface SourceFinding {
  readonly source: string;
  readonly fault: SourceFault;
  readonly severity: Severity;
  readonly says: string;
  readonly numbers: Readonly<Record<string, number>>;
}

/** Answers from the future: at least so many, this share of all, and so many times the source's own share. */
const [AHEAD_FEWEST, AHEAD_SHARE, AHEAD_TIMES] = [10, 0.05, 3];
/** A field is left out: of at least so many answers, in so much more of them than before. */
const [EXAMINED_FEWEST, MISSING_MORE] = [20, 0.5];

const percent = (share: number) => `${Math.round(1_000 * share) / 10} %`;

/** A clock or a time zone that is wrong since yesterday: answers arrive before they were given. */
export function clockOf({ name, shares }: SourceDays): SourceFinding | null {
  const skew = shares?.recent.clockSkew;
  if (!skew) return null;
  const usual = shares?.earlier.clockSkew?.ahead ?? 0;
  const { ahead, measured, medianAhead } = skew;
  if (ahead * measured < AHEAD_FEWEST || ahead < AHEAD_SHARE || ahead < AHEAD_TIMES * usual) return null;
  const minutes = Math.round((medianAhead ?? 0) / 60);
  const says = `${percent(ahead)} of the answers since yesterday were given after they arrived, by about ${minutes} minutes; usual are ${percent(usual)}`;
  return { source: name, fault: 'clock', severity: 'WARNING', says, numbers: { ahead, measured, usual } };
}

/** A field that most answers had, and that most lack since yesterday: a form or a mapping was changed. */
export function fieldsOf({ name, shares }: SourceDays): SourceFinding | null {
  if (!shares) return null;
  const { recent, earlier } = shares;
  if (Math.min(recent.examined, earlier.examined) < EXAMINED_FEWEST) return null;
  const usualOf = (field: string) => earlier.missing.find((one) => one.field === field)?.share ?? 0;
  const [worst] = recent.missing
    .map(({ field, share }) => ({ field, share, usual: usualOf(field) }))
    .filter(({ share, usual }) => share - usual >= MISSING_MORE)
    .sort((a, b) => b.share - b.usual - (a.share - a.usual));
  if (!worst) return null;
  const { field, share, usual } = worst;
  const says = `${field} is missing in ${percent(share)} of the answers since yesterday; usual are ${percent(usual)}`;
  return { source: name, fault: 'fields', severity: 'WARNING', says, numbers: { share, usual } };
}
