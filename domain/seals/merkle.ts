import { hash } from 'node:crypto';

/*
 * Merkle trees of RFC 9162 (Certificate Transparency 2.0), section 2.1: SHA-256, with a first byte that
 * separates leaves from inner nodes. Hashes are texts of 64 hex digits: a Buffer for each would cost more than
 * the hashing, in allocation and collection.
 */

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);
const HASH_BYTES = 32;
/** The input of a node's hash, reused. */
const pair = Buffer.concat([NODE, Buffer.alloc(2 * HASH_BYTES)]);

/** A range of leaves; the hash of its subtree stands for it in a proof. `until` is exclusive. */
export interface LeafRange {
  readonly from: number;
  readonly until: number;
}

/** A complete subtree over 2^level leaves, which never changes; `place` is its index on that level. */
export interface TreeNode {
  readonly level: number;
  readonly place: number;
}

/** The hash of a leaf with that content. */
export function leafHash(content: string | Uint8Array): string {
  return hash('sha256', typeof content === 'string' ? `\0${content}` : Buffer.concat([LEAF, content]));
}

/** The hash of the node over two subtrees. */
export function nodeHash(left: string, right: string): string {
  const isPair =
    left.length === 2 * HASH_BYTES &&
    right.length === 2 * HASH_BYTES &&
    pair.write(left, 1, 'hex') === HASH_BYTES &&
    pair.write(right, 1 + HASH_BYTES, 'hex') === HASH_BYTES;
  if (isPair) return hash('sha256', pair);
  // An invalid hash must not be completed by bytes of the previous pair.
  return hash('sha256', Buffer.concat([NODE, Buffer.from(left, 'hex'), Buffer.from(right, 'hex')]));
}

/** The root over the leaf hashes in order; without any, the hash of nothing. */
export function treeHash(leaves: readonly string[]): string {
  if (leaves.length === 0) return hash('sha256', '');
  // Pairs from the left, an odd one carried up, are the same tree as splits at the largest power of two.
  let level = leaves;
  while (level.length > 1) {
    const above: string[] = [];
    for (let i = 0; i + 1 < level.length; i += 2)
      above.push(nodeHash(level[i] as string, level[i + 1] as string));
    if (level.length % 2 === 1) above.push(level.at(-1) as string);
    level = above;
  }
  return level[0] as string;
}

/** The largest power of two smaller than n, for n > 1. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** The ranges whose hashes prove leaf `index` in a tree of that size, from the leaf to the root (2.1.3.1). */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  const ranges: LeafRange[] = [];
  let from = 0;
  let until = size;
  while (until - from > 1) {
    const middle = from + split(until - from);
    ranges.push(index < middle ? { from: middle, until } : { from, until: middle });
    if (index < middle) until = middle;
    else from = middle;
  }
  return ranges.reverse();
}

/** The ranges whose hashes prove that the tree of `second` leaves extends that of `first` (2.1.4.1). */
export function consistencyRanges(first: number, second: number): LeafRange[] {
  const ranges: LeafRange[] = [];
  let from = 0;
  let until = second;
  let whole = true;
  while (until !== first) {
    const middle = from + split(until - from);
    if (first <= middle) {
      ranges.push({ from: middle, until });
      until = middle;
    } else {
      ranges.push({ from, until: middle });
      from = middle;
      whole = false;
    }
  }
  if (!whole) ranges.push({ from, until });
  return ranges.reverse();
}

/** The complete subtrees that make up the range of a proof, largest first. */
export function subtreesOf({ from, until }: LeafRange): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let start = from; start < until; ) {
    let level = 0;
    while (2 ** (level + 1) <= until - start && start % 2 ** (level + 1) === 0) level += 1;
    nodes.push({ level, place: start / 2 ** level });
    start += 2 ** level;
  }
  return nodes;
}

/** The hash of a range from those of its complete subtrees. */
export function rangeHash(subtrees: readonly string[]): string {
  if (subtrees.length === 0) return treeHash([]);
  return subtrees.reduceRight((right, left) => nodeHash(left, right));
}

/** The hashes that prove leaf `index` of the tree over these leaf hashes. */
export function inclusionProof(leaves: readonly string[], index: number): string[] {
  return inclusionRanges(index, leaves.length).map(({ from, until }) => treeHash(leaves.slice(from, until)));
}

/** The hashes that prove that all leaves begin with the first ones. */
export function consistencyProof(leaves: readonly string[], first: number): string[] {
  return consistencyRanges(first, leaves.length).map(({ from, until }) =>
    treeHash(leaves.slice(from, until)),
  );
}

const isHash = (text: string) => text.length > 0;
const odd = (n: number) => n % 2 === 1;
const half = (n: number) => Math.floor(n / 2);

