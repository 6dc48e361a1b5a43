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
  /** Cases of one answer: of the others no answer begins the time. */
  readonly answers: number;
  /** From the answer until someone first did something, or a target took the case. */
  readonly fromAnswer: MedianHours;
}

/** Null: not reached, or no bound. */
export interface MedianHours {
  readonly median: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

const CASES = statement(
  'case_metrics',
  `SELECT c.severity, c.opened_at AS "openedAt", c.acted_at AS "actedAt", c.closed_at AS "closedAt", c.due_at AS "dueAt",
      k.answered_at AS "answeredAt", d.at AS "deliveredAt"
    FROM (SELECT * FROM case_record c WHERE c.opened_at >= $1 AND c.opened_at < $2 AND ${isSeen('c.cells', 3)}
        ORDER BY c.opened_at DESC LIMIT $4) c
      LEFT JOIN LATERAL (SELECT it.answered_at FROM response_key it WHERE it.id = c.response_id OFFSET 0) k ON true
      LEFT JOIN LATERAL (SELECT min(it.settled_at) AS at FROM delivery it WHERE it.subject = 'Case:' || c.id AND it.state = 'DELIVERED'
        AND c.response_id IS NOT NULL AND ${isSeen('it.cells', 3)}) d ON true`,
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
  /** Null where it is not about one answer. */
  readonly answeredAt: Date | null;
  /** When a target first took the case. */
  readonly deliveredAt: Date | null;
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
  const watched = (begin: Date, at: Date | null): Watched => {
    const time = ((at ?? now).getTime() - begin.getTime()) / HOUR_MS;
    return { time: Math.max(0, time), event: at !== null };
  };
  const until = (end: (one: CaseTimes) => Date | null) => cases.map((one) => watched(one.openedAt, end(one)));
  const answers = cases.flatMap((one) =>
    one.answeredAt ? [watched(one.answeredAt, firstOf(one.actedAt, one.closedAt, one.deliveredAt))] : [],
  );
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
    answers: answers.length,
    fromAnswer: medianTime(answers, confidence),
  };
}

/** The earliest of those that there are. */
function firstOf(...moments: readonly (Date | null)[]): Date | null {
  const times = moments.flatMap((one) => (one ? [one.getTime()] : []));
  return times.length === 0 ? null : new Date(Math.min(...times));
}
