import type { Session } from '../database/client.ts';
import { lateralResponse } from '../database/lateral-join.ts';
import { statement } from '../database/statement.ts';
import { allOf, resolved } from '../encryption/merged.ts';

/** Answers after what one member of staff handled, in one segment. */
export interface HandledAnswers {
  /** Their internal id. */
  readonly staff: string;
  readonly kind: 'TICKET_SOLVED' | 'DEAL_WON';
  readonly cellId: number;
  readonly class: 0 | 1 | 2;
  readonly n: number;
}

/** So many days after a solved ticket or a won deal an answer is about it. */
export const FOLLOWS_DAYS = 14;
/** So many days of answers are compared. */
export const COMPARED_DAYS = 180;

const HANDLED = `SELECT o.id AS outcome, o.staff_id AS staff, o.kind, o.at, o.account_id, o.subject_id FROM outcome o
  WHERE o.kind IN ('TICKET_SOLVED', 'DEAL_WON') AND NOT o.restricted AND o.at < $1
    AND o.at >= $1::timestamptz - interval '${COMPARED_DAYS + FOLLOWS_DAYS} days'
    AND EXISTS (SELECT FROM outcome x WHERE x.staff_id IS NOT NULL)`;
const IN_TIME = `r.class IS NOT NULL AND r.answered_at > h.at AND r.answered_at <= h.at + interval '${FOLLOWS_DAYS} days'
  AND r.answered_at < $1 AND r.answered_at >= $1::timestamptz - interval '${COMPARED_DAYS} days'`;
const COLUMNS = `h.outcome, h.staff, h.kind, h.at, r.id, r.cell_id, r.class, r.answered_at, ${resolved('coalesce(r.account_id, r.subject_id)')} AS customer`;
/**
 * $1 the moment. An answer is of the last ticket or deal before it of the same person or account, and each customer counts once for
 * each member of staff, by the last answer. Answers before a coaching case was closed are not counted again.
 */
const ANSWERS = statement(
  'coaching_answers',
  `WITH handled AS (${HANDLED}), followed AS (
      SELECT DISTINCT ON (a.id) a.* FROM (
        SELECT ${COLUMNS} FROM handled h JOIN response r ON r.account_id = ANY (${allOf('h.account_id')}) AND ${IN_TIME}
        UNION ALL
        SELECT ${COLUMNS} FROM handled h JOIN response_key k ON k.subject_id = ANY (${allOf('h.subject_id')}) ${lateralResponse('k')}
          WHERE ${IN_TIME}) a
      ORDER BY a.id, a.at DESC, a.outcome DESC
    ), last AS (
      SELECT DISTINCT ON (f.staff, f.customer) f.* FROM followed f JOIN subject_key s ON s.id = f.staff AND NOT s.restricted
        LEFT JOIN LATERAL (SELECT max(c.closed_at) AS at FROM agent_decision d JOIN case_record c ON c.decision_id = d.id
          WHERE d.agent = 'outreach' AND d.key = 'staff ' || f.staff) closed ON true
      WHERE closed.at IS NULL OR f.answered_at > closed.at
      ORDER BY f.staff, f.customer, f.answered_at DESC, f.id DESC)
    SELECT staff, kind, cell_id AS "cellId", class, count(*)::integer AS n FROM last GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
);

/** For the agent alone: the answers that follow what members of staff handled. */
export const readHandledAnswers = (session: Session, at: Date): Promise<HandledAnswers[]> =>
  session.rows<HandledAnswers>(ANSWERS, [at]);

/** The last coaching case about a member of staff. */
export interface CoachingCase {
  readonly staff: string;
  readonly id: string;
  readonly isOpen: boolean;
}

const CASES = statement(
  'coaching_cases',
  `SELECT DISTINCT ON (d.key) substr(d.key, length('staff ') + 1) AS staff, c.id, c.closed_at IS NULL AS "isOpen"
    FROM agent_decision d JOIN case_record c ON c.decision_id = d.id WHERE d.agent = 'outreach' AND starts_with(d.key, 'staff ')
    ORDER BY d.key, c.opened_at DESC, c.id DESC`,
);

/** For the agent alone. */
export const readCoachingCases = (session: Session): Promise<CoachingCase[]> =>
  session.rows<CoachingCase>(CASES, []);
