import { expect, it } from 'vitest';
import { firstMessages } from '../../test/fixtures/web-socket.ts';
import { Answer } from './answer.ts';
import { textFrame } from './text-frame.ts';
import { TurnWriter } from './turn.ts';

it('reaches a client as the text that it was made of, at every size of its length', async () => {
  const texts = [0, 1, 124, 125, 126, 127, 65_535, 65_536, 200_000].flatMap((length) => [
    'x'.repeat(length),
    'é'.repeat(Math.floor(length / 2)),
  ]);
  const received = await firstMessages(texts.length, (_socket, request) => {
    for (const text of texts) request.socket.write(textFrame(text));
  });
  expect(received.map(({ text }) => text)).toEqual(texts);
  expect(received.some(({ isBinary }) => isBinary)).toBe(false);
});

it('is written once for all that one turn of the event loop adds, in order', async () => {
  const writes: string[] = [];
  const writers = ['a', 'b'].map((name) => new TurnWriter((chunk) => writes.push(`${name}: ${chunk}`)));
  for (const part of ['1', '2', '3']) for (const writer of writers) writer.add(Buffer.from(part));
  expect(writers.map(({ bytes }) => bytes)).toEqual([3, 3]);
  await new Promise((resolve) => setImmediate(resolve));
  writers[1]?.add(Buffer.from('4'));
  writers[1]?.flush();
  await new Promise((resolve) => setImmediate(resolve));
  expect(writes).toEqual(['a: 123', 'b: 123', 'b: 4']);
  expect(writers.map(({ bytes }) => bytes)).toEqual([0, 0]);
});

it('is made once for each subscription id that is used often, and always of that id', () => {
  const answer = new Answer('{}');
  let made = 0;
  const of = (id: number) =>
    answer.chunk(String(id), (json) => {
      made += 1;
      return Buffer.from(`${id}${json}`);
    });
  for (let time = 0; time < 3; time++)
    for (let id = 0; id < 100; id++) expect(String(of(id))).toBe(`${id}{}`);
  expect(made).toBe(64 + 3 * 36);
});
