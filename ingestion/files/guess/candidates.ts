import type { Dimension } from '../../../domain/segments/dimensions.ts';
import { type DateGuess, guessDates } from './dates.ts';
import type { KnownExport } from './known-exports.ts';
import { knownRole } from './known-exports.ts';
import { count } from './numbers.ts';
import type { Profile } from './profile.ts';
import { guessScore, type ScoreGuess } from './scores.ts';
import * as words from './words.ts';

/** What a column of a file can be. */
export type Role =
  | 'externalId'
  | 'answeredAt'
  | 'score'
  | 'comment'
  | 'respondent'
  | 'revision'
  | 'dimension';

/** What a column may be, and why. */
export interface Candidate {
  readonly role: Role;
  /** Which dimension. */
  readonly field?: string;
  readonly reason: string;
  /** How much speaks for it: compared within one role. */
  readonly weight: number;
  readonly date?: DateGuess;
  readonly score?: ScoreGuess;
}

/** The facts of one column that its roles are judged by. */
export interface ColumnFacts {
  readonly profile: Profile;
  readonly date: DateGuess | null;
  readonly score: ScoreGuess | null;
  readonly candidates: readonly Candidate[];
}

const { says } = words;
/** A column that its heading and its values speak for weighs more than this. */
export const CERTAIN = 6;
export const LIKELY = 3;

export function factsOf(
  profile: Profile,
  {
    dimensions,
    known,
    now,
  }: { readonly dimensions: readonly Dimension[]; readonly known: KnownExport | null; readonly now: number },
): ColumnFacts {
  const date = guessDates(profile, now);
  const score = guessScore(profile);
  const role = known ? knownRole(known, profile.name) : undefined;
  if (profile.filled === 0 || role === 'none') return { profile, date, score, candidates: [] };
  const found = [
    asId(profile, date),
    asTime(profile, date, score),
    asRevision(profile, date),
    asScore(profile, score, date),
    asComment(profile, date, score),
    asRespondent(profile),
    ...asDimensions(profile, dimensions, date),
  ].flatMap((candidate) => candidate ?? []);
  const candidates = known && role ? named(known.name, role, found, profile, { date, score }) : found;
  return { profile, date, score, candidates };
}

/** The role that the export's own heading has, before all others. */
function named(
  tool: string,
  role: Role,
  found: readonly Candidate[],
  profile: Profile,
  { date, score }: Pick<ColumnFacts, 'date' | 'score'>,
): Candidate[] {
  const own = found.find((candidate) => candidate.role === role);
  const reason = `${tool} names it so${own ? `; ${own.reason}` : ''}`;
  const needs =
    (role === 'answeredAt' && !date) || (role === 'score' && !score) || (role === 'revision' && !date);
  if (needs || (role === 'externalId' && profile.uniqueness < 0.5)) return [...found];
  return [
    { role, ...own, reason, weight: 20, ...(date && { date }), ...(score && { score }) },
    ...found.filter((candidate) => candidate.role !== role),
  ];
}

const share = (part: number, { filled }: Profile): number => (filled === 0 ? 0 : part / filled);

function asId(profile: Profile, date: DateGuess | null): Candidate | null {
  const { rows, filled, uniqueness, meanLength, texts } = profile;
  const word = says(texts, words.ID_WORDS);
  const strong = says(texts, words.STRONG_ID_WORDS);
  if (uniqueness < (word > 0 ? 0.8 : 0.98) || filled < 0.95 * rows || meanLength > 80) return null;
  if (share(profile.emails, profile) > 0.5 || share(profile.sentences, profile) > 0.05) return null;
  if (date && !date.isNumber) return null;
  if (word === 0 && (says(texts, words.SCORE_WORDS) > 0 || profile.rows < 5)) return null;
  const reason =
    uniqueness === 1
      ? `different in ${rows === 1 ? 'the only row' : `each of ${count(rows)} rows`}`
      : `different in ${Math.floor(uniqueness * 1000) / 10} % of the rows`;
  const isPerson = says(texts, words.RESPONDENT_WORDS) > 0 && strong === 0;
  return { role: 'externalId', reason, weight: 1 + uniqueness + word + 2 * strong - (isPerson ? 3 : 0) };
}

function asTime(profile: Profile, date: DateGuess | null, score: ScoreGuess | null): Candidate | null {
  if (!date || date.share < 0.6) return null;
  const { texts, filled, rows } = profile;
  const [answered, any, other] = [words.ANSWERED_WORDS, words.DATE_WORDS, words.OTHER_DATE_WORDS].map(
    (list) => says(texts, list),
  );
  if (date.isNumber && !answered && !any) return null;
  if (score && date.isNumber) return null;
  const weight =
    2 + date.share + 1.5 * (answered ?? 0) + (any ?? 0) - 1.5 * (other ?? 0) - (filled < 0.9 * rows ? 2 : 0);
  return { role: 'answeredAt', reason: date.reason, weight, date };
}

