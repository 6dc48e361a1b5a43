import { readsAllAnswers, type Scope } from '../../domain/access/scope.ts';
import { type DifferencePart, decompose, type GroupTallies } from '../../domain/drivers/decomposition.ts';
import {
  answersOf,
  inferredValuesOf,
  joined,
  sumOf,
  type Tally,
  type WindowTally,
  weightOf,
  wholeTally,
} from '../../domain/drivers/tally.ts';
import type { Confusion } from '../../domain/models/quantification.ts';
import { type Basis, groupCells, type ScoreRow, scoreId } from '../../domain/scores/score.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import type { GuardDeps } from '../disclosure/score-guard.ts';
import { TooManyRowsError } from './group-counts.ts';
import { narrowed } from './score-table.ts';
import { readScores } from './scores.ts';
import {
  cellsOfThemes,
  NO_THEME,
  readThemeNames,
  readThemeTallies,
  suppressesThemes,
} from './theme-tallies.ts';

/** One part of the difference of two scores; the numbers are null when suppressed. */
export interface DriverRow extends DifferencePart {
  /** The value of each attribute that the query divides by. */
  readonly group: Readonly<Record<string, string>>;
  /** Null if not divided by theme. */
  readonly theme: string | null;
  /** Ids of the group's scores in the two windows. */
  readonly before: string;
  readonly after: string;
  readonly suppressed: boolean;
  readonly responsesBefore: number | null;
  readonly responsesAfter: number | null;
  readonly shareBefore: number | null;
  readonly shareAfter: number | null;
  readonly scoreBefore: number | null;
  readonly scoreAfter: number | null;
}

export interface DriverQuery {
  readonly segment: Segment;
  readonly basis: Basis;
  readonly confidence: number;
  readonly before: TimeRange;
  readonly after: TimeRange;
  /** Attributes to divide by. */
  readonly by: readonly string[];
  /** Whether to divide by theme too. */
  readonly themes: boolean;
  readonly mostRows: number;
}

type Group = Pick<DriverRow, 'group' | 'theme' | 'before' | 'after'>;
/** Null tallies: suppressed. */
type FoundGroup = Group & { readonly tallies: GroupTallies | null };

/**
 * What the change of the score from one window to the other is made of: for each group of answers its mix and its rate part
 * (domain/drivers/decomposition.ts), the largest parts first. They add up to the difference of the two scores (suppressed groups
 * have the remainder).
 * @throws TooManyRowsError for more than `query.mostRows`.
 */
export async function readDrivers(deps: GuardDeps, scope: Scope, query: DriverQuery): Promise<DriverRow[]> {
  const found = query.themes ? await byTheme(deps, scope, query) : await bySegment(deps, scope, query);
  if (!found) return [];
  const { groups, before, after } = found;
  if (groups.length > query.mostRows) throw new TooManyRowsError(query.mostRows, true);
  const shown = groups.flatMap(({ tallies }) => (tallies ? [tallies] : []));
  const parts = decompose(before, after, shown, query.confidence);
  const sides = [before, after].map((window) => ({
    values: inferredValuesOf(window),
    n: weightOf(window.all),
  }));
  let next = 0;
  const rows = groups.map((group): DriverRow => {
    const { tallies } = group;
    if (!tallies) return { ...nameOf(group), ...SUPPRESSED };
    const of = ([side, tally]: readonly [(typeof sides)[number] | undefined, Tally]) => {
      const weight = weightOf(tally);
      return {
        responses: answersOf(tally),
        share: side && side.n > 0 ? weight / side.n : null,
        score: side && weight > 0 ? (100 * sumOf(tally, side.values)) / weight : null,
      };
    };
    const [b, a] = [of([sides[0], tallies.before]), of([sides[1], tallies.after])];
    return {
      ...nameOf(group),
      ...(parts[next++] as DifferencePart),
      suppressed: false,
      responsesBefore: b.responses,
      responsesAfter: a.responses,
      shareBefore: b.share,
      shareAfter: a.share,
      scoreBefore: b.score,
      scoreAfter: a.score,
    };
  });
  const size = ({ mix, rate }: DriverRow) => Math.abs((mix ?? 0) + (rate ?? 0));
  return rows.sort((a, b) => size(b) - size(a));
}

const nameOf = ({ group, theme, before, after }: Group): Group => ({ group, theme, before, after });
const SUPPRESSED = {
  mix: null,
  rate: null,
  low: null,
  high: null,
  suppressed: true,
  responsesBefore: null,
  responsesAfter: null,
  shareBefore: null,
  shareAfter: null,
  scoreBefore: null,
  scoreAfter: null,
};

