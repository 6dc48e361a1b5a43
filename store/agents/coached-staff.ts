import type { Scope } from '../../domain/access/scope.ts';
import type { CellDictionary } from '../../domain/segments/cell.ts';
import type { ScopedSession } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { SubjectEncryption } from '../encryption/subject-encryption.ts';
import { isSeen, seenBy } from './cell-set.ts';

/** The member of staff that a decision or case of coaching is about. */
export interface CoachedStaff {
  /** The decision or case that was asked for. */
  readonly about: string;
  /** The latest decision about them. */
  readonly decision: string;
  /** Pseudonym. */
  readonly agent: string | null;
}

const IS_STAFF = `d.agent = 'outreach' AND starts_with(d.key, 'staff ')`;
/** $1 decisions, $2 cases, $3 what the caller sees. */
const ASKED = statement(
  'coached_staff',
  `SELECT y.about, substr(y.key, length('staff ') + 1)::uuid AS staff, l.id AS decision FROM (
      SELECT 'Decision:' || d.id AS about, d.key FROM agent_decision d
        WHERE d.id = ANY ($1::uuid[]) AND ${IS_STAFF} AND ${isSeen('d.cells', 3)}
      UNION ALL SELECT 'Case:' || c.id, d.key FROM case_record c JOIN agent_decision d ON d.id = c.decision_id
        WHERE c.id = ANY ($2::uuid[]) AND ${IS_STAFF} AND ${isSeen('c.cells', 3)} AND ${isSeen('d.cells', 3)}) y
    CROSS JOIN LATERAL (SELECT d.id FROM agent_decision d WHERE d.agent = 'outreach' AND d.key = y.key AND ${isSeen('d.cells', 3)}
      ORDER BY d.decided_at DESC, d.id DESC LIMIT 1) l
    ORDER BY y.about`,
);

/** Those of the decisions and cases that are about a member of staff, for callers who see them. */
export async function readCoachedStaff(
  deps: {
    readonly store: ScopedSession;
    readonly cells: CellDictionary;
    readonly encryption: SubjectEncryption;
  },
  scope: Scope,
  asked: { readonly decisions: readonly string[]; readonly cases: readonly string[] },
): Promise<CoachedStaff[]> {
  const rows = await deps.store.rows<{ about: string; staff: string; decision: string }>(ASKED, [
    asked.decisions,
    asked.cases,
    seenBy(scope, deps.cells),
  ]);
  const subjects = await deps.encryption.subjects(rows.map(({ staff }) => staff));
  return rows.map(({ staff, ...row }) => ({ ...row, agent: subjects.get(staff)?.pseudonym ?? null }));
}
