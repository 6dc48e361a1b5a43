import canonicalize from 'canonicalize';
import { isSigned, parseKey } from '../../domain/seals/signing-key.ts';
import { audit } from '../audit/audit.ts';
import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { lockSeals, readLastCheckpoint } from './seals.ts';
import { newestSigningKey, SigningKeyReplacedError } from './signing-keys.ts';

/*
 * Leaf tombstones: rows of the audit log, covered by checkpoints, that say why a leaf has lost its response. A
 * leaf without a response and without such a row was tampered with. A row names leaves by the beginning of
 * their hashes, which reveal nothing without the salt. The instance signs it with a key outside the database,
 * so that it cannot be forged with write access alone.
 */

/** Ed25519 over the text by the instance's key, base64. */
export type Sign = (text: string) => string;
/** Whether that is the instance's signature (base64) over the text, by the key for rows of that number. */
export type IsSigned = (seq: number, text: string, signature: string) => boolean;

/**
 * Why leaves have no response any more. withdrawn: its import was undone; adopted: it had none before there
 * were such rows. uncounted: a policy, a flag or a person left it out of the counts.
 */
export const LEAF_CAUSES = ['erased', 'aged', 'restricted', 'withdrawn', 'uncounted', 'adopted'] as const;
export type LeafCause = (typeof LEAF_CAUSES)[number];

export const LEAVES_ACTION = 'leaves';
/** From a row of the log. */
const MOST_LEAVES = 5_000;
/** Hex digits of a leaf's hash: 96 bits, for which no second leaf can be found. */
const DIGITS = 24;

/** How a row names the leaf of that hash (hex). */
export const leafName = (hash: string) => hash.slice(0, DIGITS);

const NOW = statement('leaves_now', 'SELECT (extract(epoch FROM now()) * 1000)::bigint AS at');

/** What is signed of a row. */
const signed = (cause: LeafCause, leaves: readonly string[]) =>
  canonicalize({ format: 'scoreline-leaves/1', cause, leaves }) ?? '';

/**
 * Records what happened to leaves with these hashes (hex), in the transaction that does it; call it last there,
 * under `lockSeals`.
 * @throws SigningKeyReplacedError
 */
export async function recordTombstones(
  session: Session,
  sign: Sign,
  cause: LeafCause,
  hashes: readonly string[],
): Promise<void> {
  const names = [...new Set(hashes.map(leafName))].sort();
  if (names.length === 0 && cause !== 'adopted') return;
  const [clock] = await session.rows<{ at: number }>(NOW, []);
  const kept = await newestSigningKey(session);
  const inUse = kept === null ? null : parseKey(kept);
  const system = { actor: 'system', actorName: 'system', role: 'system', policyVersion: null, purpose: null };
  for (let i = 0; i === 0 || i < names.length; i += MOST_LEAVES) {
    const leaves = names.slice(i, i + MOST_LEAVES);
    const text = signed(cause, leaves);
    const subject = { cause, leaves, signature: sign(text) };
    // Signed by a replaced key, the row would explain nothing.
    if (inUse && !isSigned(inUse, text, subject.signature)) throw new SigningKeyReplacedError();
    const at = clock?.at ?? 0;
    await audit(session, { ...system, at, action: LEAVES_ACTION, subject, outcome: 'done' });
  }
}

const FORGET = statement(
  'leaves_forget',
  `UPDATE seal_leaf SET response_id = NULL, salt = NULL, origin = NULL WHERE response_id = ANY ($1::uuid[])
    RETURNING encode(hash, 'hex') AS hash`,
);

/**
 * Removes from all leaves of these responses what leads back to them: id, salt and origin. The hashes stay, and
 * reveal nothing any more; a row of the audit log names them. Call it last in the transaction that deletes the
 * responses, for whatever reason: a deleted response without a tombstone counts as tampering. Returns how many
 * leaves were changed.
 */
export async function tombstoneLeaves(
  session: Session,
  sign: Sign,
  responseIds: readonly string[],
  cause: 'erased' | 'aged',
): Promise<number> {
  if (responseIds.length === 0) return 0;
  // A batch that is being sealed now may be about to add leaves of these responses.
  await lockSeals(session);
  const forgotten = await session.rows<{ hash: string }>(FORGET, [responseIds]);
  await recordTombstones(
    session,
    sign,
    cause,
    forgotten.map(({ hash }) => hash),
  );
  return forgotten.length;
}

const OF_RESPONSES = statement(
  'leaves_of_responses',
  `SELECT DISTINCT encode(hash, 'hex') AS hash FROM seal_leaf WHERE response_id = ANY ($1::uuid[])`,
);

/** Records that these responses were restricted: their leaves have no facts until the restriction is lifted. */
export function noteRestricted(session: Session, sign: Sign, responseIds: readonly string[]): Promise<void> {
  return noteResponses(session, sign, responseIds, 'restricted');
}

