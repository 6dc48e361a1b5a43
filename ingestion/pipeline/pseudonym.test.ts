import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { carriedOver, lookupOf, lookupsOf, lookupsOfGiven, type Pepper, pseudonym } from './pseudonym.ts';

const secret = (byte: number) => Buffer.alloc(32, byte);
const first: Pepper = { version: 1, secret: secret(1) };
const second: Pepper = { version: 2, secret: secret(2), former: first };
const third: Pepper = { version: 3, secret: secret(3), former: second };

describe('a rotated pepper', () => {
  it('makes of an old pseudonym what it makes of the identifier', () => {
    fc.assert(
      fc.property(fc.string(), (identifier) => {
        for (const old of [first, second, third]) {
          expect(carriedOver(third, pseudonym(old, identifier))).toBe(pseudonym(third, identifier));
        }
      }),
    );
    expect(carriedOver(second, pseudonym(third, 'jane@example.com'))).toBeNull();
    expect(carriedOver(second, 'jane@example.com')).toBeNull();
  });

  it('needs the new secret: the old one does not find the person', () => {
    const guess: Pepper = { version: 2, secret: secret(9), former: first };
    expect(pseudonym(guess, 'jane@example.com')).not.toBe(pseudonym(second, 'jane@example.com'));
    expect(lookupOf(guess, 'p2_x')).not.toBe(lookupOf(second, 'p2_x'));
  });

  it('finds a person by the identifier however it is typed, and by a pseudonym of any version', () => {
    const wanted = lookupOf(third, pseudonym(third, 'jane@example.com'));
    for (const given of [
      ' Jane@Example.com',
      pseudonym(first, 'jane@example.com'),
      pseudonym(third, 'jane@example.com'),
    ]) {
      expect(lookupsOfGiven(third, given)).toContain(wanted);
      // A row that has not been moved to the new pepper, too.
      expect(lookupsOfGiven(third, given)).toContain(
        given.startsWith('p3') ? wanted : lookupOf(second, pseudonym(second, 'jane@example.com')),
      );
    }
    expect(lookupsOf(third, 'jane@example.com')).toHaveLength(3);
    expect(lookupsOfGiven(third, 'joe@example.com')).not.toContain(wanted);
  });
});
