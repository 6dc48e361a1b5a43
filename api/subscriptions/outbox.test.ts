import { expect, it } from 'vitest';
import { firstMessages } from '../../test/fixtures/web-socket.ts';
import { Connection } from './connection.ts';
import { textFrame } from './text-frame.ts';

const COUNT = 100;

it.each([500, 70_000, 200_000])('a reader gets every message of %i bytes of one turn', async (size) => {
  const received = await firstMessages(COUNT, (socket, request) => {
    const connection = new Connection('test', socket, request, () => undefined);
    for (let i = 0; i < COUNT; i++) connection.writeFrame(textFrame(`${i} `.padEnd(size, 'x')));
  });
  expect(received.map(({ text }) => Number.parseInt(text, 10))).toEqual(
    Array.from({ length: COUNT }, (_, i) => i),
  );
});
