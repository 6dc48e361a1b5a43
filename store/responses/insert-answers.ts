import type { Session } from '../database/client.ts';
import { columnsOf } from '../database/columns.ts';
import { type Statement, statement } from '../database/statement.ts';
import type { OpenSubject, SubjectEncryption } from '../encryption/subject-encryption.ts';
import type { KeyRow, Stored } from './response-row.ts';

const INSERT_EVENTS = statement(
  'accept_events',
  `INSERT INTO source_event (id, response_id, mapping_version_id, position, digest, received_at, subject_id, sealed,
      import_id, import_line, replaced, stood, sent)
    SELECT id, response_id, mapping_version_id, position, decode(digest, 'hex'), $1::timestamptz, subject_id, sealed,
      import_id, import_line, replaced, stood, decode(sent, 'base64')
    FROM unnest($2::uuid[], $3::uuid[], $4::integer[], $5::text[], $6::text[], $7::uuid[], $8::bytea[], $9::integer[], $10::integer[],
        $11::uuid[], $12::jsonb[], $13::text[])
      AS e (id, response_id, mapping_version_id, position, digest, subject_id, sealed, import_id, import_line, replaced, stood, sent)
    ON CONFLICT (id) DO NOTHING`,
);
const EVENT_COLUMNS = [
  ...(['id', 'response_id', 'mapping_version_id', 'position', 'digest', 'subject_id', 'sealed'] as const),
  ...(['import_id', 'import_line', 'replaced', 'stood', 'sent'] as const),
];
const INSERT_RESPONSES = statement(
  'accept_responses',
  `INSERT INTO response (id, answered_at, received_at, cell_id, mapping_version_id, source_event_id, external_id,
      score, points, class, comment, subject_id, account_id)
    SELECT id, answered_at, $1::timestamptz, cell_id, mapping_version_id, source_event_id, external_id, score, points, class, comment,
      subject_id, account_id
    FROM unnest($2::uuid[], $3::timestamptz[], $4::integer[], $5::integer[], $6::uuid[], $7::text[], $8::smallint[], $9::smallint[],
        $10::smallint[], $11::text[], $12::uuid[], $13::uuid[])
      AS r (id, answered_at, cell_id, mapping_version_id, source_event_id, external_id, score, points, class, comment, subject_id,
        account_id)`,
);
const ROW_COLUMNS = [
  ...([
    'id',
    'answered_at',
    'cell_id',
    'mapping_version_id',
    'source_event_id',
    'external_id',
    'score',
  ] as const),
  ...(['points', 'class', 'comment', 'subject_id', 'account_id'] as const),
];
const INSERT_RESTRICTED = statement(
  'accept_restricted',
  `INSERT INTO restricted_response (id, subject_id, row)
    SELECT * FROM json_to_recordset($1::json) AS r (id uuid, subject_id uuid, row jsonb)
    ON CONFLICT (id) DO UPDATE SET subject_id = excluded.subject_id, row = excluded.row, recorded_at = now(), counting = NULL,
      rule = NULL, instead = NULL`,
);

/** An accepted row with the subjects that it is encrypted for. */
export type Encryptable = Omit<Stored, 'owner'> & {
  readonly owner: OpenSubject;
  readonly accountId: string | null;
};

/** What a batch stores. */
interface Accepted {
  readonly encryptable: readonly Encryptable[];
  /** The last row of each answer. */
  readonly final: readonly Encryptable[];
  /** The events behind what the rows replace, by response. */
  readonly replaced: ReadonlyMap<string, string>;
}

/** Encrypts what was accepted, and stores its events and responses. */
export function insertAnswers(
  session: Session,
  encryption: SubjectEncryption,
  { encryptable, final, replaced }: Accepted,
  receivedAt: Date,
): Promise<unknown> {
  const { followed, next } = inBatch(encryptable);
  const rowsOf = (row: Encryptable) => responseRow(encryption, row, receivedAt);
  const written = encryptable.map((row, i) => ({
    id: row.eventId,
    response_id: row.id,
    mapping_version_id: row.mappingVersionId,
    position: row.position,
    digest: row.eventHash,
    subject_id: row.owner.id,
    sealed: encryption.encryptEvent(row.owner, row.eventId, row.eventContent),
    import_id: row.importRow?.importId ?? null,
    import_line: row.importRow?.line ?? null,
    replaced: row.importRow ? (followed[i]?.eventId ?? replaced.get(row.id) ?? null) : null,
    stood: standsAgain(row, next[i]) ? JSON.stringify(stoodOf(rowsOf(row), next[i].before)) : null,
    sent: row.sent === null ? null : encryption.encryptSent(row.owner, row.eventId, row.sent),
  }));
  const free = final.filter(({ owner }) => !owner.restricted);
  const restricted = final
    .filter(({ owner }) => owner.restricted)
    .map((row) => ({ id: row.id, subject_id: row.owner.id, row: rowsOf(row) }));
  const inserts: [Statement, unknown[]][] = [
    [INSERT_EVENTS, [receivedAt, ...columnsOf(written, EVENT_COLUMNS)]],
  ];
  if (free.length > 0)
    inserts.push([INSERT_RESPONSES, [receivedAt, ...columnsOf(free.map(rowsOf), ROW_COLUMNS)]]);
  if (restricted.length > 0) inserts.push([INSERT_RESTRICTED, [JSON.stringify(restricted)]]);
  return Promise.all(inserts.map(([insert, values]) => session.rows(insert, values)));
}

/** Which row of the batch each one replaces, and which replaces it. */
function inBatch(rows: readonly Encryptable[]) {
  const followed: (Encryptable | undefined)[] = [];
  const next: (Encryptable | undefined)[] = [];
  const latest = new Map<string, number>();
  rows.forEach((row, i) => {
    const before = latest.get(row.id);
    if (before !== undefined) {
      followed[i] = rows[before];
      next[before] = row;
    }
    latest.set(row.id, i);
  });
  return { followed, next };
}

/** Whether the row is restored when the import of its replacement is undone. */
const standsAgain = (row: Encryptable, next: Encryptable | undefined): next is Encryptable =>
  next?.importRow != null && next.importRow.importId !== row.importRow?.importId;

/** A row of `response` as stored with its event, with columns of its key. */
export const stoodOf = (row: object, { contentHash, revision, revisedAt }: KeyRow) => ({
  ...row,
  content_hash: contentHash,
  revision,
  revised_at: revisedAt,
});

function responseRow(encryption: SubjectEncryption, row: Encryptable, receivedAt: Date) {
  return {
    id: row.id,
    answered_at: row.answeredAt,
    received_at: receivedAt,
    cell_id: row.cellId,
    mapping_version_id: row.mappingVersionId,
    source_event_id: row.eventId,
    external_id: row.externalId,
    score: row.score,
    points: row.points,
    class: row.class,
    comment:
      row.comment === null ? null : encryption.encryptComment(row.owner, row.id, row.eventId, row.comment),
    subject_id: row.owner.id,
    account_id: row.accountId,
  };
}
