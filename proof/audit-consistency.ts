import type { Slot } from '../domain/memory/memory.ts';
import type { AuditCheckpoint } from '../domain/seals/audit.ts';
import type { SignedCheckpoint } from '../domain/seals/seal.ts';
import { streamAudit } from '../store/audit/audit.ts';
import { followAuditPage, readAuditHashes } from '../store/audit/audit-consistency.ts';
import type { Session } from '../store/database/client.ts';
import { checkAudit, signedRows } from './check-audit.ts';
import type { WholeLogOptions } from './log-consistency.ts';

/** What was verified: the log up to a row, and when. */
interface Remembered {
  readonly last: AuditCheckpoint | null;
  /** Epoch milliseconds of the last check from the beginning. */
  readonly at: number;
}

const PAGE = 20_000;
const CHECKED: Slot<{ remembered?: Remembered; running?: Promise<string | null> | undefined }> = {
  begin: () => ({}),
};

/**
 * Follows the audit log from its first row to its last and compares it with the checkpoints, so that its
 * statements about leaves can be trusted. What was verified less than `rememberFor` ago is not followed again.
 * Returns what is wrong, or null; concurrent callers share one check.
 */
export function checkWholeAudit(
  session: Session,
  checkpoints: readonly SignedCheckpoint[],
  options: WholeLogOptions,
): Promise<string | null> {
  const checked = options.memory.of(CHECKED);
  checked.running ??= follow(session, checkpoints, options).finally(() => {
    checked.running = undefined;
  });
  return checked.running;
}

async function follow(
  session: Session,
  checkpoints: readonly SignedCheckpoint[],
  { memory, now, rememberFor }: WholeLogOptions,
): Promise<string | null> {
  const kept = memory.of(CHECKED).remembered;
  let known = kept && kept.at > now - rememberFor ? kept : null;
  const signed = signedRows(checkpoints);
  // Verified rows may have been rewritten since, as another chain: then the last of them differs.
  const looked = [...signed.keys(), ...(known?.last ? [known.last.seq] : [])];
  const hashes = await readAuditHashes(session, looked);
  if (known?.last && hashes.get(known.last.seq) !== known.last.hash) known = null;
  let last = known?.last ?? null;
  let sound = [...signed].every(([seq, hash]) => hashes.get(seq) === hash);
  while (sound) {
    const page = await followAuditPage(session, last, PAGE);
    sound = page.sound;
    last = page.last;
    if (page.rows < PAGE) break;
  }
  if (sound) {
    memory.of(CHECKED).remembered = { last, at: known?.at ?? now };
    return null;
  }
  const rows = streamAudit(session, { from: null, to: null });
  const { offence } = await checkAudit({ rows, heads: checkpoints, keys: null, partial: false });
  return offence?.says ?? null;
}
