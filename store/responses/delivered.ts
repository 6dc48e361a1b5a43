import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { noteEventsChanged } from '../journal/journal.ts';
import type { KeyRow } from './response-row.ts';

/*
 * What an import delivered besides what it stored: revisions, and repetitions of what another import had brought. Without
 * it an import could not be undone exactly (store/imports/import-undo.ts).
 */

/** Stands for every delivery that is not a row of an import. */
export const NO_IMPORT = 0;

/** A revision that a delivery gave, as it was received then. */
export interface DeliveredRevision extends Pick<KeyRow, 'revision' | 'revisedAt'> {
  readonly responseId: string;
  readonly importId: number;
}

/** A duplicate of what a row of another import had brought. */
export interface Repeat {
  readonly eventId: string;
  readonly importId: number;
  readonly line: number | undefined;
  readonly position: string;
}

/** What had been reached before an import delivered a revision of the response. */
const RECORD_BASE = statement(
  'delivered_base',
  `INSERT INTO delivered_revision (response_id, import_id, revision, revised_at)
    SELECT b.response_id, ${NO_IMPORT}, b.revision, b.revised_at
    FROM json_to_recordset($1::json) AS b (response_id uuid, revision bigint, revised_at timestamptz)
    WHERE NOT EXISTS (SELECT FROM delivered_revision d WHERE d.response_id = b.response_id)`,
);
const RECORD_REVISIONS = statement(
  'delivered_revisions',
  `INSERT INTO delivered_revision AS d (response_id, import_id, revision, revised_at)
    SELECT g.response_id, g.import_id, g.revision, g.revised_at
    FROM json_to_recordset($1::json) AS g (response_id uuid, import_id integer, revision bigint, revised_at timestamptz, imported boolean)
    WHERE g.imported OR EXISTS (SELECT FROM delivered_revision e WHERE e.response_id = g.response_id)
    ORDER BY g.response_id, g.import_id
    ON CONFLICT (response_id, import_id) DO UPDATE SET revision = greatest(d.revision, excluded.revision),
      revised_at = greatest(d.revised_at, excluded.revised_at)`,
);
const RECORD_REPEATS = statement(
  'delivered_repeats',
  `INSERT INTO repeated_event (event_id, import_id, import_line, position, received_at)
    SELECT event_id, import_id, line, position, $2
    FROM json_to_recordset($1::json) AS r (event_id uuid, import_id integer, line integer, position text)
    ON CONFLICT (event_id, import_id) DO NOTHING`,
);

/** Keeps the revisions of a batch, in the transaction that holds its keys. `known`: keys as they were before it. */
export async function recordRevisions(
  session: Session,
  known: ReadonlyMap<string, KeyRow>,
  given: readonly DeliveredRevision[],
): Promise<void> {
  if (given.length === 0) return;
  const imported = new Set(
    given.filter(({ importId }) => importId !== NO_IMPORT).map(({ responseId }) => responseId),
  );
  const bases = [...imported].flatMap((id) => {
    const { revision = null, revisedAt = null } = known.get(id) ?? {};
    if (revision === null && revisedAt === null) return [];
    return [{ response_id: id, revision, revised_at: revisedAt }];
  });
  if (bases.length > 0) await session.rows(RECORD_BASE, [JSON.stringify(bases)]);
  const highest = new Map<string, DeliveredRevision>();
  for (const one of given) {
    const key = `${one.responseId} ${one.importId}`;
    const before = highest.get(key);
    if (!before || isHigher(one, before)) highest.set(key, one);
  }
  const rows = [...highest.values()].map(({ responseId, importId, revision, revisedAt }) => ({
    ...{ response_id: responseId, import_id: importId, revision, revised_at: revisedAt },
    imported: imported.has(responseId),
  }));
  await session.rows(RECORD_REVISIONS, [JSON.stringify(rows)]);
}

/** Of two revisions of one kind; of two kinds the one that was accepted later counts. */
function isHigher(a: DeliveredRevision, b: DeliveredRevision): boolean {
  if (a.revision !== null && b.revision !== null) return a.revision > b.revision;
  if (a.revisedAt !== null && b.revisedAt !== null) return a.revisedAt > b.revisedAt;
  return true;
}

/** Keeps which deliveries of a batch repeated what an import had brought, in the transaction that holds its keys. */
export async function recordRepeats(
  session: Session,
  repeats: readonly Repeat[],
  receivedAt: Date,
): Promise<void> {
  if (repeats.length === 0) return;
  const rows = repeats.map(({ eventId, importId, line, position }) => ({
    ...{ event_id: eventId, import_id: importId, line: line ?? null, position },
  }));
  await session.rows(RECORD_REPEATS, [JSON.stringify(rows), receivedAt]);
}

