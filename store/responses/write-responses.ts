import type { Session } from '../database/client.ts';
import { columnsOf } from '../database/columns.ts';
import { statement } from '../database/statement.ts';
import type { OpenSubject, SubjectEncryption } from '../encryption/subject-encryption.ts';
import { type Answer, hasRevision } from './deliveries.ts';
import { type Encryptable, insertAnswers, stoodOf } from './insert-answers.ts';
import { type KeyRow, type Stored, WITHDRAWN_CONTENT } from './response-row.ts';

/** The outcome of a batch. */
export interface Decided {
  /** Keys before the batch. */
  readonly known: ReadonlyMap<string, KeyRow>;
  /** The final state. */
  readonly answers: ReadonlyMap<string, Answer>;
  readonly events: readonly Stored[];
}

/** What `keysOf` makes parameters of. */
export const KEY_COLUMNS = `unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::integer[], $5::uuid[], $6::text[], $7::bigint[],
      $8::timestamptz[], $9::uuid[], $10::integer[])
    AS k (id, answered_at, received_at, cell_id, subject_id, content_hash, revision, revised_at, event_id, segment_rules)`;
const UPDATE_KEYS = statement(
  'accept_update',
  `UPDATE response_key SET answered_at = k.answered_at, received_at = k.received_at, cell_id = k.cell_id,
      subject_id = k.subject_id, content_hash = k.content_hash, revision = k.revision, revised_at = k.revised_at,
      event_id = k.event_id, segment_rules = k.segment_rules
    FROM ${KEY_COLUMNS} WHERE response_key.id = k.id`,
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
/**
 * Stores the outcome: keys, events and responses, in the caller's transaction. Returns the last row of each answer with the subject that
 * it is stored for, and what encrypts, and sends the last statements: others that do not read what they write can be sent before, so that
 * the database works meanwhile, and with them.
 */
export async function write(
  session: Session,
  encryption: SubjectEncryption,
  { known, answers, events }: Decided,
  receivedAt: Date,
): Promise<{ readonly final: readonly Encryptable[]; readonly insert: () => Promise<unknown> }> {
  const accepted = new Set(events.map(({ id }) => id));
  await reviseKeys(session, known, answers, accepted);
  if (events.length === 0) return { final: [], insert: async () => undefined };
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
    await session.rows(
      UPDATE_KEYS,
      keysOf(outdated.map((row) => ({ key: answers.get(row.id)?.key as KeyRow, owner: row.owner }))),
    );
  const insert = () => insertAnswers(session, encryption, { encryptable, final, replaced }, receivedAt);
  return { final, insert };
}

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

/** Keys and the owners of their responses, as statement parameters. */
export function keysOf(
  rows: readonly { readonly key: KeyRow; readonly owner: { readonly id: string } }[],
): string[] {
  return columnsOf(
    rows.map(({ key, owner }) => ({ ...key, subjectId: owner.id })),
    [
      ...(['id', 'answeredAt', 'receivedAt', 'cellId', 'subjectId', 'contentHash', 'revision'] as const),
      ...(['revisedAt', 'eventId', 'segmentRules'] as const),
    ],
  );
}
