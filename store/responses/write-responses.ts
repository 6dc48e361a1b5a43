import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { OpenSubject, SubjectEncryption } from '../encryption/subject-encryption.ts';
import { type Answer, hasRevision } from './deliveries.ts';
import { type Arrival, type KeyRow, RESPONSE_COLUMNS, WITHDRAWN_CONTENT } from './response-row.ts';

/** An accepted row, with the id of its source event. */
export interface Stored extends Arrival {
  readonly eventId: string;
  /** The key of what it replaces, which another row of the batch may have brought. */
  readonly before: KeyRow;
}

/** The outcome of a batch. */
export interface Decided {
  /** Keys before the batch. */
  readonly known: ReadonlyMap<string, KeyRow>;
  /** The final state. */
  readonly answers: ReadonlyMap<string, Answer>;
  readonly events: readonly Stored[];
}

const UPDATE_KEYS = statement(
  'accept_update',
  `UPDATE response_key SET answered_at = k.answered_at, received_at = k.received_at, cell_id = k.cell_id,
      subject_id = k.subject_id, content_hash = k.content_hash, revision = k.revision, revised_at = k.revised_at,
      event_id = k.event_id, segment_rules = k.segment_rules
    FROM json_to_recordset($1::json)
      AS k (id uuid, answered_at timestamptz, received_at timestamptz, cell_id integer, subject_id uuid, content_hash text,
        revision bigint, revised_at timestamptz, event_id uuid, segment_rules integer)
    WHERE response_key.id = k.id`,
);
const REVISE_KEYS = statement(
  'accept_revise',
  `UPDATE response_key SET revision = k.revision, revised_at = k.revised_at
    FROM json_to_recordset($1::json) AS k (id uuid, revision bigint, revised_at timestamptz) WHERE response_key.id = k.id`,
);
/** Includes time and cell, so that a hypertable opens only the chunks concerned. */
const DELETE_REPLACED = statement(
  'accept_delete',
  `DELETE FROM response r WHERE r.id = $1 AND r.answered_at = $2 AND r.cell_id = $3
    RETURNING r.source_event_id AS "eventId", CASE WHEN $4 THEN jsonb_build_object('id', r.id, 'answered_at', r.answered_at,
      'received_at', r.received_at, 'cell_id', r.cell_id, 'mapping_version_id', r.mapping_version_id,
      'source_event_id', r.source_event_id, 'external_id', r.external_id, 'score', r.score, 'points', r.points,
      'class', r.class, 'comment', r.comment, 'subject_id', r.subject_id, 'account_id', r.account_id) END AS row`,
);
/** A restricted response can be replaced too: by a response of a person who is not restricted. */
const DELETE_RESTRICTED = statement(
  'accept_delete_restricted',
  `DELETE FROM restricted_response WHERE id = ANY ($1::uuid[])
    RETURNING id, (row->>'source_event_id')::uuid AS "eventId", row`,
);
const READ_RESTRICTED = statement(
  'accept_read_restricted',
  `SELECT id, (row->>'source_event_id')::uuid AS "eventId", row FROM restricted_response WHERE id = ANY ($1::uuid[])`,
);
const KEEP_STOOD = statement(
  'accept_keep_stood',
  `UPDATE source_event e SET stood = s.stood FROM json_to_recordset($1::json) AS s (id uuid, stood jsonb) WHERE e.id = s.id`,
);
const INSERT_EVENTS = statement(
  'accept_events',
  `INSERT INTO source_event (id, response_id, mapping_version_id, position, digest, received_at, subject_id, sealed,
      import_id, import_line, replaced, stood, sent)
    SELECT id, response_id, mapping_version_id, position, decode(digest, 'hex'), received_at, subject_id, decode(sealed, 'base64'),
      import_id, import_line, replaced, stood, decode(sent, 'base64')
    FROM json_to_recordset($1::json)
      AS e (id uuid, response_id uuid, mapping_version_id integer, position text, digest text, received_at timestamptz,
        subject_id uuid, sealed text, import_id integer, import_line integer, replaced uuid, stood jsonb, sent text)
    ON CONFLICT (id) DO NOTHING`,
);
const INSERT_RESPONSES = statement(
  'accept_responses',
  `INSERT INTO response (id, answered_at, received_at, cell_id, mapping_version_id, source_event_id, external_id,
      score, points, class, comment, subject_id, account_id)
    SELECT * FROM json_to_recordset($1::json) AS r (${RESPONSE_COLUMNS})`,
);
const INSERT_RESTRICTED = statement(
  'accept_restricted',
  `INSERT INTO restricted_response (id, subject_id, row)
    SELECT * FROM json_to_recordset($1::json) AS r (id uuid, subject_id uuid, row jsonb)
    ON CONFLICT (id) DO UPDATE SET subject_id = excluded.subject_id, row = excluded.row, recorded_at = now(), counting = NULL,
      rule = NULL, instead = NULL`,
);