/** Forgets what an import delivered of responses, and sets their revisions to what the other deliveries reached. */
const FORGET = statement(
  'delivered_forget',
  'DELETE FROM delivered_revision WHERE import_id = $1 AND response_id = ANY ($2::uuid[]) RETURNING response_id AS id',
);
/** So that it is known that nothing else delivered one. */
const RECORD_NONE = statement(
  'delivered_none',
  `INSERT INTO delivered_revision (response_id, import_id) SELECT id, ${NO_IMPORT} FROM unnest($1::uuid[]) id
    WHERE NOT EXISTS (SELECT FROM delivered_revision d WHERE d.response_id = id)`,
);
const REACHED = statement(
  'delivered_reached',
  `UPDATE response_key k SET revision = CASE WHEN d.revised_at IS NULL OR k.revised_at IS NULL THEN d.revision END,
      revised_at = CASE WHEN d.revision IS NULL OR k.revised_at IS NOT NULL THEN d.revised_at END
    FROM (SELECT response_id, max(revision) AS revision, max(revised_at) AS revised_at FROM delivered_revision
      WHERE response_id = ANY ($1::uuid[]) GROUP BY response_id) d
    WHERE k.id = d.response_id AND (k.revision, k.revised_at) IS DISTINCT FROM (d.revision, d.revised_at)`,
);

/** Withdraws the revisions that an import delivered for stored responses, in the transaction that holds their keys. */
export async function forgetRevisions(
  session: Session,
  importId: number,
  ids: readonly string[],
  standing: ReadonlySet<string>,
): Promise<void> {
  const forgotten = await session.rows<{ id: string }>(FORGET, [importId, ids]);
  const left = forgotten.map(({ id }) => id).filter((id) => standing.has(id));
  if (left.length > 0) await session.rows(RECORD_NONE, [left]);
  if (standing.size > 0) await session.rows(REACHED, [[...standing]]);
}

/** A repetition that the event is passed on to. */
export interface Claim extends Omit<Repeat, 'line'> {
  readonly line: number | null;
}

const CLAIMS = statement(
  'delivered_claims',
  `SELECT event_id AS "eventId", import_id AS "importId", import_line AS line, position FROM repeated_event
    WHERE event_id = ANY ($1::uuid[]) AND import_id <> $2 ORDER BY event_id, received_at, import_line`,
);
/** Held until the transaction ends: no undo of them begins meanwhile. */
const OPEN = statement(
  'delivered_open',
  'SELECT id FROM import_run WHERE id = ANY ($1::integer[]) AND undo_at IS NULL ORDER BY id FOR SHARE',
);
const PASS_ON = statement(
  'delivered_pass_on',
  `WITH claim AS (
      SELECT * FROM json_to_recordset($1::json) AS c ("eventId" uuid, "importId" integer, line integer, position text)
    ), passed AS (
      UPDATE source_event e SET import_id = nullif(c."importId", ${NO_IMPORT}), import_line = c.line, position = c.position
      FROM claim c WHERE e.id = c."eventId" RETURNING e.response_id AS id
    ), claimed AS (
      DELETE FROM repeated_event r USING claim c WHERE r.event_id = c."eventId" AND r.import_id = c."importId"
    )
    SELECT DISTINCT id FROM passed`,
);

/** Who else delivered what these events of the import brought: the first delivery that was not undone, by event. */
export async function otherSenders(
  session: Session,
  importId: number,
  eventIds: readonly string[],
): Promise<Map<string, Claim>> {
  const claims = await session.rows<Claim>(CLAIMS, [eventIds, importId]);
  const imports = new Set(claims.map((one) => one.importId).filter((id) => id !== NO_IMPORT));
  const open = new Set([NO_IMPORT]);
  if (imports.size > 0)
    for (const { id } of await session.rows<{ id: number }>(OPEN, [[...imports]])) open.add(id);
  const first = new Map<string, Claim>();
  for (const claim of claims)
    if (open.has(claim.importId) && !first.has(claim.eventId)) first.set(claim.eventId, claim);
  return first;
}

/** From now on what these events brought is what the other senders brought. */
export async function passOn(session: Session, claims: readonly Claim[]): Promise<void> {
  if (claims.length === 0) return;
  const passed = await session.rows<{ id: string }>(PASS_ON, [JSON.stringify(claims)]);
  // Their labels name another delivery now.
  await noteEventsChanged(
    session,
    passed.map(({ id }) => id),
  );
}

/** Once an import is undone, what it repeated does not count. */
export const FORGET_REPEATS = statement(
  'delivered_forget_repeats',
  'DELETE FROM repeated_event WHERE import_id = $1',
);
