import type { Scope } from '../../domain/access/scope.ts';
import type { Basis, ScoreRow } from '../../domain/scores/score.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import { UNKNOWN } from '../../domain/segments/dimensions.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import { type DriverRow, readDrivers } from '../../store/scores/drivers.ts';
import { TooManyRowsError } from '../../store/scores/group-counts.ts';
import { readChange, type ScoreChange, type ScoreDeps } from '../../store/scores/scores.ts';
import { NO_THEME } from '../../store/scores/theme-tallies.ts';
import { readThemes, type ThemeRow } from '../../store/scores/themes.ts';
import { type Fact, type FactSheet, rounded } from './fact.ts';

export interface SheetQuery {
  readonly segment: Segment;
  readonly basis: Basis;
  /** Of the intervals, 0..1. */
  readonly confidence: number;
  readonly window: TimeRange;
  /** The window before it. */
  readonly before: TimeRange;
  /** Attributes to look for drivers in. */
  readonly by: readonly string[];
  /** Whether the caller may read what models say of answers. */
  readonly themes: boolean;
  /** Most rows of one division; more are not looked at. */
  readonly mostRows: number;
}

/** Drivers and themes that a narrative names, of each. */
const MOST = 3;
/** Smaller contributions, in score points, are noise to a reader. */
const LEAST_POINTS = 0.1;

type Unnumbered = Omit<Fact, 'id'>;

/**
 * Reads everything that a narrative may say of a window, as the scope sees it: its score, the change since the window before, the
 * segments that contribute most to it, and the themes that move the score. Numbers that the scope does not see are in no fact.
 */
export async function readFactSheet(deps: ScoreDeps, scope: Scope, query: SheetQuery): Promise<FactSheet> {
  const { segment, basis, confidence, window, before, by, mostRows } = query;
  const common = { segment, basis, confidence };
  const change = await readChange(deps, scope, { ...common, before, after: window });
  const free = by.filter((attribute) => (segment[attribute]?.length ?? 0) !== 1);
  const drivers: DriverRow[] = [];
  for (const attribute of free) {
    const division = { ...common, before, after: window, by: [attribute], themes: false, mostRows };
    drivers.push(...(await readDrivers(deps, scope, division).catch(noneOfTooMany)));
  }
  const themes = query.themes
    ? await readThemes(deps, scope, { ...common, window, before, withoutTheme: false })
    : [];
  return sheetOf(change, drivers, themes, confidence);
}

/** A dimension with very many values has no part that matters to the whole. */
function noneOfTooMany(error: unknown): DriverRow[] {
  if (error instanceof TooManyRowsError) return [];
  throw error;
}

/** The facts of what was read, the most important first. Pure. */
export function sheetOf(
  change: ScoreChange,
  drivers: readonly DriverRow[],
  themes: readonly ThemeRow[],
  confidence: number,
): FactSheet {
  const facts = [
    ...scoreFacts(change.after, confidence),
    ...changeFacts(change),
    ...driverFacts(change, drivers),
    ...themeFacts(change.after, themes),
  ];
  return { facts: facts.map((fact, i) => ({ id: `f${i + 1}`, ...fact })) };
}

const directionOf = (low: number | null, high: number | null): Fact['direction'] =>
  low !== null && low > 0 ? 'UP' : high !== null && high < 0 ? 'DOWN' : null;

/** Without what is null. */
function numbersOf(values: Readonly<Record<string, number | null | undefined>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === null || value === undefined || !Number.isFinite(value) ? [] : [[name, value]],
    ),
  );
}
const points = (value: number | null | undefined) =>
  value === null || value === undefined ? null : rounded(value);

function scoreFacts(row: ScoreRow, confidence: number): Unnumbered[] {
  if (!row.counts) return [];
  const { promoters, passives, detractors } = row.counts;
  const { score, interval } = row;
  const numbers = numbersOf({
    score: points(score),
    low: points(interval?.low),
    high: points(interval?.high),
    level: rounded(100 * confidence),
    responses: promoters + passives + detractors,
  });
  return [fact({ kind: 'SCORE', cites: [row.id], numbers, times: [windowWords(row)] })];
}

