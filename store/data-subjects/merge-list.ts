import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { SubjectEncryption } from '../encryption/subject-encryption.ts';
import type { IdentityKind } from '../tables/identities.ts';
import { type DataSubject, SUBJECT_IDS, subjectParameters } from './data-subject.ts';

/** A merge with the pseudonyms of both; null once they are erased or aged out. */
export interface Merge {
  readonly id: string;
  readonly kind: IdentityKind;
  readonly from: string | null;
  readonly into: string | null;
  readonly by: string;
  readonly reason: string | null;
  readonly at: Date;
  readonly undoneAt: Date | null;
  readonly undoneBy: string | null;
  readonly undoReason: string | null;
  readonly goneAt: Date | null;
}

/** Merges of one person in a report. */
export const MOST_MERGES = 1_000;

/** $1 subjects that either end is among, null: any. */
const PAGE = statement(
  'merges_page',
  `SELECT m.id, m.kind, m.from_id AS "fromId", m.into_id AS "intoId", m.actor AS by, m.reason, m.recorded_at AS at,
      m.undone_at AS "undoneAt", m.undone_by AS "undoneBy", m.undo_reason AS "undoReason", m.gone_at AS "goneAt"
    FROM identity_merge m WHERE ($1::uuid[] IS NULL OR m.from_id = ANY ($1::uuid[]) OR m.into_id = ANY ($1::uuid[]))
      AND ($2::uuid IS NULL OR (m.recorded_at, m.id) < (SELECT a.recorded_at, a.id FROM identity_merge a WHERE a.id = $2::uuid))
    ORDER BY m.recorded_at DESC, m.id DESC LIMIT $3`,
);
const SUBJECTS = statement('merges_subjects', `SELECT id FROM subject_key WHERE id IN ${SUBJECT_IDS}`);

type Row = Omit<Merge, 'from' | 'into'> & { readonly fromId: string | null; readonly intoId: string | null };

/** The subjects of a person and of all identifiers merged with theirs. */
export async function subjectsOf(session: Session, dataSubject: DataSubject): Promise<string[]> {
  const rows = await session.rows<{ id: string }>(SUBJECTS, subjectParameters(dataSubject));
  return rows.map(({ id }) => id);
}

/** Merges, the newest first, older than that one (null: from the newest on): of the subjects, or all (null). */
export async function readMerges(
  { store, encryption }: { readonly store: Session; readonly encryption: SubjectEncryption },
  {
    subjectIds,
    after,
    limit,
  }: { readonly subjectIds: readonly string[] | null; readonly after: string | null; readonly limit: number },
): Promise<Merge[]> {
  const rows = await store.rows<Row>(PAGE, [subjectIds, after, limit]);
  const subjects = await encryption.subjects(
    rows.flatMap(({ fromId, intoId }) => [fromId ?? [], intoId ?? []].flat()),
  );
  return rows.map(({ fromId, intoId, ...row }) => ({
    ...row,
    from: subjects.get(fromId ?? '')?.pseudonym ?? null,
    into: subjects.get(intoId ?? '')?.pseudonym ?? null,
  }));
}
