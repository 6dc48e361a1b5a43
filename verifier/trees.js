import { createHash } from 'node:crypto';

/* Merkle trees of RFC 9162, section 2.1: SHA-256, with a first byte that separates leaves from inner nodes. */

export const sha256 = (...parts) => {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
};
export const leafHash = (text) => sha256(Buffer.of(0), text);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);
export const hex = (bytes) => bytes.toString('hex');
export const bytes = (text) => Buffer.from(text, 'hex');
const half = (n) => Math.floor(n / 2);

/** 2.1.1. */
export function treeHash(hashes) {
  if (hashes.length === 0) return sha256();
  let level = hashes;
  while (level.length > 1) {
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) =>
      2 * i + 1 < level.length ? nodeHash(level[2 * i], level[2 * i + 1]) : level[2 * i],
    );
  }
  return level[0];
}

/** 2.1.3.2: the root that the path leads to, or null. */
export function rootOfPath(index, size, leaf, path) {
  let [at, last, found] = [index, size - 1, leaf];
  if (!(at >= 0 && at <= last)) return null;
  for (const part of path) {
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      found = nodeHash(part, found);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, half(last)];
    } else found = nodeHash(found, part);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 ? found : null;
}

/** 2.1.4.2: whether the path shows that the log of the second size and root extends that of the first. */
export function isBeginning(first, second, firstRoot, secondRoot, path) {
  if (!(first >= 1 && first < second) || path.length === 0) return false;
  const nodes = 2 ** Math.round(Math.log2(first)) === first ? [firstRoot, ...path] : path;
  let [at, last] = [first - 1, second - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  let [one, two] = [nodes[0], nodes[0]];
  for (const part of nodes.slice(1)) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      [one, two] = [nodeHash(part, one), nodeHash(part, two)];
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, half(last)];
    } else two = nodeHash(two, part);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && one.equals(firstRoot) && two.equals(secondRoot);
}