function changeFacts({ before, after, difference, low, high }: ScoreChange): Unnumbered[] {
  if (difference === null) return [];
  const numbers = numbersOf({ difference: points(difference), low: points(low), high: points(high) });
  const times = [windowWords(before)];
  return [
    fact({
      kind: 'CHANGE',
      cites: [before.id, after.id],
      numbers,
      times,
      direction: directionOf(low, high),
    }),
  ];
}

/** Only where the whole moved: parts of noise are noise. */
function driverFacts(change: ScoreChange, drivers: readonly DriverRow[]): Unnumbered[] {
  if (directionOf(change.low, change.high) === null) return [];
  const sign = Math.sign(change.difference ?? 0);
  const whole = (row: DriverRow) => (row.mix ?? 0) + (row.rate ?? 0);
  return drivers
    .filter((row) => !row.suppressed && !isEverything(row) && sign * whole(row) >= LEAST_POINTS)
    .toSorted((a, b) => Math.abs(whole(b)) - Math.abs(whole(a)))
    .slice(0, MOST)
    .map((row) =>
      fact({
        kind: 'DRIVER',
        cites: [row.before, row.after],
        names: Object.entries(row.group).map(nameOf),
        direction: directionOf(row.low, row.high),
        numbers: numbersOf({
          contribution: points(whole(row)),
          mix: points(row.mix),
          rate: points(row.rate),
          before: points(row.scoreBefore),
          score: points(row.scoreAfter),
        }),
      }),
    );
}

/** A group that has all answers is no part of them. */
const isEverything = ({ shareBefore, shareAfter }: DriverRow) => shareBefore === 1 && shareAfter === 1;

/** Answers without a value of the dimension are named by it. */
const nameOf = ([attribute, value]: [attribute: string, value: string]) =>
  value === UNKNOWN ? `${UNKNOWN} ${attribute.replaceAll('_', ' ')}` : value;

/** Those whose contribution is not noise, the largest first. */
function themeFacts(row: ScoreRow, themes: readonly ThemeRow[]): Unnumbered[] {
  return themes
    .filter(
      ({ theme, contribution, suppressed }) => !suppressed && theme !== NO_THEME && isClear(contribution),
    )
    .toSorted((a, b) => Math.abs(b.contribution?.value ?? 0) - Math.abs(a.contribution?.value ?? 0))
    .slice(0, MOST)
    .map(({ theme, share, score, responses, contribution }) =>
      fact({
        kind: 'THEME',
        cites: [row.id],
        names: [theme],
        numbers: numbersOf({
          share: share === null ? null : rounded(100 * share),
          score: points(score),
          responses,
          contribution: points(contribution?.value),
        }),
      }),
    );
}

const isClear = (contribution: ThemeRow['contribution']) =>
  contribution !== null &&
  (contribution.low > 0 || contribution.high < 0) &&
  Math.abs(contribution.value) >= LEAST_POINTS;

const fact = (stated: Partial<Unnumbered> & Pick<Fact, 'kind' | 'cites' | 'numbers'>): Unnumbered => ({
  names: [],
  times: [],
  direction: null,
  quote: null,
  ...stated,
});

/** A window as it is written: by its edges, in UTC. */
export function windowWords({ from, until }: TimeRange): string {
  const minute = (time: number) => new Date(time).toISOString().slice(0, 16).replace('T', ' ');
  const day = (time: number) => new Date(time).toISOString().slice(0, 10);
  const isWholeDays = [from, until].every((time) => time % 86_400_000 === 0);
  return isWholeDays ? `${day(from)} to ${day(until - 1)}` : `${minute(from)} to ${minute(until)} UTC`;
}
