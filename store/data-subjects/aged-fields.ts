import type { RetainedField } from '../../domain/privacy/retention.ts';
import { UNKNOWN } from '../../domain/segments/dimensions.ts';
import type { OwnerSession, ScopedSession } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/** A field that the policy took from an answer, and by which rule. */
export interface AgedField {
  readonly what: RetainedField;
  /** The attribute. */
  readonly dimension: string | null;
  readonly keep: string;
  /** Whether the rule is of the answer's source; else it is of every source. */
  readonly isOfSource: boolean;
  readonly at: Date;
}

/** Without fields that a later delivery brought again. */
const FIELDS = statement(
  'aged_fields',
  `SELECT a.response_id AS id, a.field AS what, nullif(a.dimension, '') AS dimension, a.deletion_id AS deletion
    FROM aged_field a JOIN response_key k ON k.id = a.response_id JOIN cell c ON c.id = k.cell_id
    WHERE a.response_id = ANY ($1::uuid[]) AND CASE WHEN a.field = 'comments'
      THEN NOT EXISTS (SELECT FROM response r WHERE r.id = k.id AND r.answered_at = k.answered_at AND r.comment IS NOT NULL)
      ELSE coalesce(nullif(c.attributes ->> a.dimension, ''), '${UNKNOWN}') = '${UNKNOWN}' END
    ORDER BY a.field, a.dimension`,
);
const RULES = statement(
  'aged_field_rules',
  `SELECT id, keep, source IS NOT NULL AS "isOfSource", recorded_at AS at FROM deletion_record WHERE id = ANY ($1::bigint[])`,
);

type Row = Pick<AgedField, 'what' | 'dimension'> & { readonly id: string; readonly deletion: number };
type Rule = Omit<AgedField, 'what' | 'dimension'> & { readonly id: number };

/** What the policy took from the responses, as far as the session sees it, by response. */
export async function readAgedFields(
  session: ScopedSession,
  record: OwnerSession,
  ids: readonly string[],
): Promise<Map<string, AgedField[]>> {
  const rows = await session.rows<Row>(FIELDS, [ids]);
  const fields = new Map<string, AgedField[]>();
  if (rows.length === 0) return fields;
  const records = await record.rows<Rule>(RULES, [[...new Set(rows.map(({ deletion }) => deletion))]]);
  const rules = new Map(records.map(({ id, ...rule }) => [id, rule]));
  for (const { id, deletion, ...field } of rows) {
    const rule = rules.get(deletion);
    if (rule) fields.set(id, [...(fields.get(id) ?? []), { ...field, ...rule }]);
  }
  return fields;
}
