import { expect, it } from 'vitest';
import { RefusedError } from '../errors.ts';
import { OpenBodies } from './open-bodies.ts';

it('bodies of one key share a bound, and those of other keys do not count', () => {
  const bodies = new OpenBodies(100);
  const [a, b] = [{ id: 'a' }, { id: 'b' }];
  // One alone may be larger.
  const large = bodies.enter(a, 150);
  expect(() => bodies.enter(a, 1)).toThrow(RefusedError);
  const other = bodies.enter(b, 60);
  large.leave();
  large.leave();
  const first = bodies.enter(a, 60);
  const growing = bodies.enter(a, 0);
  growing.grow(40);
  expect(() => growing.grow(1)).toThrow('60 bytes of this key are on their way; at most 100');
  first.leave();
  growing.grow(60);
  growing.leave();
  other.leave();
  expect(() => bodies.enter(a, 100)).not.toThrow();
});

it('what arrives of a body after it was answered counts for nothing', () => {
  const bodies = new OpenBodies(100);
  const key = { id: 'a' };
  const late = bodies.enter(key, 0);
  late.leave();
  late.grow(90);
  bodies.enter(key, 50);
  expect(() => bodies.enter(key, 50)).not.toThrow();
});
