import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { SubjectEncryption } from '../encryption/subject-encryption.ts';
import { openQuarantined, type QuarantineReason } from './quarantine.ts';

/** Something in the quarantine that names a person. */
export interface QuarantinedOfPerson {
  readonly id: string;
  /** The name of the connection that delivered it. */
  readonly connection: string;
  readonly reason: QuarantineReason;
  readonly receivedAt: Date;
  readonly expiresAt: Date;
  /** The item; null for a whole delivery, which may hold items of other persons. */
  readonly content: string | null;
}

/** More are not listed. */
const MOST_LISTED = 1_000;
const OF_PERSON = statement(
  'quarantine_of_person',
  `SELECT q.id, c.name AS connection, q.reason, q.received_at AS "receivedAt", q.expires_at AS "expiresAt"
    FROM quarantine q JOIN connection c ON c.id = q.connection_id
    WHERE q.sealed IS NOT NULL AND q.lookups && ($1::text[] || ARRAY(SELECT lookup FROM subject_key WHERE id = ANY ($2::uuid[])
      AND lookup IS NOT NULL)) ORDER BY q.received_at, q.id LIMIT ${MOST_LISTED}`,
);

/** What an erasure of the person would delete from the quarantine (`eraseQuarantined`), oldest first. @throws KeyProviderError, DecryptionError */
export async function readQuarantinedOf(
  session: Session,
  encryption: SubjectEncryption,
  lookups: readonly string[],
  subjectIds: readonly string[],
): Promise<QuarantinedOfPerson[]> {
  const rows = await session.rows<Omit<QuarantinedOfPerson, 'content'>>(OF_PERSON, [lookups, subjectIds]);
  const items = rows.filter(({ reason }) => reason !== 'BODY').map(({ id }) => id);
  const contents = items.length === 0 ? new Map() : await openQuarantined(session, encryption, items);
  return rows.map((row) => ({ ...row, content: textOf(contents.get(row.id)) }));
}

/** The text of the item, as ingestion/webhooks/quarantined.ts writes it. */
function textOf(content: string | undefined): string | null {
  if (content === undefined) return null;
  const { kind, text } = JSON.parse(content) as { readonly kind: string; readonly text?: string };
  return kind === 'item' ? (text ?? null) : null;
}
