import { expect, it } from 'vitest';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { RefusedError } from '../errors.ts';
import { Shares } from './shares.ts';

const narrow = { allowsAll: () => false } as unknown as Scope;
const one = { id: 'ApiKey:1', scope: narrow };
const other = { id: 'ApiKey:2', scope: narrow };

it('limits open ones per caller, and allows more once some are closed', () => {
  const shares = new Shares('event streams', 2);
  const leave = shares.enter(one);
  shares.enter(one);
  expect(() => shares.enter(one)).toThrow(RefusedError);
  expect(() => shares.enter(one)).toThrow('at most 2 event streams of one key at once');
  // What others keep open, and what was refused, does not count.
  shares.enter(other);
  leave();
  leave();
  shares.enter(one);
  expect(() => shares.enter(one)).toThrow(RefusedError);
});

it('counts large ones as several, and takes as many back', () => {
  const shares = new Shares('subscriptions', 5);
  const leave = shares.enter(one, 3);
  expect(() => shares.enter(one, 3)).toThrow('of one key at once; by its size this one counts as 3');
  const others = [shares.enter(one), shares.enter(one)];
  expect(() => shares.enter(one)).toThrow(/at most 5 subscriptions of one key at once$/);
  leave();
  shares.enter(one, 3);
  for (const other of others) other();
  shares.enter(one, 2);
  expect(() => shares.enter(one)).toThrow(RefusedError);
});

it('lets the administrator keep ten times as many open', () => {
  const shares = new Shares('WebSockets', 2);
  const admin = { id: 'admin', scope: EVERYTHING };
  for (let i = 0; i < 20; i++) shares.enter(admin);
  expect(() => shares.enter(admin)).toThrow('at most 20 WebSockets');
});
