import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type UploadLimits, Uploads } from './uploads.ts';

const root = mkdtempSync(join(tmpdir(), 'scoreline-uploads-of-keys-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const LIMITS = { bytes: 1e6, bytesOfOwner: 1e6, filesOfOwner: 3, keptMs: 1e9, reserve: 0 };
const open = (name: string, limits: Partial<UploadLimits> = {}) =>
  new Uploads(join(root, name), { ...LIMITS, ...limits }, Date.now);
const file = (owner: string, bytes: number, digest: string | null = null) => ({
  owner,
  name: 'a.csv',
  bytes,
  digest,
});
const kept = <Value>(all: readonly PromiseSettledResult<Value>[]) =>
  all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));

it('files that begin at once are counted with each other: those of a key stay within its limits', async () => {
  const uploads = open('files');
  const many = await Promise.allSettled(Array.from({ length: 20 }, () => uploads.begin(file('a', 10))));
  expect(kept(many)).toHaveLength(3);
  expect(many[19]).toMatchObject({ reason: { message: expect.stringMatching(/^this key has 3 files/) } });
  expect((await uploads.begin(file('b', 10))).resumed).toBe(false);
  const large = await Promise.allSettled(Array.from({ length: 3 }, () => uploads.begin(file('c', 6e5))));
  expect(kept(large)).toHaveLength(1);
});

it('those of one key do not wait for all that another one begins', async () => {
  const uploads = open('fair', { filesOfOwner: 60 });
  const ended: string[] = [];
  const begin = (owner: string) => uploads.begin(file(owner, 10)).then(() => ended.push(owner));
  await Promise.all([...Array.from({ length: 60 }, () => begin('a')), begin('b')]);
  expect(ended.indexOf('b')).toBeLessThan(30);
});

it('of the same content is begun once, also at once', async () => {
  const uploads = open('same');
  const both = await Promise.all([1, 2].map(() => uploads.begin(file('a', 10, 'f'.repeat(64)))));
  expect(both.map(({ resumed }) => resumed)).toEqual([false, true]);
  expect(readdirSync(join(root, 'same'))).toHaveLength(1);
});

it('a part is refused where the disk has no room for it beside what stays free', async () => {
  const { upload } = await open('disk').begin(file('a', 10));
  const { bavail, bsize } = await statfs(root);
  const full = open('disk', { reserve: 2 * bavail * bsize });
  await expect(full.append(upload, 0, Buffer.from('id,at'))).rejects.toMatchObject({ code: 'DISK_FULL' });
  expect(await open('disk').append(upload, 0, Buffer.from('id,at'))).toBe(5);
});
