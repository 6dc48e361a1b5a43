import {
  consistencyRanges,
  inclusionRanges,
  nodesBeside,
  provesConsistency,
  provesInclusion,
  rangeHash,
  rootOver,
  subtreesOf,
} from '../domain/seals/merkle.ts';
import { type Checkpoint, checkpointLine } from '../domain/seals/seal.ts';
import type { TrustedKey } from '../domain/seals/signing-key.ts';
import type { Session } from '../store/database/client.ts';
import {
  type CheckpointRow,
  nodeKey,
  readCheckpoints,
  readLastCheckpoint,
  readNodes,
  type SealRow,
} from '../store/seals/seals.ts';
import type { Offence } from './check-rollup.ts';
import { readCheckpointFile } from './checkpoint-publisher.ts';
import { brokenChain, parseCheckpoint } from './checkpoints.ts';

/** Hashes (hex) that lead from a seal to the root of the log. */
export interface LogProof {
  readonly index: number;
  readonly path: readonly string[];
}

/** The proof of each of the seals in the log of that size; null if the log lacks a node. */
export async function proveInLog(
  session: Session,
  seals: readonly SealRow[],
  size: number,
): Promise<(LogProof | null)[]> {
  const paths = seals.map(({ id }) => (id < size ? inclusionRanges(id, size).map(subtreesOf) : null));
  const nodes = await readNodes(
    session,
    paths.flatMap((path) => path?.flat() ?? []),
  );
  return paths.map((path, i) => {
    const hashes = path?.map((subtrees) => {
      const found = subtrees.map((node) => nodes.get(nodeKey(node)));
      return found.every((hash) => hash !== undefined) ? rangeHash(found as string[]) : null;
    });
    return hashes?.every((hash) => hash !== null)
      ? { index: (seals[i] as SealRow).id, path: hashes as string[] }
      : null;
  });
}

/**
 * The hashes (hex) that prove that each checkpoint extends the one before (RFC 9162, 2.1.4.1), the first one's
 * none; null if the log lacks a node.
 */
export async function proveConsistency(
  session: Session,
  checkpoints: readonly CheckpointRow[],
): Promise<readonly (readonly string[])[] | null> {
  const ranges = checkpoints.map(({ size }, i) => {
    const before = checkpoints[i - 1]?.size;
    return before === undefined ? [] : consistencyRanges(before, size).map(subtreesOf);
  });
  const nodes = await readNodes(session, ranges.flat(2));
  const proofs = ranges.map((range) =>
    range.map((subtrees) => {
      const found = subtrees.map((node) => nodes.get(nodeKey(node)));
      return found.every((hash) => hash !== undefined) ? rangeHash(found as string[]) : null;
    }),
  );
  const holds = checkpoints.every((checkpoint, i) => {
    const [before, proof] = [checkpoints[i - 1], proofs[i] ?? []];
    if (!before || proof.includes(null)) return !before;
    const [first = '', second = ''] = [before, checkpoint].map(
      ({ body }) => parseCheckpoint(body)?.root ?? '',
    );
    return provesConsistency(before.size, checkpoint.size, proof as string[], first, second);
  });
  return holds ? (proofs as string[][]) : null;
}

/** Checks the chain of checkpoints, the root that the last one signs, and that every seal is under it. */
export async function checkLog(
  session: Session,
  seals: readonly (SealRow & { readonly rollup: string })[],
  keys: readonly TrustedKey[],
): Promise<{ readonly offence: Offence | null; readonly heads: readonly CheckpointRow[] }> {
  const checkpoints = await readCheckpoints(session);
  const broken = brokenChain(checkpoints, keys);
  if (broken) return { offence: { what: 'head', rollup: null, says: broken }, heads: checkpoints };
  const last = checkpoints.at(-1);
  const checkpoint = last && parseCheckpoint(last.body);
  if (!checkpoint) {
    const offence: Offence = { what: 'head', rollup: null, says: 'there are seals, but no checkpoint' };
    return { offence: seals.length > 0 ? offence : null, heads: checkpoints };
  }
  const [first] = await sealsNotUnder(session, seals, checkpoint);
  if (!first) return { offence: null, heads: checkpoints };
  const says = `revision ${first.revision} of the seal is not under the root that was signed`;
  return { offence: { what: 'log', rollup: first.rollup, says }, heads: checkpoints };
}