/** Records that these responses were removed because their import was undone. */
export function noteWithdrawn(session: Session, sign: Sign, responseIds: readonly string[]): Promise<void> {
  return noteResponses(session, sign, responseIds, 'withdrawn');
}

/** Records that these responses are not counted: their leaves have no facts until they are again. */
export function noteUncounted(session: Session, sign: Sign, responseIds: readonly string[]): Promise<void> {
  return noteResponses(session, sign, responseIds, 'uncounted');
}

async function noteResponses(
  session: Session,
  sign: Sign,
  responseIds: readonly string[],
  cause: LeafCause,
): Promise<void> {
  if (responseIds.length === 0) return;
  await lockSeals(session);
  const leaves = await session.rows<{ hash: string }>(OF_RESPONSES, [responseIds]);
  await recordTombstones(
    session,
    sign,
    cause,
    leaves.map(({ hash }) => hash),
  );
}

const NOTES = statement(
  'leaves_notes',
  'SELECT seq, subject FROM audit_log WHERE action = $1 AND seq > $2 ORDER BY seq LIMIT 200',
);

/** What signed rows of the audit log say about the requested leaves, by `leafName`. */
export async function readLeafTombstones(
  session: Session,
  isSigned: IsSigned,
  names: ReadonlySet<string>,
): Promise<Map<string, ReadonlySet<LeafCause>>> {
  const notes = new Map<string, Set<LeafCause>>();
  if (names.size === 0) return notes;
  for (let after = 0; ; ) {
    const rows = await session.rows<{ seq: number; subject: string }>(NOTES, [LEAVES_ACTION, after]);
    for (const { seq, subject } of rows) {
      const { cause, leaves, signature } = parseNote(subject);
      const asked = leaves.filter((leaf) => names.has(leaf));
      if (asked.length === 0 || !isSigned(seq, signed(cause, leaves), signature)) continue;
      for (const leaf of asked) notes.set(leaf, (notes.get(leaf) ?? new Set()).add(cause));
    }
    const last = rows.at(-1);
    if (!last) return notes;
    after = last.seq;
  }
}

const NEWEST_NOTE = statement(
  'leaves_newest_note',
  'SELECT subject FROM audit_log WHERE action = $1 ORDER BY seq DESC LIMIT 1',
);

/** The newest such row's signed text and signature; null without any. */
export async function newestNote(session: Session): Promise<{ text: string; signature: string } | null> {
  const [row] = await session.rows<{ subject: string }>(NEWEST_NOTE, [LEAVES_ACTION]);
  if (!row) return null;
  const { cause, leaves, signature } = parseNote(row.subject);
  return { text: signed(cause, leaves), signature };
}

interface LeafTombstone {
  readonly cause: LeafCause;
  readonly leaves: readonly string[];
  readonly signature: string;
}

/** A row that was tampered with explains nothing; the check of the log reports the tampering. */
function parseNote(subject: string): LeafTombstone {
  try {
    const note = JSON.parse(subject) as LeafTombstone;
    const isNote =
      LEAF_CAUSES.includes(note.cause) && Array.isArray(note.leaves) && typeof note.signature === 'string';
    if (isNote) return note;
  } catch {
    // Counts as none.
  }
  return { cause: 'adopted', leaves: [], signature: '' };
}

const ADOPTED = statement(
  'leaves_adopted',
  `SELECT seq FROM audit_log WHERE action = $1 AND subject LIKE '{"cause":"adopted"%' LIMIT 1`,
);
const FORMER = statement(
  'leaves_former',
  `SELECT DISTINCT encode(hash, 'hex') AS hash FROM seal_leaf WHERE response_id IS NULL OR salt IS NULL`,
);
const FORMER_ASIDE = statement(
  'leaves_former_aside',
  `SELECT DISTINCT encode(l.hash, 'hex') AS hash FROM seal_leaf l JOIN restricted_response x ON x.id = l.response_id AND x.counting IS NULL`,
);
/** In every checkpoint signed since such rows are written. */
const RECORDED = '"forgetting":"recorded"';

/**
 * Adopts, once, what happened to leaves before there were such rows. Does nothing if the checkpoints say that
 * such rows were written all along, so that it cannot be used to bless a later deletion.
 */
export async function adoptLeaves(store: Store, sign: Sign): Promise<void> {
  const isOld = async (session: Session) => {
    const last = await readLastCheckpoint(session);
    return last !== null && !last.body.includes(RECORDED);
  };
  if (!(await isOld(store))) return;
  await store.transaction(async (session) => {
    await lockSeals(session);
    if (!(await isOld(session)) || (await session.rows(ADOPTED, [LEAVES_ACTION])).length > 0) return;
    for (const [cause, statement] of [
      ['adopted', FORMER],
      ['restricted', FORMER_ASIDE],
    ] as const) {
      const former = await session.rows<{ hash: string }>(statement, []);
      await recordTombstones(
        session,
        sign,
        cause,
        former.map(({ hash }) => hash),
      );
    }
  });
}
