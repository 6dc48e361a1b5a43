import type { Scope } from '../domain/access/scope.ts';
import { rollupId } from '../domain/lineage/lineage.ts';
import type { Session } from '../store/database/client.ts';
import { readPlaced } from '../store/seals/log-pages.ts';
import type { CheckpointRow } from '../store/seals/seals.ts';
import { checkWholeAudit } from './audit-consistency.ts';
import type { Offence } from './check-rollup.ts';
import { checkWholeLogOnce, type LogFinding } from './log-consistency.ts';
import type { ListedRollup } from './rollup-evidence.ts';
import { REMEMBER_MS, type VerifyDeps } from './seal-options.ts';

export interface WholeCheck {
  readonly deps: VerifyDeps;
  readonly scope: Scope;
  /** Of the score. */
  readonly listed: readonly ListedRollup[];
  /** Oldest first, their chain checked before. */
  readonly heads: readonly CheckpointRow[];
}

/**
 * Checks what belongs to no single score: that the log of seals is whole, and the audit log that records
 * erasures. Outside of the transaction that read the score, page by page, so that long logs block no one.
 */
export async function checkWhole({
  deps,
  scope,
  listed,
  heads: checkpoints,
}: WholeCheck): Promise<Offence | null> {
  const { store, now, rememberFor = REMEMBER_MS } = deps;
  const options = { memory: store.memory, now: now(), rememberFor };
  const finding = await checkWholeLogOnce(store, checkpoints, options);
  if (finding) return logOffence(store, { deps, scope, listed }, finding);
  const says = await checkWholeAudit(store, checkpoints, options);
  if (!says) return null;
  const stated = scope.allowsAll('readAudit') ? says : 'a row of it was changed or removed';
  return { what: 'audit log', rollup: null, says: stated };
}

/** Names the rollup if it is one of the score's, or visible to the caller. */
async function logOffence(
  session: Session,
  { deps, scope, listed }: Omit<WholeCheck, 'heads'>,
  { says, from, until }: LogFinding,
): Promise<Offence> {
  const own = listed.find(({ seals }) => seals.some(({ id }) => id >= from && id < until));
  if (own) return { what: 'log', rollup: own.id, says };
  const placed = until - from === 1 ? await readPlaced(session, from) : null;
  const cell = placed && deps.cells.byKey(placed.cell);
  if (cell && scope.allows('traceLineage', cell)) return { what: 'log', rollup: rollupId(placed), says };
  // The length of the log, and a place in it, would reveal cells that this caller may not see.
  const hidden = 'a seal of another rollup was changed or removed after it had been signed';
  return { what: 'log', rollup: null, says: scope.allowsAll('traceLineage') ? says : hidden };
}
