import type { Counts } from '../nps/nps.ts';
import { type Shares, sharesOf, varianceOf } from './shares.ts';
import { invert, quadraticForm, rowTimes } from './symmetric-matrix.ts';

/** The answers of one day (days since 1970 in UTC), by stratum: the place of a value of the mix dimension. */
export interface DayCounts {
  readonly day: number;
  readonly strata: readonly (readonly [
    stratum: number,
    promoters: number,
    passives: number,
    detractors: number,
  ])[];
}

/** Values of the mix dimension that are kept apart; all further ones share the last place. */
export const MOST_STRATA = 8;
const WEEKDAYS = 7;
const SEASONS = 4;
/** Strata, weekdays, two harmonics of the year, and one that is 1 since the last change. */
const PARAMETERS = MOST_STRATA + WEEKDAYS + SEASONS + 1;
const WEEKDAY_AT = MOST_STRATA;
const SEASON_AT = MOST_STRATA + WEEKDAYS;
const CHANGE_AT = PARAMETERS - 1;
const YEAR_DAYS = 365.25;
/** A time of the year is separable from a change only if it was seen twice. */
const SEASON_AFTER_DAYS = 730;

/**
 * What is known of a parameter beforehand, in answers: strata and weekdays are like the whole, times of the year like the year. A weekday's
 * share differs by about 4 points, a season's by about 5.
 */
const [STRATUM_PRIOR, WEEKDAY_PRIOR, SEASON_PRIOR, NOT_USED] = [10, 125, 80, 1e12];
/** A change may have any size. */
const CHANGE_PRIOR = 1e-6;
/** A stratum is judged once its level is known from so many answers. */
const LEAST_STRATUM = 50;

/** Sums of a weighted regression of both shares on the parameters; they add up over days. */
export interface Sums {
  /** Symmetric, row by row. */
  gram: number[];
  promoters: number[];
  detractors: number[];
  days: number;
}

/** Sums over no days. */
export const noSums = (): Sums => ({
  gram: new Array<number>(PARAMETERS * PARAMETERS).fill(0),
  promoters: new Array<number>(PARAMETERS).fill(0),
  detractors: new Array<number>(PARAMETERS).fill(0),
  days: 0,
});

/** Answers that say something of the level, per stratum. */
export const answersByStratum = (sums: Sums): number[] =>
  Array.from({ length: MOST_STRATA }, (_, i) => answersAt(sums, i));
export const answersIn = (sums: Sums): number => answersByStratum(sums).reduce((a, b) => a + b, 0);

function columnsOf(day: number, stratum: number, isChanged: boolean): [place: number, value: number][] {
  const angle = (2 * Math.PI * day) / YEAR_DAYS;
  return [
    [stratum, 1],
    // 1 January 1970 was a Thursday.
    [WEEKDAY_AT + ((day + 4) % 7), 1],
    [SEASON_AT, Math.sin(angle)],
    [SEASON_AT + 1, Math.cos(angle)],
    [SEASON_AT + 2, Math.sin(2 * angle)],
    [SEASON_AT + 3, Math.cos(2 * angle)],
    ...(isChanged ? ([[CHANGE_AT, 1]] as [number, number][]) : []),
  ];
}

/** Adds a day to the sums. */
export function addDay(sums: Sums, { day, strata }: DayCounts, isChanged: boolean): void {
  sums.days += 1;
  for (const [stratum, promoters, passives, detractors] of strata) {
    const n = promoters + passives + detractors;
    const columns = columnsOf(day, stratum, isChanged);
    for (const [i, x] of columns) {
      sums.promoters[i] = (sums.promoters[i] ?? 0) + x * promoters;
      sums.detractors[i] = (sums.detractors[i] ?? 0) + x * detractors;
      for (const [j, y] of columns) {
        const place = i * PARAMETERS + j;
        sums.gram[place] = (sums.gram[place] ?? 0) + n * x * y;
      }
    }
  }
}

const plus = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value + (b[i] ?? 0));
const added = (a: Sums, b: Sums): Sums => ({
  gram: plus(a.gram, b.gram),
  promoters: plus(a.promoters, b.promoters),
  detractors: plus(a.detractors, b.detractors),
  days: a.days + b.days,
});

/**
 * The sums of what was before a change and since, for the level of `to`. The answers of the other level say how strata, weekdays and times
 * of the year differ, and nothing of this level: how far apart both are is not known.
 */