function asRevision(profile: Profile, date: DateGuess | null): Candidate | null {
  const word = says(profile.texts, words.REVISION_WORDS);
  if (word === 0) return null;
  if (date && !date.isNumber && date.share > 0.6)
    return { role: 'revision', reason: `${date.reason}; the heading says a change`, weight: 2 + word, date };
  const numbers = profile.counts ? [...profile.counts.keys()] : [];
  if (numbers.length === 0 || numbers.some((value) => !/^\d{1,9}$/.test(value))) return null;
  return { role: 'revision', reason: 'whole numbers; the heading says a revision', weight: 1 + word };
}

function asScore(profile: Profile, score: ScoreGuess | null, date: DateGuess | null): Candidate | null {
  if (!score || (date && date.share > 0.9)) return null;
  const { texts, filled, rows } = profile;
  const recommend = says(texts, words.RECOMMEND_WORDS);
  const word = says(texts, words.SCORE_WORDS);
  if (recommend === 0 && word === 0 && score.scale === 'recommend' && filled < 0.5 * rows) return null;
  const isId = says(texts, words.ID_WORDS) > 1 && recommend + word === 0;
  const said =
    recommend > 0 ? '; the heading asks for a recommendation' : word > 0 ? '; the heading says a score' : '';
  // The class of an answer stands beside the answer itself.
  const isClass = typeof score.scale !== 'string' && score.scale.kind === 'labels';
  const weight =
    score.share +
    (isId ? -2 : 1) -
    (isClass ? 4 : 0) +
    3 * recommend +
    1.5 * word +
    (filled > 0.5 * rows ? 0.5 : 0);
  return { role: 'score', reason: score.reason + said, weight, score };
}

function asComment(profile: Profile, date: DateGuess | null, score: ScoreGuess | null): Candidate | null {
  if ((date && date.share > 0.6) || score) return null;
  const { texts, meanLength } = profile;
  const word = says(texts, words.COMMENT_WORDS);
  const free = share(profile.sentences, profile);
  const isLong = meanLength >= 20 && free >= 0.2 && profile.uniqueness > 0.3;
  if (!isLong && word === 0) return null;
  if (!isLong && (share(profile.emails, profile) > 0.3 || /^\d/.test(profile.examples[0] ?? ''))) return null;
  const reason = `free text, ${count(Math.round(meanLength))} characters on average${word > 0 ? '; the heading asks for words' : ''}`;
  return { role: 'comment', reason, weight: (isLong ? 2 : 0) + Math.min(2, meanLength / 60) + word };
}

function asRespondent(profile: Profile): Candidate | null {
  const word = says(profile.texts, words.RESPONDENT_WORDS);
  const emails = share(profile.emails, profile);
  if (
    emails < 0.8 &&
    (word === 0 ||
      profile.meanLength > 60 ||
      profile.uniqueness < 0.1 ||
      share(profile.sentences, profile) > 0.2)
  )
    return null;
  const reason =
    emails >= 0.8
      ? `e-mail addresses in ${count(profile.emails)} of ${count(profile.rows)} rows`
      : 'the heading says who answered';
  return { role: 'respondent', reason, weight: (emails >= 0.8 ? 4 : 0) + word };
}

function asDimensions(
  profile: Profile,
  dimensions: readonly Dimension[],
  date: DateGuess | null,
): Candidate[] {
  const { counts, filled, meanLength, texts } = profile;
  const different = counts?.size ?? Number.POSITIVE_INFINITY;
  if (meanLength > 60 || (date && date.share > 0.6) || share(profile.emails, profile) > 0.2) return [];
  if (different > 500 || (different > 10 && different > filled * 0.7)) return [];
  return dimensions.flatMap(({ field, declared }) => {
    const own = says(texts, [words.wordsOf(field).trim()]);
    const word = Math.max(own, says(texts, words.DIMENSION_WORDS[field] ?? []));
    const hits =
      declared && counts
        ? [...counts].reduce((all, [value, times]) => (declared.values.has(value) ? all + times : all), 0) /
          filled
        : 0;
    if (word === 0 && hits < 0.8) return [];
    const why =
      word > 0
        ? `the heading says ${words.wordsOf(field).trim()}`
        : `its values are those that ${words.wordsOf(field).trim()} declares`;
    return {
      role: 'dimension' as const,
      field,
      reason: `${count(different)} different values; ${why}`,
      weight: word + 2 * hits + (own > 0 ? 2 : 0),
    };
  });
}
