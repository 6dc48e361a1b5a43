import { randomBytes } from 'node:crypto';
import { KeyProviderError } from '../../domain/errors/key-provider-errors.ts';
import { DecryptionError } from '../../domain/privacy/aes-gcm.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { openConnectionKeys, SECRET_KEY } from '../encryption/connection-secrets.ts';
import type { SubjectEncryption } from '../encryption/subject-encryption.ts';
import type { EventType } from './event-types.ts';

/** A target, without its secret. */
export interface TargetRow {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly settings: unknown;
  readonly events: readonly EventType[];
  readonly hasSecret: boolean;
  readonly role: string;
  /** Values by attribute of a dimension, to which it is limited. */
  readonly attributes: Segment;
  /** Deliveries a minute. */
  readonly rate: number;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly failures: number;
  readonly openUntil: Date | null;
  readonly disabledReason: string | null;
  readonly disabledAt: Date | null;
}

/** What a person states of a target. */
export type StatedTarget = Pick<
  TargetRow,
  'name' | 'kind' | 'settings' | 'events' | 'role' | 'attributes' | 'rate'
>;

/** Targets that may exist at once. */
export const MOST_TARGETS = 200;

const COLUMNS = `id, name, kind, settings, events, secret IS NOT NULL AS "hasSecret", role, attributes, rate, created_by AS "createdBy",
  created_at AS "createdAt", failures, open_until AS "openUntil", disabled_reason AS "disabledReason", disabled_at AS "disabledAt"`;
const LIST = statement(
  'targets_list',
  `SELECT ${COLUMNS} FROM target WHERE removed_at IS NULL ORDER BY created_at, id`,
);
const BY_IDS = statement('targets_by_ids', `SELECT ${COLUMNS} FROM target WHERE id = ANY ($1::uuid[])`);
const LOCK = statement(
  'targets_lock',
  `SELECT ${COLUMNS} FROM target WHERE id = $1 AND removed_at IS NULL FOR UPDATE`,
);
const INSERT = statement(
  'targets_insert',
  `INSERT INTO target (id, name, kind, settings, events, role, attributes, rate, created_by, created_at)
    SELECT $1, $2, $3, $4::jsonb, $5::text[], $6, $7::jsonb, $8, $9, $10
    WHERE (SELECT count(*) FROM target WHERE removed_at IS NULL) < ${MOST_TARGETS}
    ON CONFLICT (name) WHERE removed_at IS NULL DO NOTHING RETURNING id`,
);
const NAMED = statement('targets_named', 'SELECT FROM target WHERE name = $1 AND removed_at IS NULL');
const UPDATE = statement(
  'targets_update',
  `UPDATE target t SET name = $2, settings = $3::jsonb, events = $4::text[], role = $5, attributes = $6::jsonb, rate = $7
    WHERE id = $1 AND NOT EXISTS (SELECT FROM target o WHERE o.name = $2 AND o.removed_at IS NULL AND o.id <> $1) RETURNING id`,
);
const SECRET = statement(
  'targets_secret',
  `UPDATE target SET wrapped = $2, provider = $3, key_version = $4, wrapped_at = now(), secret = $5, revision = $6 WHERE id = $1`,
);
const SECRET_ROW = statement(
  'targets_secret_row',
  `SELECT ${SECRET_KEY}, revision, secret FROM target WHERE id = $1 AND secret IS NOT NULL`,
);
const REVISION = statement('targets_revision', 'SELECT revision FROM target WHERE id = $1');
const DISABLE = statement(
  'targets_disable',
  `UPDATE target SET disabled_at = $2, disabled_reason = $3 WHERE id = $1 AND disabled_at IS NULL`,
  { isSmall: true },
);
const ENABLE = statement(
  'targets_enable',
  `UPDATE target SET disabled_at = NULL, disabled_reason = NULL, failures = 0, open_until = NULL WHERE id = $1`,
);
/** The secret and its data key are deleted, and what was still to be sent is cancelled. */
const REMOVE = statement(
  'targets_remove',
  `WITH removed AS (UPDATE target SET removed_at = $2, removed_by = $3, revision = revision + 1, secret = NULL, wrapped = NULL,
        provider = NULL, key_version = NULL, wrapped_at = NULL WHERE id = $1 AND removed_at IS NULL RETURNING id),
    cancelled AS (UPDATE delivery d SET state = 'CANCELLED', settled_at = $2, claimed_until = NULL,
        last_error = 'the target was removed' FROM removed r WHERE d.target_id = r.id AND d.state = 'PENDING')
    SELECT id FROM removed`,
  { isSmall: true },
);

