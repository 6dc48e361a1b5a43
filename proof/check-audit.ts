import { AuditChain, type AuditCheckpoint, type AuditOffence, type AuditRow } from '../domain/seals/audit.ts';
import type { SignedCheckpoint } from '../domain/seals/seal.ts';
import type { TrustedKey } from '../domain/seals/signing-key.ts';
import { brokenChain, parseCheckpoint } from './checkpoints.ts';

/** The verdict on an audit log. */
export interface AuditVerdict {
  readonly offence: AuditOffence | null;
  /** A checkpoint that cannot be trusted, and so proves nothing about the log. */
  readonly head: string | null;
  readonly rows: number;
  readonly last: AuditCheckpoint | null;
  /** The last row that a checkpoint signed; rows after it could be cut off unnoticed. 0: none. */
  readonly covered: number;
}

export interface AuditCheck {
  /** Oldest first. */
  readonly rows: AsyncIterable<readonly AuditRow[]>;
  /** Checkpoints of the log of seals, oldest first. */
  readonly heads: readonly SignedCheckpoint[];
  /** Null: checkpoints are only compared, without trusting their signature. */
  readonly keys: readonly TrustedKey[] | null;
  /** The rows are a part of the log: they may begin and end anywhere. */
  readonly partial: boolean;
}

/**
 * Follows the log from row to row and compares it with the checkpoints; names the first row that was changed.
 */
export async function checkAudit({
  rows,
  heads: checkpoints,
  keys,
  partial,
}: AuditCheck): Promise<AuditVerdict> {
  const checkpoint = keys ? brokenChain(checkpoints, keys) : null;
  const signed = signedRows(checkpoints);
  const covered = Math.max(0, ...signed.keys());
  const chain = new AuditChain(signed, partial);
  let count = 0;
  const verdict = (offence: AuditOffence | null): AuditVerdict => ({
    offence,
    head: checkpoint,
    rows: count,
    last: chain.last,
    covered,
  });
  for await (const page of rows) {
    for (const row of page) {
      const offence = chain.follow(row);
      if (offence) return verdict(offence);
      count += 1;
    }
  }
  return verdict(partial ? null : chain.end());
}

/** The checkpoints' statements about rows of the audit log: hash by number. */
export function signedRows(checkpoints: readonly SignedCheckpoint[]): Map<number, string> {
  const stated = checkpoints.flatMap(({ body }) => parseCheckpoint(body)?.audit ?? []);
  return new Map(stated.map(({ seq, hash }) => [seq, hash]));
}
