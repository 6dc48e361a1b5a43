import { randomUUID } from 'node:crypto';
import { UserError } from '../../domain/errors/user-error.ts';
import { applyScale, type ScaleRule } from '../../domain/nps/scale.ts';
import { type NameRedaction, withoutSpans } from '../../domain/privacy/names.ts';
import { type RedactionRules, redacting } from '../../domain/privacy/redact.ts';
import { inSlices } from '../../domain/text/slices.ts';
import { afterDeadlocks } from '../database/after-deadlocks.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { OpenSubject, SubjectEncryption } from '../encryption/subject-encryption.ts';
import { lockPersons, reconsider } from '../responses/counting.ts';
import type { MappingRegistry } from '../responses/mappings.ts';
import { CORRECTED_CONTENT, RESPONSE_COLUMNS } from '../responses/response-row.ts';
import type { SubjectDeps } from './erase.ts';
import type { Order } from './legal-hold.ts';

/** The new values; absent ones stay. */
export interface Correction {
  readonly score?: number | null | undefined;
  readonly comment?: string | null | undefined;
}

/** A correction that cannot be made; the message says why. */
export class CorrectionError extends UserError {
  override readonly name = 'CorrectionError';
}

const OWNER = statement('correct_owner', 'SELECT subject_id AS "subjectId" FROM response_key WHERE id = $1');
const LOCK = statement(
  'correct_lock',
  'SELECT id FROM response_key WHERE id = $1 AND subject_id = $2 FOR UPDATE',
);
const READ = statement(
  'correct_read',
  `SELECT to_jsonb(r) AS row, r.answered_at AS "answeredAt", false AS restricted FROM response_key k
      JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id WHERE k.id = $1
    UNION ALL SELECT row, NULL, true FROM restricted_response WHERE id = $1`,
);
const DELETE = statement(
  'correct_delete',
  'DELETE FROM response WHERE id = $1 AND answered_at = $2 AND cell_id = $3',
);
const INSERT = statement(
  'correct_insert',
  `INSERT INTO response (id, answered_at, received_at, cell_id, mapping_version_id, source_event_id, external_id, score,
      points, class, comment, subject_id, account_id)
    SELECT * FROM jsonb_to_record($1::jsonb) AS r (${RESPONSE_COLUMNS})`,
);
/** A restricted response stays restricted. */
const UPDATE_RESTRICTED = statement(
  'correct_restricted',
  'UPDATE restricted_response SET row = $2::jsonb WHERE id = $1',
);
const EVENT = statement(
  'correct_event',
  `INSERT INTO source_event (id, response_id, mapping_version_id, position, received_at, subject_id, sealed, sent)
    VALUES ($1, $2, $3, $4, now(), $5, decode($6, 'base64'), decode($7, 'base64'))`,
);
/**
 * No arriving content equals it: the old one again is stale, a later response or a newer revision replaces it.
 */
const MARK = statement(
  'correct_mark',
  'UPDATE response_key SET content_hash = $2, event_id = NULL WHERE id = $1',
);

const CLASSES = { detractor: 0, passive: 1, promoter: 2 } as const;

interface Stored {
  readonly row: Record<string, unknown>;
  readonly answeredAt: Date | null;
  readonly restricted: boolean;
}

/** The comment without what patterns find, and without names where the deployment removes them. */
async function redacted(
  { redaction, names }: Pick<Parameters<typeof rectify>[0], 'redaction' | 'names'>,
  given: string,
  by: string,
): Promise<string> {
  const { text } = await inSlices(redacting(given, redaction));
  const [spans = []] = (await names?.find(by, [text])) ?? [];
  return withoutSpans(text, spans);
}

/**
 * Corrects a response (GDPR article 16): triggers carry the change into every number, models read it again, and
 * the correction is a source event of its own in the lineage; a restricted response is corrected in place.
 * False when there is no such response.
 * @throws CorrectionError when the score is not on the response's scale, or nothing would be left.
 */
