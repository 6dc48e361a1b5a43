import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { RESPONSE_COLUMNS } from '../responses/response-row.ts';

/* The statements that read and write answers that segment rules file again. */

/** In the order of the index, which holds no ids: what is filed leaves its range. */
const BEHIND = statement(
  'refile_behind',
  `SELECT id, subject_id AS "subjectId" FROM response_key WHERE subject_id IS NOT NULL AND segment_rules < $1
    ORDER BY segment_rules LIMIT $2`,
);
const LOCK_KEYS = statement(
  'refile_lock',
  `SELECT id, cell_id AS "cellId", subject_id AS "subjectId", content_hash AS "contentHash" FROM response_key
    WHERE id = ANY ($1::uuid[]) AND subject_id = ANY ($2::uuid[]) AND segment_rules < $3 ORDER BY id FOR UPDATE`,
);
const ROWS = statement(
  'refile_rows',
  `SELECT a.id, a.row, a.aside, e.sealed, e.sent, CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('content', e.content,
        'digest', encode(e.digest, 'hex'), 'import_id', e.import_id, 'import_line', e.import_line, 'replaced', e.replaced) END AS event,
      ARRAY (SELECT f.dimension FROM aged_field f WHERE f.response_id = a.id AND f.field = 'dimensions') AS aged
    FROM (SELECT r.id, to_jsonb(r) AS row, r.source_event_id AS event, false AS aside FROM response_key k
        JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id WHERE k.id = ANY ($1::uuid[])
      UNION ALL SELECT id, row, (row->>'source_event_id')::uuid, true FROM restricted_response WHERE id = ANY ($1::uuid[])) a
    LEFT JOIN source_event e ON e.id = a.event`,
);
/** Includes time and cell, so that a hypertable opens only the chunks concerned. */
const DELETE = statement(
  'refile_delete',
  'DELETE FROM response WHERE id = $1 AND answered_at = $2::timestamptz AND cell_id = $3',
);
const INSERT_EVENTS = statement(
  'refile_events',
  `INSERT INTO source_event (id, response_id, mapping_version_id, position, digest, received_at, subject_id, sealed, import_id,
      import_line, replaced, sent)
    SELECT id, response_id, mapping_version_id, position, decode(digest, 'hex'), $2, subject_id, decode(sealed, 'base64'), import_id,
      import_line, replaced, decode(sent, 'base64')
    FROM json_to_recordset($1::json) AS e (id uuid, response_id uuid, mapping_version_id integer, position text, digest text,
      subject_id uuid, sealed text, import_id integer, import_line integer, replaced uuid, sent text)`,
);
/** Who repeated the delivery repeated what stands now. */
const COPY_REPEATS = statement(
  'refile_repeats',
  `INSERT INTO repeated_event (event_id, import_id, import_line, position, received_at)
    SELECT e.id, r.import_id, r.import_line, r.position, r.received_at
    FROM json_to_recordset($1::json) AS e (id uuid, former uuid) JOIN repeated_event r ON r.event_id = e.former`,
);
const INSERT = statement(
  'refile_insert',
  `INSERT INTO response (id, answered_at, received_at, cell_id, mapping_version_id, source_event_id, external_id, score, points, class,
      comment, subject_id, account_id)
    SELECT * FROM json_to_recordset($1::json) AS r (${RESPONSE_COLUMNS}) ORDER BY id`,
);
const UPDATE_ASIDE = statement(
  'refile_aside',
  `UPDATE restricted_response x SET row = x.row || m.row FROM json_to_recordset($1::json) AS m (id uuid, row jsonb) WHERE x.id = m.id`,
);
const MOVE_KEYS = statement(
  'refile_keys',
  `UPDATE response_key k SET cell_id = m.cell_id, event_id = m.event_id
    FROM json_to_recordset($1::json) AS m (id uuid, cell_id integer, event_id uuid) WHERE k.id = m.id`,
);
const REACHED = statement(
  'refile_reached',
  'UPDATE response_key SET segment_rules = $2 WHERE id = ANY ($1::uuid[])',
);

/** The key of an answer that is behind, locked. */
export interface KeyBehind {
  readonly id: string;
  readonly cellId: number;
  readonly subjectId: string;
  readonly contentHash: string;
}

/** An answer as stored, with the event behind it. */
export interface StoredAnswer {
  readonly id: string;
  readonly row: {
    readonly answered_at: string;
    readonly cell_id: number;
    readonly mapping_version_id: number;
    readonly source_event_id: string;
    readonly comment: string | null;
    readonly subject_id: string;
  };
  /** It is kept apart, because it is restricted or not counted. */
  readonly aside: boolean;
  readonly event: {
    readonly content: string | null;
    readonly digest: string | null;
    readonly import_id: number | null;
    readonly import_line: number | null;
    readonly replaced: string | null;
  } | null;
  readonly sealed: Uint8Array | null;
  readonly sent: Uint8Array | null;
  /** Dimensions that retention took from it. */
  readonly aged: readonly string[];
}

/** The next answers that an older version filed, with their owners. */
export function readBehind(
  session: Session,
  version: number,
  limit: number,
): Promise<{ id: string; subjectId: string }[]> {
  return session.rows(BEHIND, [version, limit]);
}

/** Locks those of the keys that are behind and of these subjects, which are locked. */
export function lockBehind(
  session: Session,
  ids: readonly string[],
  subjectIds: readonly string[],
  version: number,
): Promise<KeyBehind[]> {
  return session.rows(LOCK_KEYS, [ids, subjectIds, version]);
}

/** The answers under these keys; none for one that was withdrawn. */
export function readAnswers(session: Session, ids: readonly string[]): Promise<StoredAnswer[]> {
  return session.rows(ROWS, [ids]);
}

/** An answer in its new cell: its row as changed, and the event that says so. */
export interface Refiled {
  readonly before: StoredAnswer;
  readonly row: StoredAnswer['row'];
  readonly event: { readonly id: string } & Readonly<Record<string, unknown>>;
}

/** Writes answers in their new cells; triggers carry the change into every number. */
export async function writeRefiled(session: Session, refiled: readonly Refiled[], at: Date): Promise<void> {
  for (const { before } of refiled)
    if (!before.aside) await session.rows(DELETE, [before.id, before.row.answered_at, before.row.cell_id]);
  await session.rows(INSERT_EVENTS, [JSON.stringify(refiled.map(({ event }) => event)), at]);
  const repeats = refiled.map(({ event, before }) => ({ id: event.id, former: before.row.source_event_id }));
  await session.rows(COPY_REPEATS, [JSON.stringify(repeats)]);
  const keys = refiled.map(({ before, row, event }) => ({
    id: before.id,
    cell_id: row.cell_id,
    event_id: event.id,
  }));
  await session.rows(MOVE_KEYS, [JSON.stringify(keys)]);
  const counted = refiled.filter(({ before }) => !before.aside).map(({ row }) => row);
  if (counted.length > 0) await session.rows(INSERT, [JSON.stringify(counted)]);
  const aside = refiled
    .filter(({ before }) => before.aside)
    .map(({ before, row }) => ({ id: before.id, row }));
  if (aside.length > 0) await session.rows(UPDATE_ASIDE, [JSON.stringify(aside)]);
}

/** Notes that the answers are filed by that version. */
export async function markReached(session: Session, ids: readonly string[], version: number): Promise<void> {
  await session.rows(REACHED, [ids, version]);
}