export function levelled(before: Sums, since: Sums, to: 'before' | 'since'): Sums {
  const both = to === 'since' ? added(withoutLevel(before), since) : added(before, withoutLevel(since));
  for (let i = 0; i < PARAMETERS; i++) {
    both.gram[i * PARAMETERS + CHANGE_AT] = 0;
    both.gram[CHANGE_AT * PARAMETERS + i] = 0;
  }
  both.promoters[CHANGE_AT] = 0;
  both.detractors[CHANGE_AT] = 0;
  return both;
}

/** The sums as if a level of their own had been fitted to them. Source: Frisch and Waugh, Econometrica 1 (1933). */
function withoutLevel(sums: Sums): Sums {
  const n = answersIn(sums);
  if (n === 0) return sums;
  const columns = Array.from({ length: PARAMETERS }, (_, i) => answersAt(sums, i));
  const without = (responses: readonly number[]) => {
    const all = responses.slice(0, MOST_STRATA).reduce((a, b) => a + b, 0);
    return responses.map((value, i) => value - ((columns[i] ?? 0) * all) / n);
  };
  return {
    gram: sums.gram.map(
      (value, at) =>
        value - ((columns[Math.floor(at / PARAMETERS)] ?? 0) * (columns[at % PARAMETERS] ?? 0)) / n,
    ),
    promoters: without(sums.promoters),
    detractors: without(sums.detractors),
    days: sums.days,
  };
}

/** The sum of the i-th parameter's column over all answers. */
const answersAt = ({ gram }: Sums, i: number): number => {
  let sum = 0;
  for (let stratum = 0; stratum < MOST_STRATA; stratum++) sum += gram[stratum * PARAMETERS + i] ?? 0;
  return sum;
};

/** What answers of a segment are expected to be, by stratum, weekday and time of the year. */
export interface Baseline {
  readonly answers: number;
  /** Parts of the answers by stratum. */
  readonly mix: readonly number[];
  /** How far both shares moved at the last change. */
  readonly change: { readonly promoters: number; readonly detractors: number };
  /** Expected shares of that stratum and day; null for a stratum that is not known yet. */
  at(day: number, stratum: number): Shares | null;
  /** The same without weekday and time of the year. */
  typical(stratum: number): Shares | null;
  /** As it was before the last change. */
  before(day: number, stratum: number): Shares | null;
  /** Standard error of the expected score at that day, in proportions. */
  errorAt(day: number): number;
  /** All strata together, on a typical day. */
  readonly shares: Shares;
}

/** What the time of the year adds to both shares. */
export interface Season {
  readonly promoters: readonly number[];
  readonly detractors: readonly number[];
  /** Variance of what it adds to the score at that day, less what it adds at a typical one of these places, in variances of one answer. */
  spreadAt(day: number, typical: readonly number[]): number;
}

/**
 * Fits the times of the year over the whole history, its changes included, because a time of the year is seen only once a year; null
 * before there are two years.
 */
export function fitSeason(all: Sums): Season | null {
  if (all.days < SEASON_AFTER_DAYS || answersIn(all) === 0) return null;
  const inverse = invert(penalised(all.gram, SEASON_PRIOR), PARAMETERS);
  const of = (responses: readonly number[]) =>
    solve(all, inverse, responses).effects.slice(SEASON_AT, SEASON_AT + SEASONS);
  return {
    promoters: of(all.promoters),
    detractors: of(all.detractors),
    spreadAt: (day, typical) => {
      const row = new Array<number>(PARAMETERS).fill(0);
      for (const [i, x] of columnsOf(day, 0, false))
        if (i >= SEASON_AT) row[i] = x - (typical[i - SEASON_AT] ?? 0);
      return Math.max(0, quadraticForm(inverse, row));
    },
  };
}

/**
 * Fits the baseline: least squares of the shares of promoters and of detractors, each answer one observation, with normal priors (ridge
 * regression: Hoerl and Kennard, Technometrics 12, 1970). Null without answers.
 */
