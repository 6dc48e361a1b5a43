import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/** What is known of an account at a moment: yes or no, so that a decision holds no figure of one account. */
export interface AccountFacts {
  /** The last answer of the year before. */
  readonly detractor: boolean;
  readonly promoter: boolean;
  /** The mean class of the last 120 days is lower than before by half a class or more, of two answers each. */
  readonly falling: boolean;
  /** An answer of the last 90 days names the theme `cancellation_risk`. */
  readonly leaving: boolean;
  /** Usage of the last 30 days is at most half of that of the 30 days before. */
  readonly usageFell: boolean;
  /** It is half as much again, or more. */
  readonly usageGrew: boolean;
  /** It paid more than was refunded in the year before. */
  readonly pays: boolean;
}

/** An account and its facts. */
export interface AccountRow extends AccountFacts {
  readonly id: string;
  /** Its last subscription event is no cancellation. */
  readonly active: boolean;
  /** Whether it cancelled within 90 days after the moment. */
  readonly cancelled: boolean;
}

/** $1 the moment. Restricted answers and outcomes are elsewhere, or marked. */
const FACTS = statement(
  'account_facts',
  `WITH champion AS (SELECT unnest(ARRAY[id, companion_id]) AS id FROM model_version WHERE stage = 'CHAMPION'), answers AS (
      SELECT coalesce(ms.root_id, r.account_id) AS account, count(r.class) AS n,
        (array_agg(r.class ORDER BY r.answered_at DESC, r.id DESC) FILTER (WHERE r.class IS NOT NULL))[1] AS last,
        avg(r.class) FILTER (WHERE r.answered_at >= $1::timestamptz - interval '120 days') AS new,
        count(r.class) FILTER (WHERE r.answered_at >= $1::timestamptz - interval '120 days') AS news,
        avg(r.class) FILTER (WHERE r.answered_at < $1::timestamptz - interval '120 days') AS old,
        count(r.class) FILTER (WHERE r.answered_at < $1::timestamptz - interval '120 days') AS olds,
        coalesce(bool_or(t.named AND r.answered_at >= $1::timestamptz - interval '90 days'), false) AS leaving
      FROM response r LEFT JOIN merged_subject ms ON ms.id = r.account_id LEFT JOIN LATERAL (SELECT true AS named FROM champion c JOIN prediction p ON p.model_version_id = c.id
          JOIN model_theme m ON m.model_version_id = c.id AND m.theme = 'cancellation_risk'
        WHERE p.response_id = r.id AND p.class IS NOT NULL AND p.themes[m.place] >= m.threshold) t ON true
      WHERE r.account_id IS NOT NULL AND r.answered_at < $1 AND r.answered_at >= $1::timestamptz - interval '1 year' GROUP BY 1
    ), became AS (
      SELECT coalesce(ms.root_id, o.account_id) AS account, bool_or(o.at < $1) AS known,
        coalesce(sum(o.quantity) FILTER (WHERE o.kind = 'USAGE' AND o.at < $1 AND o.at >= $1::timestamptz - interval '30 days'), 0) AS used,
        coalesce(sum(o.quantity) FILTER (WHERE o.kind = 'USAGE' AND o.at < $1::timestamptz - interval '30 days'
          AND o.at >= $1::timestamptz - interval '60 days'), 0) AS before,
        coalesce(sum(CASE o.kind WHEN 'PAYMENT' THEN o.amount WHEN 'REFUND' THEN -o.amount END)
          FILTER (WHERE o.at < $1 AND o.at >= $1::timestamptz - interval '1 year'), 0) > 0 AS pays,
        (array_agg(o.kind ORDER BY o.at DESC, o.id DESC) FILTER (WHERE o.at < $1 AND starts_with(o.kind, 'SUBSCRIPTION_')))[1]
          IS DISTINCT FROM 'SUBSCRIPTION_CANCELLED' AS active,
        coalesce(bool_or(o.kind = 'SUBSCRIPTION_CANCELLED' AND o.at >= $1 AND o.at < $1::timestamptz + interval '90 days'), false) AS cancelled
      FROM outcome o LEFT JOIN merged_subject ms ON ms.id = o.account_id WHERE o.account_id IS NOT NULL AND NOT o.restricted GROUP BY 1
    )
    SELECT s.id, coalesce(a.last = 0, false) AS detractor, coalesce(a.last = 2, false) AS promoter,
      coalesce(a.news >= 2 AND a.olds >= 2 AND a.new <= a.old - 0.5, false) AS falling, coalesce(a.leaving, false) AS leaving,
      coalesce(b.before >= 10 AND b.used <= b.before / 2, false) AS "usageFell",
      coalesce(b.before >= 10 AND b.used >= b.before * 1.5, false) AS "usageGrew",
      coalesce(b.pays, false) AS pays, coalesce(b.active, true) AS active, coalesce(b.cancelled, false) AS cancelled
    FROM answers a FULL JOIN became b ON b.account = a.account JOIN subject_key s ON s.id = coalesce(a.account, b.account)
    WHERE NOT s.restricted AND (a.account IS NOT NULL OR b.known) ORDER BY s.id`,
);

/** The facts of every account at that moment; of no caller: what follows is for callers that may read everything. */
export function readAccountFacts(session: Session, at: Date): Promise<AccountRow[]> {
  return session.rows<AccountRow>(FACTS, [at]);
}
