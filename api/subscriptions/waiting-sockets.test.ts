import { expect, it } from 'vitest';
import { WaitingSockets } from './waiting-sockets.ts';

it('WebSockets without a key are counted by network, and in all', () => {
  const waiting = new WaitingSockets(4, 2);
  const leave = waiting.enter('192.0.2.1');
  expect(waiting.enter('192.0.2.1')).not.toBeNull();
  expect(waiting.enter('192.0.2.1')).toBeNull();
  expect(waiting.enter('2001:db8::1')).not.toBeNull();
  expect(waiting.enter('2001:db8:0:0:9::2')).not.toBeNull();
  // All places are taken, also for an unknown network.
  expect(waiting.enter('192.0.2.9')).toBeNull();
  leave?.();
  leave?.();
  expect(waiting.enter('2001:db8::3')).toBeNull();
  expect(waiting.enter('192.0.2.9')).not.toBeNull();
});
