import { RATE_DAYS } from '../../domain/detection/rate-watch.ts';
import { total } from '../../domain/nps/nps.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import { type InvitedDay, readInvitedDays } from '../../store/changes/invitation-days.ts';
import { readDayCounts } from '../../store/scores/day-counts.ts';
import type { AgentDeps } from '../loop/agent.ts';
import { cellsOf, segmentsByVolume } from '../score-monitor/watch.ts';
import type { RateSeries } from './inputs.ts';

/** Segments that are watched beside all invitations: those with the most. */
const MOST_SEGMENTS = 12;
/** Counts that come later than this are not waited for. */
const LATEST_DAYS = 14;

/** What is watched of invitations, as series of days by segment: who answers of the invited, and of those who began. */
export async function readRateSeries(
  deps: AgentDeps,
  today: number,
): Promise<{ readonly response: RateSeries[]; readonly abandonment: RateSeries[] } | null> {
  const from = today - RATE_DAYS;
  const invited = await readInvitedDays(deps.store, from, today);
  if (invited.length === 0) return null;
  const answered: { day: number; cellId: number; count: number }[] = [];
  const ids = deps.cells.all().map(({ id }) => id);
  for await (const rows of readDayCounts(deps.store, ids, from, today))
    for (const row of rows) answered.push({ day: row.day, cellId: row.cellId, count: total(row) });
  const sums = new Map<number, number>();
  for (const { cellId, invited: n } of invited) sums.set(cellId, (sums.get(cellId) ?? 0) + n);
  const segments = segmentsByVolume(deps, sums).slice(0, MOST_SEGMENTS);
  const seriesOf = (asked: (row: InvitedDay) => number, first: number, until: number) =>
    segments.map((segment) => series(deps, segment, { invited, answered, asked }, first, until));
  const known = knownDays(invited, from, today);
  return {
    response: seriesOf((row) => row.invited, from, today),
    abandonment: known ? seriesOf((row) => row.started ?? 0, known.first, known.until) : [],
  };
}

/** The last days in a row of which it is known how many began; null: it is not reported, or not any more. */
function knownDays(invited: readonly InvitedDay[], from: number, today: number) {
  const unknown = new Set(invited.flatMap(({ day, started }) => (started === null ? [day] : [])));
  // By day, not by row: there is a row for each cell of each day, and a call takes some 100,000 arguments at most.
  const known = [...new Set(invited.map(({ day }) => day))].filter((day) => !unknown.has(day));
  const last = Math.max(...known);
  if (last < today - LATEST_DAYS) return null;
  const gap = [...unknown].filter((day) => day < last);
  return { first: Math.max(from, ...gap.map((day) => day + 1)), until: last + 1 };
}

interface Rows {
  readonly invited: readonly InvitedDay[];
  readonly answered: readonly { readonly day: number; readonly cellId: number; readonly count: number }[];
  readonly asked: (row: InvitedDay) => number;
}

function series(
  deps: AgentDeps,
  segment: Segment,
  { invited, answered, asked }: Rows,
  first: number,
  until: number,
): RateSeries {
  const cells = new Set(cellsOf(deps, segment).map(({ id }) => id));
  const days = {
    asked: new Array<number>(until - first).fill(0),
    answered: new Array<number>(until - first).fill(0),
  };
  const add = (list: number[], day: number, count: number) => {
    if (day >= first && day < until) list[day - first] = (list[day - first] ?? 0) + count;
  };
  for (const row of invited) if (cells.has(row.cellId)) add(days.asked, row.day, asked(row));
  for (const { day, cellId, count } of answered) if (cells.has(cellId)) add(days.answered, day, count);
  return { segment, first, ...days };
}