interface Found {
  readonly groups: readonly FoundGroup[];
  readonly before: WindowTally;
  readonly after: WindowTally;
}

/** Groups as scores have them: what is suppressed as a score is suppressed here. */
async function bySegment(deps: GuardDeps, scope: Scope, query: DriverQuery): Promise<Found | null> {
  const { segment, basis, confidence, by } = query;
  const windows = [query.before, query.after];
  const mostRows = 2 * query.mostRows;
  const read = (groupBy: readonly string[]) =>
    readScores(deps, scope, { segment, basis, confidence, groupBy, windows, mostRows });
  const rows = await read(by);
  const [first, second] = [rows.slice(0, rows.length / 2), rows.slice(rows.length / 2)];
  const tallyOf = ({ parts }: ScoreRow) =>
    parts && wholeTally(parts.surveyed, ...parts.inferred.map(({ counts }) => counts));
  const confusionsOf = ({ parts }: ScoreRow) => parts?.inferred.map(({ confusion }) => confusion) ?? [];
  const groups = first.map((before, i): FoundGroup => {
    const after = second[i] as ScoreRow;
    const [b, a] = [tallyOf(before), tallyOf(after)];
    const tallies = b && a && { before: b, after: a };
    return { group: before.group, theme: null, before: before.id, after: after.id, tallies };
  });
  const confusions = rows.map(confusionsOf).find(({ length }) => length > 0) ?? [];
  // One reading where it shows every answer, so that answers that arrive meanwhile do not matter.
  if (by.length === 0 || readsAllAnswers(scope, basis === 'SURVEYED' ? 'surveyed' : 'inferred')) {
    const sides = (['before', 'after'] as const).map((side) => ({
      all: joined(...groups.map(({ tallies }) => tallies?.[side] ?? [])),
      confusions,
    }));
    if (groups.some(({ tallies }) => tallies === null))
      return { groups: groups.map(withheld), ...sidesOf(sides) };
    return { groups, ...sidesOf(sides) };
  }
  const totals = (await read([])).map((row) => ({
    all: tallyOf(row),
    confusions: row.parts ? confusionsOf(row) : confusions,
  }));
  const [b, a] = totals;
  if (!b?.all || !a?.all) return { groups: groups.map(withheld), ...sidesOf([]) };
  return {
    groups,
    ...sidesOf([
      { ...b, all: b.all },
      { ...a, all: a.all },
    ]),
  };
}

const withheld = (group: FoundGroup): FoundGroup => ({ ...group, tallies: null });
const sidesOf = (sides: readonly { readonly all: Tally; readonly confusions: readonly Confusion[] }[]) => ({
  before: sides[0] ?? { all: [], confusions: [] },
  after: sides[1] ?? { all: [], confusions: [] },
});

async function byTheme(deps: GuardDeps, scope: Scope, query: DriverQuery): Promise<Found | null> {
  const { segment, basis, by } = query;
  const windows = [query.before, query.after];
  const isSuppressed = suppressesThemes(scope);
  const cells = isSuppressed ? [] : cellsOfThemes(deps, scope, segment);
  const groups = groupCells(cells, by);
  if (isSuppressed) {
    const names = by.length > 0 ? [] : await readThemeNames(deps);
    const found = [...(names ?? []), ...(names?.length ? [NO_THEME] : [])].map(
      (theme): FoundGroup => ({ ...naming(query, {}, theme, null), tallies: null }),
    );
    return { groups: found, ...sidesOf([]) };
  }
  const reading = await readThemeTallies(
    deps,
    groups.map((group) => group.cells),
    { basis, windows },
  );
  if (!reading) return null;
  const { confusions, model } = reading;
  const found = groups.flatMap(({ group }, i) =>
    [...(reading.groups[i]?.byTheme ?? [])]
      .map(([theme, [before = [], after = []]]): FoundGroup => {
        const id = basis === 'SURVEYED' ? null : model;
        return { ...naming(query, group, theme, id), tallies: { before, after } };
      })
      .filter(({ tallies }) => tallies && weightOf(joined(tallies.before, tallies.after)) > 0),
  );
  const sides = windows.map((_, window) => ({
    all: joined(...reading.groups.map(({ all }) => all[window] ?? [])),
    confusions,
  }));
  return { groups: found, ...sidesOf(sides) };
}

/** The group's name, with the ids of its scores over all themes. */
function naming(query: DriverQuery, group: Group['group'], theme: string, model: number | null): Group {
  const { basis, confidence } = query;
  const segment = narrowed(query.segment, group);
  const idOf = ({ from, until }: TimeRange) => scoreId({ segment, from, until, basis, confidence, model });
  return { group, theme, before: idOf(query.before), after: idOf(query.after) };
}