export async function rectify(
  deps: SubjectDeps & {
    readonly mappings: MappingRegistry;
    readonly redaction?: RedactionRules | undefined;
    /** Removes names, where the deployment does. */
    readonly names?: NameRedaction | undefined;
  },
  id: string,
  correction: Correction,
  by: Order,
): Promise<boolean> {
  const { store, encryption, mappings } = deps;
  const given = correction.comment === undefined ? undefined : blankToNull(correction.comment);
  const comment = given ? await redacted(deps, given, by.actor) : given;
  return afterDeadlocks(store, async (session) => {
    // The subject before the key, as everywhere (store/data-subjects/data-subject.ts); if another subject owns
    // it by then, there is nothing to correct.
    await lockPersons(session, { responseIds: [id] });
    const [key] = await session.rows<{ subjectId: string | null }>(OWNER, [id]);
    const [owner] = key?.subjectId ? await encryption.held(session, [key.subjectId]) : [];
    const [locked] = owner ? await session.rows(LOCK, [id, owner.id]) : [];
    const [found] = locked ? await session.rows<Stored>(READ, [id]) : [];
    if (!found || !owner) {
      await by.note?.(session, { response: id, known: false });
      return false;
    }
    const { row, answeredAt, restricted } = found;
    const { scale } = await mappings.get(session, row['mapping_version_id'] as number);
    const score = correction.score === undefined ? {} : scored(scale, correction.score);
    const eventId = randomUUID();
    // An unchanged comment is encrypted again too, because it is bound to the response's current event.
    const text = comment === undefined ? await presentComment(session, encryption, row) : comment;
    const sealed = text === null ? null : encryption.encryptComment(owner, id, eventId, text);
    const next = {
      ...row,
      ...score,
      comment: sealed,
      subject_id: owner.id,
    };
    const left = next as { score?: unknown; comment?: unknown };
    if (left.score === null && left.comment === null)
      throw new CorrectionError('score, comment: a response needs one of them; erase it instead');
    if (!restricted) await session.rows(DELETE, [id, answeredAt, row['cell_id']]);
    const encryptedItem = encryption.encryptEvent(owner, eventId, JSON.stringify({ ...correction, ...by }));
    const position = `corrected by ${by.actor}`;
    const place = [
      eventId,
      id,
      row['mapping_version_id'],
      position,
      owner.id,
      encryptedItem.toString('base64'),
      await presentSent(session, encryption, row, owner, eventId),
    ];
    await session.rows(EVENT, place);
    const corrected = JSON.stringify({ ...next, source_event_id: eventId });
    if (restricted) await session.rows(UPDATE_RESTRICTED, [id, corrected]);
    else await session.rows(INSERT, [corrected]);
    await session.rows(MARK, [id, `${CORRECTED_CONTENT}${eventId}`]);
    await reconsider(session, deps.sign, { responseIds: [id] });
    await by.note?.(session, { response: id, fields: Object.keys(correction).sort(), event: eventId });
    return true;
  });
}

const SENT = statement('correct_sent', 'SELECT sent FROM source_event WHERE id = $1');

/** What segment rules read, for the event that replaces the current one. */
async function presentSent(
  session: Session,
  encryption: SubjectEncryption,
  row: Stored['row'],
  owner: OpenSubject,
  eventId: string,
): Promise<string | null> {
  const fromEvent = row['source_event_id'] as string;
  const [event] = await session.rows<{ sent: Uint8Array | null }>(SENT, [fromEvent]);
  const [from] = event?.sent ? await encryption.held(session, [row['subject_id'] as string]) : [];
  return from ? encryption.moveSent({ from, fromEvent, sent: event?.sent ?? null }, owner, eventId) : null;
}

async function presentComment(
  session: Session,
  encryption: SubjectEncryption,
  row: Stored['row'],
): Promise<string | null> {
  const { id, comment, subject_id, source_event_id } = row as Readonly<Record<string, string | null>>;
  if (comment == null) return null;
  const [subject] = await encryption.held(session, [subject_id ?? '']);
  if (!subject) throw new Error(`the comment of response ${id} has no owner`);
  return encryption.openComment(subject, id ?? '', source_event_id ?? '', comment);
}

function scored(scale: ScaleRule, score: number | null) {
  if (score === null) return { score: null, points: null, class: null };
  const answer = applyScale(scale, score);
  if (!answer) throw new CorrectionError(`score: ${score} is not on the scale of this response`);
  return { score: answer.score, points: answer.points, class: CLASSES[answer.class] };
}

const blankToNull = (text: string | null) => (text === null || text.trim() === '' ? null : text);