/** The targets that are not removed, oldest first. */
export const listTargets = (session: Session): Promise<TargetRow[]> => session.rows<TargetRow>(LIST, []);

/** The targets of those ids, removed ones too, in any order. */
export const readTargets = (session: Session, ids: readonly string[]): Promise<TargetRow[]> =>
  session.rows<TargetRow>(BY_IDS, [ids]);

/** The target, locked until the transaction ends; null where there is none, or it was removed. */
export async function lockTarget(session: Session, id: string): Promise<TargetRow | null> {
  const [row] = await session.rows<TargetRow>(LOCK, [id]);
  return row ?? null;
}

/** Whether a target that is not removed has the name. */
export const isNameTaken = async (session: Session, name: string): Promise<boolean> =>
  (await session.rows(NAMED, [name])).length > 0;

/** False where another target has the name, or there are too many. */
export async function insertTarget(
  session: Session,
  id: string,
  stated: StatedTarget,
  by: string,
  at: Date,
): Promise<boolean> {
  const { name, kind, settings, events, role, attributes, rate } = stated;
  const values = [
    id,
    name,
    kind,
    JSON.stringify(settings),
    events,
    role,
    JSON.stringify(attributes),
    rate,
    by,
    at,
  ];
  return (await session.rows(INSERT, values)).length > 0;
}

/** False where another target has the name. */
export async function changeTarget(session: Session, id: string, stated: StatedTarget): Promise<boolean> {
  const { name, settings, events, role, attributes, rate } = stated;
  const values = [id, name, JSON.stringify(settings), events, role, JSON.stringify(attributes), rate];
  return (await session.rows(UPDATE, values)).length > 0;
}

/** Stores the secret, encrypted under the data key of the target, which other processes have in memory by the target's id. */
export async function keepTargetSecret(
  session: Session,
  encryption: SubjectEncryption,
  id: string,
  secret: string,
): Promise<void> {
  const subject = await keyOfTarget(session, encryption, id);
  const [wrapped] = await encryption.wrap(session, [subject]);
  const [row] = await session.rows<{ revision: number }>(REVISION, [id]);
  const revision = (row?.revision ?? 0) + 1;
  const sealed = encryption.encryptSecret(subject, revision, secret, 'target');
  await session.rows(SECRET, [
    id,
    wrapped?.wrapped,
    encryption.provider.name,
    wrapped?.version,
    sealed,
    revision,
  ]);
}

/** The data key of the target; a new one where it has none, or it cannot be read any more. */
async function keyOfTarget(session: Session, encryption: SubjectEncryption, id: string) {
  const [row] = await session.rows<SecretRow>(SECRET_ROW, [id]);
  try {
    const [known] = row ? await openConnectionKeys(encryption, [row]) : [];
    if (known) return { id, key: known.key };
  } catch (error) {
    if (!(error instanceof KeyProviderError || error instanceof DecryptionError)) throw error;
  }
  return { id, key: randomBytes(32) };
}

interface SecretRow {
  readonly id: string;
  readonly wrapped: string;
  readonly provider: string;
  readonly version: string;
  readonly revision: number;
  readonly secret: string;
}

/** The secret; null where the target has none. @throws KeyProviderError, DecryptionError */
export async function readTargetSecret(
  session: Session,
  encryption: SubjectEncryption,
  id: string,
): Promise<string | null> {
  const read = async () => {
    const [row] = await session.rows<SecretRow>(SECRET_ROW, [id]);
    if (!row) return null;
    const [subject] = await openConnectionKeys(encryption, [row]);
    return subject ? encryption.openSecret(subject, row.revision, row.secret, 'target') : null;
  };
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof DecryptionError)) throw error;
    // Another process may have stored it under another key than the one in memory.
    encryption.forget([id]);
    return read();
  }
}

/** Switches a target off; what is due waits until it is switched on. */
export async function disableTarget(session: Session, id: string, reason: string, at: Date): Promise<void> {
  await session.rows(DISABLE, [id, at, reason]);
}

/** Switches a target on, with a closed circuit. */
export async function enableTarget(session: Session, id: string): Promise<void> {
  await session.rows(ENABLE, [id]);
}

/** False where there is none, or it was removed before. */
export async function removeTarget(session: Session, id: string, at: Date, by: string): Promise<boolean> {
  return (await session.rows(REMOVE, [id, at, by])).length > 0;
}
