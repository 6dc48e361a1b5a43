import type { KeyObject } from 'node:crypto';
import type { Memory } from '../domain/memory/memory.ts';
import { type HashedNode, rangeHash, subtreesOf } from '../domain/seals/merkle.ts';
import {
  type Checkpoint,
  checkpointHash,
  checkpointLine,
  type SignedCheckpoint,
} from '../domain/seals/seal.ts';
import { publicKeyOf, type TrustedKey } from '../domain/seals/signing-key.ts';
import type { Session } from '../store/database/client.ts';
import { readCheckpointBefore, readCheckpointOf } from '../store/seals/log-pages.ts';
import { nodeKey, readCheckpoints, readLastCheckpoint, readNodes } from '../store/seals/seals.ts';
import { checkInUse, readTrustedKeys } from '../store/seals/signing-keys.ts';
import type { CheckpointPublisher } from './checkpoint-publisher.ts';
import { brokenChain, brokenSignature, parseCheckpoint } from './checkpoints.ts';
import { checkWholeLog, isLogKnown } from './log-consistency.ts';

/**
 * The database does not hold what was signed: nothing is sealed until an operator investigates. A signature
 * over it would vouch for tampering.
 */
export class LogBrokenError extends Error {
  override readonly name = 'LogBrokenError';
  constructor(says: string) {
    super(
      `the log of seals is not what this instance signed, and nothing more is sealed: ${says} (see docs/guides/auditor.md, section 7)`,
    );
  }
}

/** The end of the log, verified against what was signed. */
export interface OpenLog {
  readonly last: SignedCheckpoint | null;
  /** The last checkpoint's statement; null before the first. */
  readonly head: Checkpoint | null;
  /** Its complete subtrees; a copy, to be extended. */
  readonly edge: HashedNode[];
}

export interface OpenLogDeps {
  /** The key of cached checks: the database's store. */
  readonly memory: Memory;
  readonly signingKey: KeyObject;
  readonly sinks: readonly CheckpointPublisher[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * The sealer reads the whole log again when it last did so longer ago than this, and so much earlier before a
 * transaction.
 */
const REMEMBER_MS = 60 * 60_000;
const AHEAD_MS = 5 * 60_000;

/**
 * Reads the whole log if that is nearly due, page by page, each in a statement of its own: so the transaction
 * that adds to the log need not, and does not stay open for as long.
 * @throws LogBrokenError
 */
export async function readLogAhead(session: Session, deps: OpenLogDeps): Promise<void> {
  if (isLogKnown(deps.memory, deps.now - REMEMBER_MS + AHEAD_MS)) return;
  const keys = await readTrustedKeys(session, publicKeyOf(deps.signingKey));
  // A cache that expires soon is read again from its beginning.
  await checkAll(session, { ...deps, rememberFor: REMEMBER_MS - AHEAD_MS }, keys);
}

/**
 * Opens the log to add to it: checks the last checkpoint's signature, its chain to the one before, the root
 * that it signed over the log's content, the newest checkpoint outside of the database, and once an hour every
 * seal. Other sealers must wait.
 * @throws LogBrokenError, SigningKeyReplacedError
 */
export async function openLog(session: Session, deps: OpenLogDeps): Promise<OpenLog> {
  const publicKey = publicKeyOf(deps.signingKey);
  await checkInUse(session, publicKey);
  const keys = await readTrustedKeys(session, publicKey);
  // Before the database's: everything outside was committed by then.
  const held = await newestHeld(deps.sinks);
  const last = await readLastCheckpoint(session);
  await checkHeld(session, held, last);
  if (!last) {
    await checkAll(session, deps, keys);
    return { last: null, head: null, edge: [] };
  }
  const broken = brokenSignature(last, keys);
  if (broken) throw new LogBrokenError(broken);
  const checkpoint = parseCheckpoint(last.body);
  const before = await readCheckpointBefore(session, last.size);
  if (
    !checkpoint ||
    checkpoint.size !== last.size ||
    checkpoint.previous !== (before && checkpointHash(before))
  )
    throw new LogBrokenError(`the checkpoint of size ${last.size} does not follow the one before it`);
  const subtrees = subtreesOf({ from: 0, until: last.size });
  const stored = await readNodes(session, subtrees);
  const edge = subtrees.map((node): HashedNode => {
    const hash = stored.get(nodeKey(node));
    if (!hash) throw new LogBrokenError(`it lacks its node ${nodeKey(node)}`);
    return { ...node, hash };
  });
  if (rangeHash(edge.map(({ hash }) => hash)) !== checkpoint.root)
    throw new LogBrokenError(`its seals have another root than the checkpoint of size ${last.size} signed`);
  await checkAll(session, deps, keys);
  return { last, head: checkpoint, edge };
}

async function newestHeld(sinks: readonly CheckpointPublisher[]): Promise<SignedCheckpoint | null> {
  for (const sink of sinks) {
    const newest = await sink.newest?.();
    if (newest) return newest;
  }
  return null;
}

/** The database was not rolled back behind what is known outside, nor forked from it. */
async function checkHeld(
  session: Session,
  held: SignedCheckpoint | null,
  last: SignedCheckpoint | null,
): Promise<void> {
  if (!held) return;
  if (held.size > (last?.size ?? 0))
    throw new LogBrokenError(
      `the checkpoint file has one of size ${held.size}, the database ends at ${last?.size ?? 0}: the database was rolled back`,
    );
  const kept = await readCheckpointOf(session, held.size);
  if (!kept || checkpointLine(kept) !== checkpointLine(held))
    throw new LogBrokenError(
      `the checkpoint of size ${held.size} in the checkpoint file is not the database's`,
    );
}

async function checkAll(
  session: Session,
  { memory, now, rememberFor = REMEMBER_MS }: OpenLogDeps & { readonly rememberFor?: number },
  keys: readonly TrustedKey[],
): Promise<void> {
  if (isLogKnown(memory, now - rememberFor)) return;
  const checkpoints = await readCheckpoints(session);
  const broken = brokenChain(checkpoints, keys);
  if (broken) throw new LogBrokenError(broken);
  const finding = await checkWholeLog(session, checkpoints, { memory, now, rememberFor });
  if (finding) throw new LogBrokenError(finding.says);
}