type Encryptable = Omit<Stored, 'owner'> & { readonly owner: OpenSubject; readonly accountId: string | null };

/** Stores the outcome: events, keys and responses, in the caller's transaction. */
export async function write(
  session: Session,
  encryption: SubjectEncryption,
  { known, answers, events }: Decided,
  receivedAt: Date,
): Promise<void> {
  const accepted = new Set(events.map(({ id }) => id));
  await reviseKeys(session, known, answers, accepted);
  if (events.length === 0) return;
  const stored = await encryption.store(
    session,
    events.flatMap(({ owner, ofAccount }) => (ofAccount ? [owner, ofAccount] : [owner])),
    receivedAt,
  );
  const last = new Map(events.map(({ id }, i) => [id, i]));
  const encryptable = events.map((row) => {
    const owner = stored.shift() as OpenSubject;
    return { ...row, drawn: row.owner, owner, accountId: (row.ofAccount && stored.shift()?.id) ?? null };
  });
  const final = encryptable.filter(({ id }, i) => last.get(id) === i);
  const free = final.filter(({ owner }) => !owner.restricted);
  const replaced = await deleteReplaced(session, known, final);
  // Keys inserted above have the first row of the batch: a later row of the same batch may have replaced or
  // revised it. And another transaction may have stored the subject first.
  const first = new Map<string, Stored>();
  for (const row of events) if (!first.has(row.id)) first.set(row.id, row);
  const outdated = final.filter(
    (row) =>
      known.has(row.id) ||
      first.get(row.id)?.eventId !== row.eventId ||
      row.owner.id !== row.drawn.id ||
      !hasRevision(answers.get(row.id)?.key, row.revision, receivedAt),
  );
  if (outdated.length > 0)
    await session.rows(UPDATE_KEYS, [
      keysOf(outdated.map((row) => ({ key: answers.get(row.id)?.key as KeyRow, owner: row.owner }))),
    ]);
  const { followed, next } = inBatch(encryptable);
  await session.rows(INSERT_EVENTS, [
    JSON.stringify(
      encryptable.map((row, i) => ({
        id: row.eventId,
        response_id: row.id,
        mapping_version_id: row.mappingVersionId,
        position: row.position,
        digest: row.eventHash,
        received_at: receivedAt,
        subject_id: row.owner.id,
        sealed: encryption.encryptEvent(row.owner, row.eventId, row.eventContent).toString('base64'),
        import_id: row.importRow?.importId ?? null,
        import_line: row.importRow?.line ?? null,
        replaced: row.importRow ? (followed[i]?.eventId ?? replaced.get(row.id) ?? null) : null,
        stood: standsAgain(row, next[i])
          ? stoodOf(responseRow(encryption, row, receivedAt), next[i].before)
          : null,
        sent: row.sent === null ? null : encryption.encryptSent(row.owner, row.eventId, row.sent),
      })),
    ),
  ]);
  const rowsOf = (row: Encryptable) => responseRow(encryption, row, receivedAt);
  if (free.length > 0) await session.rows(INSERT_RESPONSES, [JSON.stringify(free.map(rowsOf))]);
  const restricted = final
    .filter(({ owner }) => owner.restricted)
    .map((row) => ({ id: row.id, subject_id: row.owner.id, row: rowsOf(row) }));
  if (restricted.length > 0) await session.rows(INSERT_RESTRICTED, [JSON.stringify(restricted)]);
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
const stoodOf = (row: object, { contentHash, revision, revisedAt }: KeyRow) => ({
  ...row,
  content_hash: contentHash,
  revision,
  revised_at: revisedAt,
});

/** Duplicates under a higher revision raise the stored one. */
async function reviseKeys(
  session: Session,
  known: ReadonlyMap<string, KeyRow>,
  answers: ReadonlyMap<string, Answer>,
  accepted: ReadonlySet<string>,
): Promise<void> {
  const revised = [...answers.values()].flatMap(({ key }) => {
    const before = known.get(key.id);
    const isSame =
      before?.revision === key.revision && before.revisedAt?.getTime() === key.revisedAt?.getTime();
    if (!before || isSame || accepted.has(key.id)) return [];
    return [{ id: key.id, revision: key.revision, revised_at: key.revisedAt }];
  });
  if (revised.length > 0) await session.rows(REVISE_KEYS, [JSON.stringify(revised)]);
}

interface ReplacedRow {
  readonly eventId: string;
  readonly row: object | null;
}

/**
 * Deletes what the rows replace; returns the events behind it, by response. What a row of an import replaces is
 * stored with its event, so that the import can be undone.
 */
async function deleteReplaced(
  session: Session,
  known: ReadonlyMap<string, KeyRow>,
  final: readonly Encryptable[],
): Promise<Map<string, string>> {
  const replaced = new Map<string, ReplacedRow>();
  const again = final.filter(({ id }) => known.has(id));
  for (const { id, importRow } of again) {
    const { answeredAt, cellId } = known.get(id) as KeyRow;
    const place = [id, answeredAt, cellId, importRow !== null];
    const [row] = await session.rows<ReplacedRow>(DELETE_REPLACED, place);
    if (row) replaced.set(id, row);
  }
  if (again.length > 0) {
    const ids = again.filter(({ owner }) => owner.restricted).map(({ id }) => id);
    const freed = again.filter(({ owner }) => !owner.restricted).map(({ id }) => id);
    const aside = [
      ...(ids.length > 0 ? await session.rows<ReplacedRow & { id: string }>(READ_RESTRICTED, [ids]) : []),
      ...(freed.length > 0
        ? await session.rows<ReplacedRow & { id: string }>(DELETE_RESTRICTED, [freed])
        : []),
    ];
    for (const row of aside) replaced.set(row.id, row);
  }
  const kept = again.flatMap(({ id, importRow }) => {
    const key = known.get(id) as KeyRow;
    const { eventId, row } = replaced.get(id) ?? {};
    if (!importRow || !row || key.contentHash === WITHDRAWN_CONTENT) return [];
    return [{ id: eventId, stood: stoodOf(row, key) }];
  });
  if (kept.length > 0) await session.rows(KEEP_STOOD, [JSON.stringify(kept)]);
  return new Map([...replaced].map(([id, { eventId }]) => [id, eventId]));
}

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

/** Keys and the owners of their responses, as statement parameters. */
export function keysOf(
  rows: readonly { readonly key: KeyRow; readonly owner: { readonly id: string } }[],
): string {
  return JSON.stringify(
    rows.map(({ key, owner }) => ({
      id: key.id,
      answered_at: key.answeredAt,
      received_at: key.receivedAt,
      cell_id: key.cellId,
      subject_id: owner.id,
      content_hash: key.contentHash,
      revision: key.revision,
      revised_at: key.revisedAt,
      event_id: key.eventId,
      segment_rules: key.segmentRules,
    })),
  );
}
