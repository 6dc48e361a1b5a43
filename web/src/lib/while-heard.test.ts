import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { whileHeard } from './while-heard.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const bytes = (text: string) => new TextEncoder().encode(text);

it('passes on what arrives, however long it goes on, and its end', async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const text = new Response(whileHeard(readable, 45_000)).text();
  for (let i = 0; i < 20; i++) {
    await vi.advanceTimersByTimeAsync(30_000);
    void writer.write(bytes(`${i} `));
  }
  void writer.close();
  expect(await text).toBe(Array.from({ length: 20 }, (_, i) => `${i} `).join(''));
});

it('fails, and lets go of the connection, once nothing has arrived for so long', async () => {
  let isLetGo = false;
  const silent = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes('a')),
    cancel: () => {
      isLetGo = true;
    },
  });
  const reader = whileHeard(silent, 45_000).getReader();
  expect((await reader.read()).value).toEqual(bytes('a'));
  const next = expect(reader.read()).rejects.toThrow('nothing arrived for 45 s');
  await vi.advanceTimersByTimeAsync(45_000);
  await next;
  expect(isLetGo).toBe(true);
});

it('fails as the connection does', async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull: () => {
      throw new Error('reset');
    },
  });
  await expect(new Response(whileHeard(broken, 45_000)).text()).rejects.toThrow('reset');
  expect(vi.getTimerCount()).toBe(0);
});