/** The seals that do not lead to the root that the checkpoint signs. */
export async function sealsNotUnder<Seal extends SealRow>(
  session: Session,
  seals: readonly Seal[],
  checkpoint: Checkpoint,
): Promise<Seal[]> {
  if (await allUnder(session, seals, checkpoint)) return [];
  const proofs = await proveInLog(session, seals, checkpoint.size);
  return seals.filter((seal, i) => {
    const path = proofs[i]?.path;
    return !path || !provesInclusion(seal.id, checkpoint.size, seal.hash, path, checkpoint.root);
  });
}

/** Whether the signed root follows from these seals and the log's stored nodes. */
async function allUnder(
  session: Session,
  seals: readonly SealRow[],
  checkpoint: Checkpoint,
): Promise<boolean> {
  const leaves = seals.map(({ id, hash }) => ({ place: id, hash })).sort((a, b) => a.place - b.place);
  if (leaves.length === 0) return true;
  if ((leaves.at(-1)?.place ?? 0) >= checkpoint.size) return false;
  const places = leaves.map(({ place }) => place);
  const nodes = await readNodes(session, nodesBeside(places, checkpoint.size));
  const root = rootOver(leaves, checkpoint.size, (node) => nodes.get(nodeKey(node)));
  return root === checkpoint.root;
}

export interface FileFinding {
  readonly offence: Offence | null;
  /** Expected checkpoints are missing, so they cannot be compared. */
  readonly missing: boolean;
}

/** A checkpoint is written outside right after it was signed, and again until that worked. */
const GRACE_MS = 60_000;

/**
 * Compares the checkpoint file, outside of the database, with the database's `heads`. Read after them; newer
 * lines must be in the database by now. The database's own note of which checkpoints are in the file is not
 * trusted: one that is older than a minute must be there. `now`: epoch milliseconds.
 */
export async function checkCheckpointFile(
  session: Session,
  path: string,
  checkpoints: readonly CheckpointRow[],
  now: number,
): Promise<FileFinding> {
  const offence = (says: string): FileFinding => ({
    offence: { what: 'checkpoint file', rollup: null, says },
    missing: false,
  });
  const file = await readCheckpointFile(path);
  const signedBefore = (checkpoint: CheckpointRow) => Date.parse(parseCheckpoint(checkpoint.body)?.at ?? '');
  const expected = checkpoints.filter(
    (checkpoint) => checkpoint.published || signedBefore(checkpoint) < now - GRACE_MS,
  );
  if (!file) return { offence: null, missing: expected.length > 0 };
  if (file.broken) return offence(file.broken);
  const newest = (await readLastCheckpoint(session))?.size ?? 0;
  const known = new Map(checkpoints.map((checkpoint) => [checkpoint.size, checkpointLine(checkpoint)]));
  const highest = checkpoints.at(-1)?.size ?? 0;
  for (const checkpoint of file.heads) {
    const line = known.get(checkpoint.size);
    if (line === checkpointLine(checkpoint)) continue;
    if (line === undefined && checkpoint.size > highest && checkpoint.size <= newest) continue;
    return offence(
      line === undefined
        ? `it has a checkpoint of size ${checkpoint.size} that the database lacks`
        : `its checkpoint of size ${checkpoint.size} is not the database's`,
    );
  }
  const held = new Set(file.heads.map(({ size }) => size));
  const lacking = expected.filter(({ size }) => !held.has(size));
  const taken = lacking.find((checkpoint) => checkpoint.published);
  return taken
    ? offence(`it lacks the checkpoint of size ${taken.size}`)
    : { offence: null, missing: lacking.length > 0 };
}