/** Whether the proof leads from the leaf's hash at `index` to the root of the tree of that size (2.1.3.2). */
export function provesInclusion(
  index: number,
  size: number,
  leaf: string,
  proof: readonly string[],
  root: string,
): boolean {
  if (!(index >= 0 && index < size) || ![leaf, root, ...proof].every(isHash)) return false;
  let [first, last, found] = [index, size - 1, leaf];
  for (const part of proof) {
    if (last === 0) return false;
    if (odd(first) || first === last) {
      found = nodeHash(part, found);
      while (!odd(first) && first !== 0) [first, last] = [half(first), half(last)];
    } else {
      found = nodeHash(found, part);
    }
    [first, last] = [half(first), half(last)];
  }
  return last === 0 && found === root;
}

/** Whether the proof shows that the tree of `secondRoot` extends that of `firstRoot` (2.1.4.2). */
export function provesConsistency(
  first: number,
  second: number,
  proof: readonly string[],
  firstRoot: string,
  secondRoot: string,
): boolean {
  if (first < 1 || first > second || ![firstRoot, secondRoot, ...proof].every(isHash)) return false;
  if (first === second) return proof.length === 0 && firstRoot === secondRoot;
  if (proof.length === 0) return false;
  const isPowerOfTwo = 2 ** Math.round(Math.log2(first)) === first;
  const [start, ...rest] = isPowerOfTwo ? [firstRoot, ...proof] : proof;
  let [fn, sn] = [first - 1, second - 1];
  while (odd(fn)) [fn, sn] = [half(fn), half(sn)];
  let [one, two] = [start as string, start as string];
  for (const part of rest) {
    if (sn === 0) return false;
    if (odd(fn) || fn === sn) {
      one = nodeHash(part, one);
      two = nodeHash(part, two);
      while (!odd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      two = nodeHash(two, part);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && one === firstRoot && two === secondRoot;
}

/** A complete subtree with its hash. */
export interface HashedNode extends TreeNode {
  readonly hash: string;
}

/**
 * Adds a leaf to a log of which only the edge is known: its complete subtrees, largest first (`subtreesOf` the
 * whole). Changes `edge`; returns every inner node that is now complete.
 */
export function appendLeaf(edge: HashedNode[], place: number, leaf: string): HashedNode[] {
  const added: HashedNode[] = [];
  edge.push({ level: 0, place, hash: leaf });
  for (let right = edge.at(-1), left = edge.at(-2); right && left?.level === right.level; ) {
    const parent = {
      level: left.level + 1,
      place: left.place / 2,
      hash: nodeHash(left.hash, right.hash),
    };
    edge.splice(-2, 2, parent);
    added.push(parent);
    [right, left] = [edge.at(-1), edge.at(-2)];
  }
  return added;
}

/** The complete subtrees that, with the leaves at these places (ascending), give the root of such a tree. */
export function nodesBeside(places: readonly number[], size: number): TreeNode[] {
  const nodes: TreeNode[] = [];
  walkTree(places, size, { leaf: () => undefined, beside: (range) => void nodes.push(...subtreesOf(range)) });
  return nodes;
}

/**
 * The root of a tree of that size from leaves at some places (ascending) and the nodes beside them: every inner
 * hash is computed once, which for many leaves is far cheaper than a proof for each. Null if a node is missing.
 */
export function rootOver(
  leaves: readonly { readonly place: number; readonly hash: string }[],
  size: number,
  nodeAt: (node: TreeNode) => string | undefined,
): string | null {
  let missing = false;
  const root = walkTree<string>(
    leaves.map(({ place }) => place),
    size,
    {
      leaf: (index) => leaves[index]?.hash,
      beside: (range) => {
        const hashes = subtreesOf(range).map(nodeAt);
        if (hashes.every((hash) => hash !== undefined)) return rangeHash(hashes as string[]);
        missing = true;
        return undefined;
      },
      join: nodeHash,
    },
  );
  return missing ? null : (root ?? null);
}

interface TreeVisitor<T> {
  /** A requested leaf; its index among the places. */
  readonly leaf: (index: number) => T | undefined;
  /** A range without requested leaves. */
  readonly beside: (range: LeafRange) => T | undefined;
  readonly join?: (left: T, right: T) => T;
}

function walkTree<T>(places: readonly number[], size: number, visitor: TreeVisitor<T>): T | undefined {
  const visit = (from: number, until: number, first: number, last: number): T | undefined => {
    if (first === last) return visitor.beside({ from, until });
    if (until - from === 1) return visitor.leaf(first);
    const middle = from + split(until - from);
    let cut = first;
    while (cut < last && (places[cut] as number) < middle) cut += 1;
    const left = visit(from, middle, first, cut);
    const right = visit(middle, until, cut, last);
    return left !== undefined && right !== undefined ? visitor.join?.(left, right) : undefined;
  };
  return size === 0 ? undefined : visit(0, size, 0, places.length);
}
