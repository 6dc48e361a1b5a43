import type { Scope } from '../../domain/access/scope.ts';
import { complement, type PlacedFigure } from '../../domain/disclosure/complement.ts';
import { UserError } from '../../domain/errors/user-error.ts';
import { type SurvivalPoint, survivalCurve } from '../../domain/statistics/kaplan-meier.ts';
import { FEW } from './grouped-cells.ts';
import {
  CLASSES,
  guardedSize,
  type OutcomeDeps,
  ofClass,
  readWatched,
  sum,
  type WatchedClass,
  type WatchedGroup,
  type WatchQuery,
} from './watched-accounts.ts';

/** Groups of one answer: each has four curves. */
export const MOST_CURVE_GROUPS = 100;

/** More groups than one answer may have curves of. */
export class TooManyCurvesError extends UserError {
  override readonly name = 'TooManyCurvesError';

  constructor() {
    super(
      `groupBy: more than ${MOST_CURVE_GROUPS} groups have curves; take fewer dimensions, or a segment of fewer values`,
    );
  }
}

/** Who is watched, and the days at which the curve is read. */
export interface CurveQuery extends WatchQuery {
  /** Ascending, from 0. */
  readonly days: readonly number[];
}

/** One point of the curve of a group and class. Null: suppressed. */
export interface CurvePoint {
  readonly group: Readonly<Record<string, string>>;
  readonly class: WatchedClass;
  readonly day: number;
  /** All accounts of the curve. */
  readonly accounts: number | null;
  readonly point: SurvivalPoint | null;
}

/**
 * Curves of retention by group and class. A curve ends where no account was watched for so long. For callers who see no respondents
 * some days are left out, so that no two points differ by a few accounts.
 * @throws TooManyCurvesError
 */
export async function readCurves(deps: OutcomeDeps, scope: Scope, query: CurveQuery): Promise<CurvePoint[]> {
  const groups = await readWatched(deps, scope, query);
  if (groups.filter(({ units }) => units.length > 0).length > MOST_CURVE_GROUPS)
    throw new TooManyCurvesError();
  const guarded = groups.filter(({ group, units }) => !group.mayName && units.length > 0);
  const safe = safeDays(query.days, guarded);
  return groups.flatMap((one) => curvesOf(one, guarded.includes(one) ? safe : query.days, query.confidence));
}

function curvesOf(
  { group: { values, isReadable }, units, hidden }: WatchedGroup,
  days: readonly number[],
  confidence: number,
): CurvePoint[] {
  if (isReadable && units.length === 0) return [];
  return [null, ...CLASSES].flatMap((npsClass): CurvePoint[] => {
    const base = { group: values, class: npsClass };
    if (!isReadable || hidden.has(npsClass)) return [{ ...base, day: 0, accounts: null, point: null }];
    const own = ofClass(units, npsClass);
    const accounts = sum(own.map((row) => row.units));
    return survivalCurve(own, days, confidence).map((point) => ({
      ...{ ...base, day: point.time, accounts, point },
    }));
  });
}

/**
 * The days at which curves may be read: between two of them, and after the last, the watch of no account of a shown row ended, or that of
 * at least so many; the same holds for what is hidden of each sum.
 */
function safeDays(days: readonly number[], groups: readonly WatchedGroup[]): number[] {
  const shown: number[] = [];
  for (const day of days)
    if (isSafe(groups, shown.at(-1) ?? -1, day) && isSafe(groups, day, Number.POSITIVE_INFINITY))
      shown.push(day);
  return shown;
}

/** A unit's watch ends after `from`, and at `until` at the latest. */
function isSafe(groups: readonly WatchedGroup[], from: number, until: number): boolean {
  const sizeOf = ({ group, units }: WatchedGroup, npsClass: WatchedClass) =>
    guardedSize({ group, units: units.filter(({ time }) => time > from && time <= until) }, npsClass);
  const figure = (one: WatchedGroup, npsClass: WatchedClass): PlacedFigure => ({
    place: [...Object.values(one.group.values), ...(npsClass === null ? [] : [`${npsClass}`])],
    sizes: [sizeOf(one, npsClass)],
    isHidden: one.hidden.has(npsClass),
  });
  const tables = [
    groups.map((one) => figure(one, null)),
    groups.flatMap((one) => CLASSES.map((npsClass) => figure(one, npsClass))),
  ];
  return tables.every((table) => {
    const hidden = complement(table, { least: FEW, together: sum });
    return table.every(
      ({ isHidden, sizes: [n = 0] }, i) => isHidden || (!hidden[i] && (n === 0 || n >= FEW)),
    );
  });
}
