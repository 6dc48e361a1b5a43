import type { Scope } from '../../domain/access/scope.ts';
import { type Survived, survivalAt } from '../../domain/statistics/kaplan-meier.ts';
import {
  CLASSES,
  type OutcomeDeps,
  ofClass,
  readWatched,
  sum,
  type WatchedClass,
  type WatchedGroup,
  type WatchQuery,
} from './watched-accounts.ts';

/** Who is watched, and for how long. */
export interface ChurnQuery extends WatchQuery {
  /** The share that is left after so many days. */
  readonly days: number;
}

/** How many accounts of a group and class are left. */
export interface ChurnRow {
  readonly group: Readonly<Record<string, string>>;
  readonly class: WatchedClass;
  readonly accounts: number | null;
  readonly cancelled: number | null;
  readonly retention: Survived | null;
  readonly suppressed: boolean;
}

/** Retention by group and class, for callers of any scope: what they may not read is not counted, and its rows say so. */
export async function readChurn(deps: OutcomeDeps, scope: Scope, query: ChurnQuery): Promise<ChurnRow[]> {
  return (await readWatched(deps, scope, query)).flatMap((one) => rowsOf(one, query));
}

function rowsOf(
  { group: { values, isReadable }, units: own, hidden }: WatchedGroup,
  { days, confidence }: ChurnQuery,
): ChurnRow[] {
  if (isReadable && own.length === 0) return [];
  return [null, ...CLASSES].map((npsClass): ChurnRow => {
    const base = { group: values, class: npsClass };
    if (!isReadable || hidden.has(npsClass))
      return { ...base, accounts: null, cancelled: null, retention: null, suppressed: true };
    const units = ofClass(own, npsClass);
    const within = units.filter(({ event, time }) => event && time <= days);
    return {
      ...base,
      accounts: sum(units.map((row) => row.units)),
      cancelled: sum(within.map((row) => row.units)),
      retention: survivalAt(units, days, confidence),
      suppressed: false,
    };
  });
}
