import { expect, it } from 'vitest';
import type { Caller } from '../caller.ts';
import { RefusedError } from '../errors.ts';
import { type CallerEnd, watchCaller } from './watch-caller.ts';

const caller = { scope: { fingerprint: 'seen' }, expiresAt: null } as Caller;

/** How the watch of a caller ends whose key answers like that when it is checked. */
const endOf = (authenticate: () => Promise<Caller | null>) =>
  new Promise<CallerEnd>((resolve) => {
    const access = { authenticate, onChange: () => () => undefined };
    watchCaller({ access, now: () => 0 }, 'key', caller, resolve);
  });

it('a key that is gone, one that sees something else, and one that cannot be checked end differently', async () => {
  expect(await endOf(async () => null)).toMatchObject({ code: 'UNAUTHENTICATED' });
  const other = { ...caller, scope: { fingerprint: 'other' } } as Caller;
  expect(await endOf(async () => other)).toMatchObject({ code: 'POLICY_CHANGED' });
  const away = () => Promise.reject(new RefusedError('UNAVAILABLE', 503, 'tokens cannot be checked'));
  expect(await endOf(away)).toEqual({
    code: 'UNAVAILABLE',
    message: 'this key cannot be checked just now; connect again',
  });
});
