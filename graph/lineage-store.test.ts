import { expect, it } from 'vitest';
import { type LineageStore, withFallback } from './lineage-store.ts';
import { isAway } from './neo4j/driver.ts';

const answering = (name: string, lag: () => Promise<number>) => ({ name, lag }) as unknown as LineageStore;

it('a primary that never answers is given up, and the fallback answers', async () => {
  const messages: string[] = [];
  const silent = answering('silent', () => new Promise(() => undefined));
  const store = withFallback(
    silent,
    answering('record', async () => 7),
    isAway,
    ({ message }) => messages.push(message),
    20,
  );
  expect(await store.lag()).toBe(7);
  expect(messages).toEqual(['it does not answer']);
});

it('errors other than unavailability are not hidden', async () => {
  const wrong = answering('wrong', () => Promise.reject(new TypeError('no such property')));
  const store = withFallback(
    wrong,
    answering('record', async () => 7),
    isAway,
    () => undefined,
  );
  await expect(store.lag()).rejects.toThrow('no such property');
});
