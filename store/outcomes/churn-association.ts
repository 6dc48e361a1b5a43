import type { Scope } from '../../domain/access/scope.ts';
import {
  type CommonOdds,
  commonOddsRatio,
  type TwoByTwo,
  unitsOf,
} from '../../domain/statistics/mantel-haenszel.ts';
import { FEW } from './grouped-cells.ts';
import {
  type OutcomeDeps,
  readWatched,
  sum,
  type WatchedClass,
  type WatchedGroup,
  type WatchedRow,
  type WatchQuery,
} from './watched-accounts.ts';

/** Which accounts are compared, and within how many days; `groupBy` are the confounders. */
export interface AssociationQuery extends WatchQuery {
  readonly days: number;
  /** The class of the answer that is compared with the others. */
  readonly class: Exclude<WatchedClass, null>;
}

/** How much more often accounts of a class cancel; null: suppressed. */
export interface Association {
  /** The attributes that it is adjusted for. */
  readonly adjustedFor: readonly string[];
  readonly table: TwoByTwo | null;
  readonly odds: CommonOdds | null;
  /** Accounts that were neither seen to cancel nor followed for so long. */
  readonly notFollowed: number | null;
}

/** The odds of cancelling within the days, of accounts that answered so against the others: as they are, and with strata of the confounders. */
export async function readAssociation(
  deps: OutcomeDeps,
  scope: Scope,
  query: AssociationQuery,
): Promise<Association[]> {
  const groups = await readWatched(deps, scope, query);
  const isReadable = groups.every(({ group }) => group.isReadable);
  const strata = groups.map((one) => tableOf(one.units, query));
  const whole = strata.reduce(add, NOTHING);
  const notFollowed = sum(groups.map(({ units }) => notFollowedOf(units, query.days)));
  const isFew = isReadable && areFew(groups, query);
  const row = (adjustedFor: readonly string[], tables: readonly TwoByTwo[]): Association => {
    const odds = commonOddsRatio(tables, query.confidence);
    const isHidden = !isReadable || isFew || (adjustedFor.length > 0 && leavesFew(groups, query));
    return isHidden
      ? { adjustedFor, table: null, odds: null, notFollowed: null }
      : { adjustedFor, table: whole, odds, notFollowed };
  };
  const rows = [row([], [whole])];
  if (query.groupBy.length > 0) rows.push(row(query.groupBy, strata));
  return isReadable && unitsOf(whole) === 0 ? [] : rows;
}

const NOTHING: TwoByTwo = { exposedEvents: 0, exposedOthers: 0, unexposedEvents: 0, unexposedOthers: 0 };

const add = (a: TwoByTwo, b: TwoByTwo): TwoByTwo => ({
  exposedEvents: a.exposedEvents + b.exposedEvents,
  exposedOthers: a.exposedOthers + b.exposedOthers,
  unexposedEvents: a.unexposedEvents + b.unexposedEvents,
  unexposedOthers: a.unexposedOthers + b.unexposedOthers,
});

function tableOf(units: readonly WatchedRow[], { days, class: exposed }: AssociationQuery): TwoByTwo {
  const count = (isExposed: boolean, isEvent: boolean) =>
    sum(
      units.flatMap((row) => {
        const happened = row.event && row.time <= days;
        const isKnown = happened || row.time >= days;
        return isKnown && happened === isEvent && (row.class === exposed) === isExposed ? [row.units] : [];
      }),
    );
  return {
    exposedEvents: count(true, true),
    exposedOthers: count(true, false),
    unexposedEvents: count(false, true),
    unexposedOthers: count(false, false),
  };
}

const notFollowedOf = (units: readonly WatchedRow[], days: number): number =>
  sum(units.flatMap(({ event, time, units: n }) => (!event && time < days ? [n] : [])));

const guardedOf = ({ group, units }: WatchedGroup): WatchedRow[] =>
  units.filter(({ cellId }) => group.guarded.has(cellId));
const isFewOf = (n: number): boolean => n > 0 && n < FEW;

/** Whether a count would be of a few accounts whose respondents the caller may not see. */
function areFew(groups: readonly WatchedGroup[], query: AssociationQuery): boolean {
  if (groups.every(({ group }) => group.mayName)) return false;
  const units = groups.flatMap(guardedOf);
  const counts = Object.values(tableOf(units, query));
  return counts.some((n) => n < FEW) || isFewOf(notFollowedOf(units, query.days));
}

/** Whether a few of them are in strata that compare nothing: how many there are is shown. */
function leavesFew(groups: readonly WatchedGroup[], query: AssociationQuery): boolean {
  const left = groups.filter(
    ({ units }) => commonOddsRatio([tableOf(units, query)], query.confidence).strata === 0,
  );
  return isFewOf(sum(left.map((one) => unitsOf(tableOf(guardedOf(one), query)))));
}
