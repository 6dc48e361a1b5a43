import type { Cell, Segment } from '../../domain/segments/cell.ts';
import { DAY_MS } from '../../domain/time/time-windows.ts';
import { type AlertRow, readCurrentAlerts } from '../../store/agents/alerts.ts';
import type { AgentDeps } from '../loop/agent.ts';
import { type Cause, type Changed, isExplained, segmentText } from './causes.ts';
import type { AlertNumbers, KnownAlert } from './inputs.ts';
import { cellsOf } from './watch.ts';

/** An alert of the score monitor that is open, or that a person dismissed. */
export interface Current {
  readonly row: AlertRow & { readonly key: string };
  readonly numbers: AlertNumbers;
}

const PREFIX = 'score-monitor ';
/** A change that is in force for longer is what is usual, so that an older dismissal is about another one. */
const REMEMBERED_DAYS = 400;

/** The key of a new alert about this change. */
export const keyOf = (rule: string, { segment, reading }: Changed): string =>
  `${PREFIX}${rule} ${reading.change.direction} ${segmentText(segment) || 'all'} ${reading.change.stepOn}`;

/** The alerts that this agent raised. */
export async function readCurrent({ store }: AgentDeps, day: number): Promise<Current[]> {
  const rows = await readCurrentAlerts(store, PREFIX, new Date((day - REMEMBERED_DAYS) * DAY_MS));
  return rows.flatMap((row) => {
    const { facts } = row;
    return isNumbers(facts) ? [{ row, numbers: facts }] : [];
  });
}

/** Whether later runs can know an alert by this. One that they cannot is as none: it must not end the watch of all others. */
function isNumbers(facts: unknown): facts is AlertNumbers {
  const { watched, change, members, candidates } = (facts ?? {}) as Readonly<Record<string, unknown>>;
  return (
    isObject(watched) &&
    isObject(change) &&
    [members, candidates].every((list) => Array.isArray(list) && list.every(isObject))
  );
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null;

/** What `decide` gets of an alert. */
export function knownOf({ row, numbers }: Current): KnownAlert {
  return {
    id: row.id,
    state: row.state,
    severity: row.severity,
    watched: numbers.watched,
    segment: row.segment,
    difference: numbers.difference,
    phase: numbers.change.phase,
    candidates: numbers.candidates.map(({ id }) => id),
  };
}

/** The alert about the same cause: of the same segment, or else of one that the cause shows in. */
export function alertOf({ primary, members, windows }: Cause, alerts: readonly Current[]): Current | null {
  const own = segmentText(primary.segment);
  const all = new Set([own, ...members.map(({ segment }) => segmentText(segment))]);
  const { direction } = primary.reading.change;
  const of = alerts.filter(
    ({ row, numbers }) =>
      numbers.change.direction === direction &&
      // A dismissal is about the change of then.
      (row.state !== 'DISMISSED' || row.changedAt.getTime() >= windows.since * DAY_MS),
  );
  const ranked = [
    ...of.filter(({ numbers }) => segmentText(numbers.watched) === own),
    ...of.filter(({ numbers }) => all.has(segmentText(numbers.watched))),
    ...of.filter(({ numbers }) => numbers.members.some(({ segment }) => all.has(segmentText(segment)))),
  ];
  return ranked.find(({ row }) => row.state !== 'DISMISSED') ?? ranked[0] ?? null;
}

/**
 * An open alert of another rule about a part of these answers, without which nothing of the change is left. Its cells are some
 * of these, so that callers who see this decision may see that alert.
 */
export async function coveredBy(
  deps: AgentDeps,
  { primary, windows }: Cause,
  others: readonly Current[],
): Promise<string | null> {
  const own = new Set(primary.cells.map(({ id }) => id));
  for (const { row, numbers } of others) {
    if (row.state === 'DISMISSED' || numbers.change.direction !== primary.reading.change.direction) continue;
    const cells = cellsOf(deps, row.segment as Segment);
    if (cells.length === 0 || !cells.every(({ id }) => own.has(id))) continue;
    const ids = new Set(cells.map(({ id }: Cell) => id));
    if (isSame(cells, primary.cells) || isExplained(primary, windows, ids)) return `Alert:${row.id}`;
  }
  return null;
}

const isSame = (a: readonly Cell[], b: readonly Cell[]): boolean => a.length === b.length;
