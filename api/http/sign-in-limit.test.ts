import { expect, it } from 'vitest';
import { RefusedError } from '../errors.ts';
import { SignInLimit } from './sign-in-limit.ts';

/** How many fail before the next one has to wait. */
function failuresOf(limit: SignInLimit, address: (i: number) => string | null): number {
  for (let i = 0; i < 1_000; i++) {
    try {
      limit.check(address(i));
    } catch (error) {
      expect(error).toBeInstanceOf(RefusedError);
      return i;
    }
    limit.failed(address(i));
  }
  return Number.POSITIVE_INFINITY;
}

it('counts failures of one address, of all together, and those that are of no address among all alone', () => {
  let now = 0;
  const limit = new SignInLimit(() => now);
  expect(failuresOf(limit, () => '192.0.2.1')).toBe(10);
  expect(failuresOf(limit, (i) => `2001:db8:0:1::${i.toString(16)}`)).toBe(10);
  expect(failuresOf(limit, () => null)).toBe(280);
  expect(failuresOf(limit, () => '192.0.2.2')).toBe(0);
  now = 60_000;
  expect(failuresOf(limit, () => null)).toBe(300);
});
