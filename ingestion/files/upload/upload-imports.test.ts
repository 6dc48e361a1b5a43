import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../../domain/segments/dimensions.ts';
import type { ImportSink } from '../import/sink.ts';
import { parseFileMap } from '../map/file-map.ts';
import { type ImportState, UploadImports } from './upload-imports.ts';
import { Uploads } from './uploads.ts';

const folder = mkdtempSync(join(tmpdir(), 'scoreline-upload-imports-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FILE = Buffer.from('id,at,score\n1,2026-03-01T10:00:00Z,9\n');
const MAP = parseFileMap(
  {
    source: 's',
    survey: { name: 'a', version: '1' },
    externalId: 'id',
    answeredAt: { column: 'at' },
    score: { column: 'score', scale: '0-10' },
  },
  defineDimensions(DEFAULT_DIMENSIONS),
);
const LIMITS = { bytes: 1e6, bytesOfOwner: 1e6, filesOfOwner: 10, keptMs: 1e9, reserve: 0 };

it('imports of one key leave room for those of others', async () => {
  const uploads = new Uploads(folder, LIMITS, Date.now);
  const imports = new UploadImports(uploads);
  let free = (): void => undefined;
  const isFree = new Promise<void>((resolve) => {
    free = resolve;
  });
  const slow: ImportSink = {
    begin: async () => ({ id: 'an import', resumed: false }),
    send: async ({ rows }) => {
      await isFree;
      return rows.map(() => ({ status: 'accepted' }) as const);
    },
    end: async () => undefined,
  };
  const ends: Promise<void>[] = [];
  const start = async (owner: string) => {
    const { upload } = await uploads.begin({ owner, name: 'a.csv', bytes: FILE.length, digest: null });
    await uploads.append(upload, 0, FILE);
    const whole = (await uploads.find(owner, upload.id)) ?? upload;
    let state: Promise<ImportState> | undefined;
    const onError = (error: Error) => expect.unreachable(error.message);
    const ended = new Promise<void>((onEnd) => {
      state = imports.start({ upload: whole, map: MAP, sink: slow, onEnd, onError });
    });
    const begun = await state;
    ends.push(ended);
    return begun?.state;
  };
  expect([await start('a'), await start('a')]).toEqual(['running', 'running']);
  await expect(start('a')).rejects.toThrow('2 imports of this key run here');
  expect([await start('b'), await start('c')]).toEqual(['running', 'running']);
  await expect(start('d')).rejects.toThrow('4 imports run here');
  free();
  await Promise.all(ends);
  expect(await start('a')).toBe('running');
  await Promise.all(ends);
});

it('an import whose end was not recorded is ended, not made again', async () => {
  const uploads = new Uploads(folder, LIMITS, Date.now);
  const imports = new UploadImports(uploads);
  let sent = 0;
  const sink: ImportSink = {
    begin: async ({ resume }) => ({ id: resume ?? 'the import', resumed: resume !== undefined }),
    send: async ({ rows }) => {
      sent += rows.length;
      return rows.map(() => ({ status: 'accepted' }) as const);
    },
    end: async () => undefined,
  };
  const { upload } = await uploads.begin({ owner: 'e', name: 'e.csv', bytes: FILE.length, digest: null });
  await uploads.append(upload, 0, FILE);
  const run = async (onState: (state: ImportState) => void) => {
    const found = (await uploads.find('e', upload.id)) ?? upload;
    await new Promise<void>((onEnd, reject) => {
      const options = { upload: found, map: MAP, sink, onState, onEnd, onError: () => undefined };
      imports.start(options).catch(reject);
    });
    return imports.stateOf(found);
  };
  const cutOff = await run(({ state }) => {
    if (state === 'done') throw new Error('cut off');
  });
  expect(cutOff?.state).toBe('failed');
  expect(await run(() => undefined)).toMatchObject({
    state: 'done',
    importId: 'the import',
    accepted: 1,
    duplicates: 0,
  });
  expect(sent).toBe(1);
});

it('a part of a file that was imported or removed is refused with the reason', async () => {
  const uploads = new Uploads(folder, LIMITS, Date.now);
  const given = { owner: 'late', name: 'a.csv', bytes: FILE.length, digest: null };
  const { upload: imported } = await uploads.begin(given);
  await uploads.append(imported, 0, FILE);
  await uploads.drop(imported);
  const { upload: removed } = await uploads.begin(given);
  await uploads.remove(removed);
  for (const one of [imported, removed])
    await expect(uploads.append(one, 0, FILE)).rejects.toThrow('this file was imported or removed');
});
