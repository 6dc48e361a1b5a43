import { medianTime, type Watched } from '../../domain/statistics/kaplan-meier.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { Severity } from '../tables/agents.ts';
import { isSeen, type Seen } from './cell-set.ts';

/** How quickly cases of a window were worked on. Hours. */
export interface CaseMetrics {
  /** Null: of every severity. */
  readonly severity: Severity | null;
  readonly opened: number;
  readonly closed: number;
  /** Open past their due time, or closed after it. */
  readonly late: number;
  readonly toAct: MedianHours;
  readonly toClose: MedianHours;
}

/** Null: not reached, or no bound. */
export interface MedianHours {
  readonly median: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

const CASES = statement(
  'case_metrics',
  `SELECT c.severity, c.opened_at AS "openedAt", c.acted_at AS "actedAt", c.closed_at AS "closedAt", c.due_at AS "dueAt"
    FROM case_record c WHERE c.opened_at >= $1 AND c.opened_at < $2 AND ${isSeen('c.cells', 3)} ORDER BY c.opened_at DESC LIMIT $4`,
);
/** Cases that are read at most, the newest. */
export const MOST_CASES = 20_000;
const HOUR_MS = 3_600_000;

interface CaseTimes {
  readonly severity: Severity;
  readonly openedAt: Date;
  readonly actedAt: Date | null;
  readonly closedAt: Date | null;
  readonly dueAt: Date | null;
}

/**
 * The cases that were opened in the window, of all and by severity. Times are medians of Kaplan and Meier: cases that are still open
 * count as long as they have been.
 */
export async function readCaseMetrics(
  session: Session,
  seen: Seen,
  { from, until, now, confidence }: { from: Date; until: Date; now: Date; confidence: number },
): Promise<CaseMetrics[]> {
  const cases = await session.rows<CaseTimes>(CASES, [from, until, seen, MOST_CASES]);
  const severities = [...new Set(cases.map(({ severity }) => severity))].sort();
  return [null, ...severities].flatMap((severity) => {
    const own = severity === null ? cases : cases.filter((one) => one.severity === severity);
    return own.length === 0 ? [] : [metricsOf(severity, own, now, confidence)];
  });
}

function metricsOf(
  severity: Severity | null,
  cases: readonly CaseTimes[],
  now: Date,
  confidence: number,
): CaseMetrics {
  const until = (end: (one: CaseTimes) => Date | null): Watched[] =>
    cases.map((one) => {
      const at = end(one);
      const time = ((at ?? now).getTime() - one.openedAt.getTime()) / HOUR_MS;
      return { time: Math.max(0, time), event: at !== null };
    });
  return {
    severity,
    opened: cases.length,
    closed: cases.filter(({ closedAt }) => closedAt !== null).length,
    late: cases.filter(({ closedAt, dueAt }) => dueAt !== null && (closedAt ?? now) > dueAt).length,
    toAct: medianTime(
      until(({ actedAt, closedAt }) => actedAt ?? closedAt),
      confidence,
    ),
    toClose: medianTime(
      until(({ closedAt }) => closedAt),
      confidence,
    ),
  };
}