export function fitBaseline(before: Sums, since: Sums | null, season: Season | null): Baseline | null {
  const sums = since ? added(before, since) : before;
  const counts = answersByStratum(sums);
  const answers = counts.reduce((a, b) => a + b, 0);
  if (answers === 0) return null;
  const inverse = invert(penalised(sums.gram, NOT_USED), PARAMETERS);
  const responses = (name: 'promoters' | 'detractors') =>
    sums[name].map((value, i) => value - seasonIn(sums.gram, i, season?.[name]));
  const fitted = {
    promoters: solve(sums, inverse, responses('promoters')),
    detractors: solve(sums, inverse, responses('detractors')),
  };
  const isKnown = (stratum: number) => (counts[stratum] ?? 0) >= Math.min(LEAST_STRATUM, answers / 2);
  const sharesAt = (columns: readonly (readonly [number, number])[]): Shares => {
    const of = (name: 'promoters' | 'detractors') =>
      columns.reduce((sum, [i, x]) => {
        const isSeason = i >= SEASON_AT && i < CHANGE_AT;
        const effect = isSeason ? season?.[name][i - SEASON_AT] : fitted[name].effects[i];
        return sum + x * (effect ?? 0);
      }, fitted[name].mean);
    return sharesOf(of('promoters'), of('detractors'));
  };
  const changed: [number, number][] = since ? [[CHANGE_AT, 1]] : [];
  const mix = counts.map((n) => n / answers);
  // The level was seen at these times of the year.
  const seen = Array.from({ length: SEASONS }, (_, i) => answersAt(sums, SEASON_AT + i) / answers);
  const shares = sharesAt([...mix.map((share, i) => [i, share] as const), ...changed]);
  return {
    answers,
    mix,
    change: {
      promoters: fitted.promoters.effects[CHANGE_AT] ?? 0,
      detractors: fitted.detractors.effects[CHANGE_AT] ?? 0,
    },
    at: (day, stratum) => (isKnown(stratum) ? sharesAt(columnsOf(day, stratum, since !== null)) : null),
    before: (day, stratum) => (isKnown(stratum) ? sharesAt(columnsOf(day, stratum, false)) : null),
    typical: (stratum) => (isKnown(stratum) ? sharesAt([[stratum, 1], ...changed]) : null),
    errorAt: (day) => {
      const row = new Array<number>(PARAMETERS).fill(0);
      if (since) row[CHANGE_AT] = 1;
      for (let i = 0; i < MOST_STRATA; i++) row[i] = mix[i] ?? 0;
      for (let i = 0; i < WEEKDAYS; i++) row[WEEKDAY_AT + i] = 1 / WEEKDAYS;
      const spread = quadraticForm(inverse, row) + (season?.spreadAt(day, seen) ?? 0);
      return Math.sqrt(Math.max(0, spread) * varianceOf(shares));
    },
    shares,
  };
}

/** What the times of the year contribute to the i-th response. */
function seasonIn(gram: readonly number[], i: number, effects: readonly number[] | undefined): number {
  if (!effects) return 0;
  return effects.reduce((sum, effect, j) => sum + effect * (gram[i * PARAMETERS + SEASON_AT + j] ?? 0), 0);
}

/** The normal equations with the priors. */
const penalised = (gram: readonly number[], seasonPrior: number): number[] =>
  gram.map((value, at) => {
    const i = at / (PARAMETERS + 1);
    if (!Number.isInteger(i)) return value;
    if (i < WEEKDAY_AT) return value + STRATUM_PRIOR;
    if (i < SEASON_AT) return value + WEEKDAY_PRIOR;
    return value + (i < CHANGE_AT ? seasonPrior : CHANGE_PRIOR);
  });

/** The mean share, and what each parameter adds to it. */
function solve(sums: Sums, inverse: Float64Array, responses: readonly number[]) {
  const counts = answersByStratum(sums);
  const answers = counts.reduce((a, b) => a + b, 0);
  const mean = responses.slice(0, MOST_STRATA).reduce((a, b) => a + b, 0) / answers;
  const rest = responses.map((value, i) => value - mean * answersAt(sums, i));
  return { mean, effects: rest.map((_, i) => rowTimes(inverse, i, rest)) };
}

/** The day's answers as counts of all strata. */
export const countsOfDay = ({ strata }: DayCounts): Counts =>
  strata.reduce(
    (sum, [, promoters, passives, detractors]) => ({
      promoters: sum.promoters + promoters,
      passives: sum.passives + passives,
      detractors: sum.detractors + detractors,
    }),
    { promoters: 0, passives: 0, detractors: 0 },
  );
