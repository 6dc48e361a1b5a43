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
import { type Head, headLine } from '../domain/seals/seal.ts';
import type { TrustedKey } from '../domain/seals/signing-key.ts';
import type { Session } from '../store/database/client.ts';
import {
  type HeadRow,
  nodeKey,
  readHeads,
  readLastHead,
  readNodes,
  type SealRow,
} from '../store/seals/seals.ts';
import type { Offence } from './check-rollup.ts';
import { readHeadFile } from './checkpoint-publisher.ts';
import { brokenChain, parseHead } from './checkpoints.ts';

/** Hashes (hex) that lead from a seal to the root of the log. */
export interface LogProof {
  readonly index: number;
  readonly path: readonly string[];
}

/** The proof of each of the seals in the log of that size; null where the log lacks a node. */
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
 * The hashes (hex) that prove each head to be a beginning of the next (RFC 9162, 2.1.4.1), the first one's none; null where the log
 * lacks a node.
 */
export async function proveConsistency(
  session: Session,
  heads: readonly HeadRow[],
): Promise<readonly (readonly string[])[] | null> {
  const ranges = heads.map(({ size }, i) => {
    const before = heads[i - 1]?.size;
    return before === undefined ? [] : consistencyRanges(before, size).map(subtreesOf);
  });
  const nodes = await readNodes(session, ranges.flat(2));
  const proofs = ranges.map((range) =>
    range.map((subtrees) => {
      const found = subtrees.map((node) => nodes.get(nodeKey(node)));
      return found.every((hash) => hash !== undefined) ? rangeHash(found as string[]) : null;
    }),
  );
  const holds = heads.every((head, i) => {
    const [before, proof] = [heads[i - 1], proofs[i] ?? []];
    if (!before || proof.includes(null)) return !before;
    const [first = '', second = ''] = [before, head].map(({ body }) => parseHead(body)?.root ?? '');
    return provesConsistency(before.size, head.size, proof as string[], first, second);
  });
  return holds ? (proofs as string[][]) : null;
}

/** The chain of signed heads, the root that the last one signs, and that every seal is under it. */
export async function checkLog(
  session: Session,
  seals: readonly (SealRow & { readonly rollup: string })[],
  keys: readonly TrustedKey[],
): Promise<{ readonly offence: Offence | null; readonly heads: readonly HeadRow[] }> {
  const heads = await readHeads(session);
  const broken = brokenChain(heads, keys);
  if (broken) return { offence: { what: 'head', rollup: null, says: broken }, heads };
  const last = heads.at(-1);
  const head = last && parseHead(last.body);
  if (!head) {
    const offence: Offence = { what: 'head', rollup: null, says: 'there are seals, but no signed head' };
    return { offence: seals.length > 0 ? offence : null, heads };
  }
  const [first] = await sealsNotUnder(session, seals, head);
  if (!first) return { offence: null, heads };
  const says = `revision ${first.revision} of the seal is not under the root that was signed`;
  return { offence: { what: 'log', rollup: first.rollup, says }, heads };
}

/** Those of the seals that do not lead to the root that the head signs. */
export async function sealsNotUnder<Seal extends SealRow>(
  session: Session,
  seals: readonly Seal[],
  head: Head,
): Promise<Seal[]> {
  if (await allUnder(session, seals, head)) return [];
  const proofs = await proveInLog(session, seals, head.size);
  return seals.filter((seal, i) => {
    const path = proofs[i]?.path;
    return !path || !provesInclusion(seal.id, head.size, seal.hash, path, head.root);
  });
}

/** Whether the signed root follows from these seals and what the log keeps beside them. */
async function allUnder(session: Session, seals: readonly SealRow[], head: Head): Promise<boolean> {
  const leaves = seals.map(({ id, hash }) => ({ place: id, hash })).sort((a, b) => a.place - b.place);
  if (leaves.length === 0) return true;
  if ((leaves.at(-1)?.place ?? 0) >= head.size) return false;
  const places = leaves.map(({ place }) => place);
  const nodes = await readNodes(session, nodesBeside(places, head.size));
  const root = rootOver(leaves, head.size, (node) => nodes.get(nodeKey(node)));
  return root === head.root;
}

export interface FileFinding {
  readonly offence: Offence | null;
  /** Heads that should be there are not, to be compared. */
  readonly missing: boolean;
}

/** A head is taken outside right after it was signed, and again until that worked. */
const GRACE_MS = 60_000;

/**
 * Compares the file of heads, outside of the record, with the record's `heads`. Read after them; newer lines must be in the
 * record by now. What the record says of where heads are is not believed: one that is older than a minute must be there. `now`:
 * epoch milliseconds.
 */
export async function checkHeadFile(
  session: Session,
  path: string,
  heads: readonly HeadRow[],
  now: number,
): Promise<FileFinding> {
  const offence = (says: string): FileFinding => ({
    offence: { what: 'file of heads', rollup: null, says },
    missing: false,
  });
  const file = await readHeadFile(path);
  const signedBefore = (head: HeadRow) => Date.parse(parseHead(head.body)?.at ?? '');
  const expected = heads.filter((head) => head.published || signedBefore(head) < now - GRACE_MS);
  if (!file) return { offence: null, missing: expected.length > 0 };
  if (file.broken) return offence(file.broken);
  const newest = (await readLastHead(session))?.size ?? 0;
  const known = new Map(heads.map((head) => [head.size, headLine(head)]));
  const highest = heads.at(-1)?.size ?? 0;
  for (const head of file.heads) {
    const line = known.get(head.size);
    if (line === headLine(head)) continue;
    if (line === undefined && head.size > highest && head.size <= newest) continue;
    return offence(
      line === undefined
        ? `it holds a head of size ${head.size} that the record lacks`
        : `its head of size ${head.size} is not the record's`,
    );
  }
  const held = new Set(file.heads.map(({ size }) => size));
  const lacking = expected.filter(({ size }) => !held.has(size));
  const taken = lacking.find((head) => head.published);
  return taken
    ? offence(`it lacks the head of size ${taken.size}`)
    : { offence: null, missing: lacking.length > 0 };
}
