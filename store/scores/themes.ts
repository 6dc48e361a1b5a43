import type { Scope } from '../../domain/access/scope.ts';
import { answersOf, type Tally, type WindowTally, wholeCounts } from '../../domain/drivers/tally.ts';
import {
  type Contribution,
  contributionOf,
  contributionToChange,
  shareInterval,
} from '../../domain/drivers/theme-shares.ts';
import { add, ZERO } from '../../domain/nps/nps.ts';
import { type Basis, type ScoreRow, scoreRow } from '../../domain/scores/score.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import type { GuardDeps } from '../disclosure/score-guard.ts';
import { changeOf } from './scores.ts';
import {
  cellsOfThemes,
  NO_THEME,
  readThemeNames,
  readThemeTallies,
  suppressesThemes,
  type ThemeReading,
} from './theme-tallies.ts';

/** One theme in a window: how often it was named, what those who named it gave, and what that does to the score. */
export interface ThemeRow {
  readonly theme: string;
  readonly suppressed: boolean;
  /** Answers that name it; null when suppressed, as all that follows. */
  readonly responses: number | null;
  readonly share: number | null;
  readonly shareLow: number | null;
  readonly shareHigh: number | null;
  readonly score: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly change: number | null;
  readonly changeLow: number | null;
  readonly changeHigh: number | null;
  readonly contribution: Contribution | null;
  readonly toChange: Contribution | null;
}

export interface ThemeRowsQuery {
  readonly segment: Segment;
  readonly basis: Basis;
  readonly confidence: number;
  readonly window: TimeRange;
  /** The window before it. */
  readonly before: TimeRange;
  /** Whether the answers that name no theme have a row too. */
  readonly withoutTheme: boolean;
}

/** One row for each theme of the champion, the most frequent first; none before there is a champion. */
export async function readThemes(deps: GuardDeps, scope: Scope, query: ThemeRowsQuery): Promise<ThemeRow[]> {
  if (suppressesThemes(scope)) {
    const names = (await readThemeNames(deps)) ?? [];
    return [...names, ...(query.withoutTheme ? [NO_THEME] : [])].map(suppressedRow);
  }
  const cells = cellsOfThemes(deps, scope, query.segment);
  const windows = [query.before, query.window];
  const reading = await readThemeTallies(deps, [cells], { basis: query.basis, windows });
  const [group] = reading?.groups ?? [];
  if (!reading || !group) return [];
  const rows = [...group.byTheme]
    .filter(([theme]) => query.withoutTheme || theme !== NO_THEME)
    .map(([theme, tallies]) => themeRow(theme, tallies, group.all, reading, query));
  return rows.sort((a, b) => (b.responses ?? 0) - (a.responses ?? 0) || (a.theme < b.theme ? -1 : 1));
}

function themeRow(
  theme: string,
  [before = [], after = []]: readonly Tally[],
  [allBefore = [], all = []]: readonly Tally[],
  { confusions, model }: Pick<ThemeReading, 'confusions' | 'model'>,
  query: ThemeRowsQuery,
): ThemeRow {
  const { confidence, segment, basis } = query;
  const window: WindowTally = { all, confusions };
  const previous: WindowTally = { all: allBefore, confusions };
  const scoreIn = ({ from, until }: TimeRange, tally: Tally): ScoreRow => {
    const { surveyed, inferred } = wholeCounts(tally, confusions.length);
    const name = { from, until, segment, basis, confidence, model: basis === 'SURVEYED' ? null : model };
    const parts = confusions.map((confusion, i) => ({ counts: inferred[i] ?? ZERO, confusion }));
    return scoreRow(name, from, {}, inferred.reduce(add, surveyed), parts);
  };
  const score = scoreIn(query.window, after);
  const [responses, n] = [answersOf(after), answersOf(all)];
  const share = shareInterval(responses, n, confidence);
  const change = changeOf(scoreIn(query.before, before), score, confidence);
  return {
    theme,
    suppressed: false,
    responses,
    share: n === 0 ? null : responses / n,
    shareLow: share?.low ?? null,
    shareHigh: share?.high ?? null,
    score: score.score,
    low: score.interval?.low ?? null,
    high: score.interval?.high ?? null,
    change: change?.difference ?? null,
    changeLow: change?.low ?? null,
    changeHigh: change?.high ?? null,
    contribution: contributionOf(window, after, confidence),
    toChange: contributionToChange(previous, window, { before, after }, confidence),
  };
}

const suppressedRow = (theme: string): ThemeRow => ({
  theme,
  suppressed: true,
  responses: null,
  share: null,
  shareLow: null,
  shareHigh: null,
  score: null,
  low: null,
  high: null,
  change: null,
  changeLow: null,
  changeHigh: null,
  contribution: null,
  toChange: null,
});
