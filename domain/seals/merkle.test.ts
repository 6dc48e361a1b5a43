import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import {
  consistencyProof,
  consistencyRanges,
  inclusionProof,
  inclusionRanges,
  leafHash,
  nodeHash,
  nodesBeside,
  provesConsistency,
  provesInclusion,
  rangeHash,
  rootOver,
  subtreesOf,
  treeHash,
} from './merkle.ts';

// The eight leaves of the transparency-dev/merkle test data, and the roots of their first 1 … 8.
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => leafHash(Buffer.from(hex, 'hex')));
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** Published cases outside the repository, if present. */
const VECTORS = fileURLToPath(new URL('../../../shared/vectors/merkle/testdata', import.meta.url));
const casesOf = (kind: string) =>
  readdirSync(join(VECTORS, kind), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ name, ...JSON.parse(readFileSync(join(VECTORS, kind, name), 'utf8')) }));
const hex = (text: string | null) => Buffer.from(text ?? '', 'base64').toString('hex');
const all = (list: string[] | null) => (list ?? []).map(hex);

describe('the tree hash', () => {
  it('is that of the published example, for each size', () => {
    expect(treeHash([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(ROOTS.map((_, i) => treeHash(LEAVES.slice(0, i + 1)))).toEqual(ROOTS);
  });

  it('is computed from the complete subtrees that a log keeps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), (size) => {
        const leaves = Array.from({ length: size }, (_, i) => leafHash(String(i)));
        const stored = subtreesOf({ from: 0, until: size }).map(({ level, place }) =>
          treeHash(leaves.slice(place * 2 ** level, (place + 1) * 2 ** level)),
        );
        expect(rangeHash(stored)).toEqual(treeHash(leaves));
      }),
    );
  });
});

describe('the hash of a node', () => {
  const [left = '', right = ''] = ROOTS;

  it('is that of the two hashes after a byte of 1', () => {
    const bytes = Buffer.concat([Buffer.of(1), Buffer.from(left, 'hex'), Buffer.from(right, 'hex')]);
    expect(nodeHash(left, right)).toBe(hash('sha256', bytes));
  });

  it.each(['', '00', left.slice(2), `${left.slice(2)}0g`, `${left}00`, 'é'.repeat(64)])(
    'is another where %o stands for one of them, whatever was hashed before',
    (broken) => {
      const whole = nodeHash(left, right);
      expect(nodeHash(broken, right)).not.toBe(whole);
      expect(nodeHash(left, broken)).not.toBe(whole);
      expect(nodeHash(left, right)).toBe(whole);
    },
  );
});

describe('proofs', () => {
  it('hold for every leaf and every prefix, and for nothing else', () => {
    for (let size = 1; size <= 20; size++) {
      const leaves = Array.from({ length: size }, (_, i) => leafHash(String(i)));
      const root = treeHash(leaves);
      for (let i = 0; i < size; i++) {
        const proof = inclusionProof(leaves, i);
        const leaf = leaves[i] as string;
        expect(provesInclusion(i, size, leaf, proof, root)).toBe(true);
        expect(provesInclusion((i + 1) % (size + 1), size, leaf, proof, root)).toBe(false);
        expect(provesInclusion(i, size, leafHash('x'), proof, root)).toBe(false);
        const beginning = treeHash(leaves.slice(0, i + 1));
        const steps = consistencyProof(leaves, i + 1);
        expect(provesConsistency(i + 1, size, steps, beginning, root)).toBe(true);
        expect(provesConsistency(i + 1, size, steps, leafHash('x'), root)).toBe(false);
        if (i + 1 < size) expect(provesConsistency(i + 1, size, steps, beginning, beginning)).toBe(false);
      }
    }
  });

  it('of many leaves at once give the same root, and no other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 80 }), fc.array(fc.nat(79), { minLength: 1 }), (size, wanted) => {
        const all = Array.from({ length: size }, (_, i) => leafHash(String(i)));
        const places = [...new Set(wanted.map((place) => place % size))].sort((a, b) => a - b);
        const beside = new Map(
          nodesBeside(places, size).map(({ level, place }) => [
            `${level}/${place}`,
            treeHash(all.slice(place * 2 ** level, (place + 1) * 2 ** level)),
          ]),
        );
        const at = ({ level, place }: { level: number; place: number }) => beside.get(`${level}/${place}`);
        const leaves = places.map((place) => ({ place, hash: all[place] as string }));
        expect(rootOver(leaves, size, at)).toEqual(treeHash(all));
        const [first, ...rest] = leaves;
        const forged = [{ place: first?.place ?? 0, hash: leafHash('x') }, ...rest];
        expect(rootOver(forged, size, at)).not.toEqual(treeHash(all));
      }),
    );
  });

  it('take as many hashes as the tree is deep', () => {
    expect(inclusionRanges(0, 1_000_000)).toHaveLength(20);
    expect(consistencyRanges(1_000_000, 1_000_000)).toEqual([]);
  });

  it.skipIf(!existsSync(VECTORS))('agree with the published cases', () => {
    const [inclusion, consistency] = [casesOf('inclusion'), casesOf('consistency')];
    expect(inclusion.length).toBeGreaterThan(50);
    expect(consistency.length).toBeGreaterThan(50);
    for (const one of inclusion) {
      const { leafIdx, treeSize, leafHash: leaf, proof, root, wantErr } = one;
      const holds = provesInclusion(leafIdx, treeSize, hex(leaf), all(proof), hex(root));
      expect(holds, `${one.name}: ${one.desc}`).toBe(!wantErr);
    }
    for (const one of consistency) {
      const { size1, size2, root1, root2, proof, wantErr } = one;
      const holds = provesConsistency(size1, size2, all(proof), hex(root1), hex(root2));
      expect(holds, `${one.name}: ${one.desc}`).toBe(!wantErr);
    }
  });
});
