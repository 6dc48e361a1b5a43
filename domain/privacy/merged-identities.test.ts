import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { type IdentityEdge, rootsOf } from './merged-identities.ts';

const id = fc.integer({ min: 0, max: 9 }).map(String);
const edges = fc.array(fc.record({ fromId: id, intoId: id }), { maxLength: 25 });

/** Group by group, as it would be written down: each statement renames every member of a group. */
function recount(list: readonly IdentityEdge[]): Map<string, string> {
  const roots = new Map<string, string>();
  for (const { fromId, intoId } of list) {
    for (const one of [fromId, intoId]) if (!roots.has(one)) roots.set(one, one);
    const [old, next] = [roots.get(fromId), roots.get(intoId)];
    for (const [member, root] of roots) if (root === old) roots.set(member, next as string);
  }
  return roots;
}

describe('what merged identities count as', () => {
  it('follows chains to the last one', () => {
    const chain = [
      { fromId: 'a', intoId: 'b' },
      { fromId: 'b', intoId: 'c' },
    ];
    expect(rootsOf(chain)).toEqual(
      new Map([
        ['a', 'c'],
        ['b', 'c'],
        ['c', 'c'],
      ]),
    );
    expect(rootsOf([...chain, { fromId: 'c', intoId: 'a' }]).get('a')).toBe('c');
  });

  it('equals a recount, whatever was stated in whatever order, and any statement can be left out again', () => {
    fc.assert(
      fc.property(edges, fc.nat(), (list, gone) => {
        expect(rootsOf(list)).toEqual(recount(list));
        const without = list.filter((_, i) => i !== gone % Math.max(1, list.length));
        expect(rootsOf(without)).toEqual(recount(without));
      }),
    );
  });
});
