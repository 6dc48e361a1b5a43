import type { KeyObject } from 'node:crypto';
import {
  inclusionRanges,
  nodesBeside,
  provesInclusion,
  rangeHash,
  rootOver,
  subtreesOf,
} from '../../domain/merkle.ts';
import { type Head, headLine } from '../../domain/seal.ts';
import type { Session } from '../../store/client.ts';
import {
  type HeadRow,
  nodeKey,
  readHeads,
  readLastHead,
  readNodes,
  type SealRow,
} from '../../store/seals.ts';
import type { Offence } from './check-rollup.ts';
import { readHeadFile } from './head-sink.ts';
import { brokenChain, parseHead } from './heads.ts';

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
      return found.every((hash) => hash !== undefined) ? rangeHash(found as Buffer[]).toString('hex') : null;
    });
    return hashes?.every((hash) => hash !== null)
      ? { index: (seals[i] as SealRow).id, path: hashes as string[] }
      : null;
  });
}

/** The chain of signed heads, the root that the last one signs, and that every seal is under it. */
export async function checkLog(
  session: Session,
  seals: readonly (SealRow & { readonly rollup: string })[],
  publicKey: KeyObject,
): Promise<{ readonly offence: Offence | null; readonly heads: readonly HeadRow[] }> {
  const heads = await readHeads(session);
  const broken = brokenChain(heads, publicKey);
  if (broken) return { offence: { what: 'head', rollup: null, says: broken }, heads };
  const last = heads.at(-1);
  const head = last && parseHead(last.body);
  if (!head) {
    const offence: Offence = { what: 'head', rollup: null, says: 'there are seals, but no signed head' };
    return { offence: seals.length > 0 ? offence : null, heads };
  }
  if (await allUnder(session, seals, head)) return { offence: null, heads };
  const proofs = await proveInLog(session, seals, head.size);
  const root = Buffer.from(head.root, 'hex');
  for (const [i, seal] of seals.entries()) {
    const proof = proofs[i];
    const path = proof?.path.map((hash) => Buffer.from(hash, 'hex'));
    if (path && provesInclusion(seal.id, head.size, Buffer.from(seal.hash, 'hex'), path, root)) continue;
    const says = `revision ${seal.revision} of the seal is not under the root that was signed`;
    return { offence: { what: 'log', rollup: seal.rollup, says }, heads };
  }
  const says = 'the seals are not under the root that was signed';
  return { offence: { what: 'log', rollup: null, says }, heads };
}

/** Whether the signed root follows from these seals and what the log keeps beside them. */
async function allUnder(session: Session, seals: readonly SealRow[], head: Head): Promise<boolean> {
  const leaves = seals
    .map(({ id, hash }) => ({ place: id, hash: Buffer.from(hash, 'hex') }))
    .sort((a, b) => a.place - b.place);
  if (leaves.length === 0) return true;
  if ((leaves.at(-1)?.place ?? 0) >= head.size) return false;
  const places = leaves.map(({ place }) => place);
  const nodes = await readNodes(session, nodesBeside(places, head.size));
  const root = rootOver(leaves, head.size, (node) => nodes.get(nodeKey(node)));
  return root?.toString('hex') === head.root;
}

export interface FileFinding {
  readonly offence: Offence | null;
  /** Heads that were published are not there to be compared. */
  readonly missing: boolean;
}

/**
 * Compares the file of heads, outside of the record, with the record's `heads`. Read after them; newer lines must be in the
 * record by now.
 */
export async function checkHeadFile(
  session: Session,
  path: string,
  heads: readonly HeadRow[],
): Promise<FileFinding> {
  const offence = (says: string): FileFinding => ({
    offence: { what: 'file of heads', rollup: null, says },
    missing: false,
  });
  const file = await readHeadFile(path);
  const published = heads.filter((head) => head.published);
  if (!file) return { offence: null, missing: published.length > 0 };
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
  const lacking = published.find(({ size }) => !held.has(size));
  return lacking ? offence(`it lacks the head of size ${lacking.size}`) : { offence: null, missing: false };
}
