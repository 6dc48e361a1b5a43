import type { KeyObject } from 'node:crypto';
import { auditCheckpoint } from '../store/audit/audit.ts';
import type { Store } from '../store/database/client.ts';
import { readCheckpoints } from '../store/seals/seals.ts';
import { readTrustedKeys } from '../store/seals/signing-keys.ts';
import { checkWholeAudit } from './audit-consistency.ts';
import { signedRows } from './check-audit.ts';
import { brokenChain } from './checkpoints.ts';
import { REMEMBER_MS } from './seal-options.ts';

/** What following the audit log of the database found. */
export interface AuditLogCheck {
  /** The first thing that is wrong; null: nothing. */
  readonly problem: string | null;
  /** The last row. */
  readonly rows: number;
  readonly hash: string | null;
  /** The last row that a checkpoint signed. */
  readonly signedRows: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface AuditLogDeps {
  readonly store: Store;
  readonly publicKey: KeyObject;
  readonly now: () => number;
  /** How long a verified part is not read again, milliseconds. */
  readonly rememberFor?: number;
}

/** Follows the audit log of the database, and checks the checkpoints that sign it. */
export async function checkAuditLog({
  store,
  publicKey,
  now,
  rememberFor = REMEMBER_MS,
}: AuditLogDeps): Promise<AuditLogCheck> {
  // Before the rows, so that every row that a checkpoint signed exists by then.
  const checkpoints = await readCheckpoints(store);
  const keys = await readTrustedKeys(store, publicKey);
  const at = now();
  const says = await checkWholeAudit(store, checkpoints, { memory: store.memory, now: at, rememberFor });
  const last = await auditCheckpoint(store);
  return {
    problem: says ?? brokenChain(checkpoints, keys),
    rows: last?.seq ?? 0,
    hash: last?.hash ?? null,
    signedRows: Math.max(0, ...signedRows(checkpoints).keys()),
    at,
  };
}
