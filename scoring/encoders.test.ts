import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { buildTinyEncoder, TINY_HASH } from '../test/fixtures/tiny-encoder.ts';
import { type Encoders, openEncoders } from './encoders.ts';
import { RECIPE } from './multilingual/recipe.ts';

const SHIPPED = JSON.parse(readFileSync(new URL('./models/default.json', import.meta.url), 'utf8')).encoder;
const TINY = { name: 'scoreline-e5', hash: TINY_HASH };
const root = mkdtempSync(join(tmpdir(), 'scoreline-encoders-'));
let cacheFolder: string;
let encoders: Encoders;

beforeEach(() => {
  cacheFolder = mkdtempSync(join(root, 'case-'));
  encoders = openEncoders({ main: null, cacheFolder });
});
afterEach(() => encoders.close());
afterAll(() => rmSync(root, { recursive: true }));

it('has the one that ships alone, and says what brings another', async () => {
  expect((await encoders.main()).id.hash).toBe(SHIPPED.hash);
  expect(await encoders.find(TINY_HASH)).toBeNull();
  await expect(encoders.of({ name: 'scoreline-e5', hash: RECIPE.outcome })).rejects.toThrow(
    `the model needs the encoder scoreline-e5 (${RECIPE.outcome.slice(0, 12)}), which is not on this machine: "scoreline model multilingual" builds it`,
  );
  await expect(encoders.named('scoreline-e5')).rejects.toThrow(
    'encoder: "scoreline-e5" is not on this machine; there is scoreline-minilm',
  );
  await expect(encoders.of({ name: 'own', hash: 'a'.repeat(64) })).rejects.toThrow(
    'the model needs the encoder own (aaaaaaaaaaaa), which is not on this machine: name its folder in SCORELINE_ENCODER',
  );
});

it('has a built one beside it as soon as its folder is there, each with its own embeddings', async () => {
  expect(await encoders.find(TINY_HASH)).toBeNull();
  await buildTinyEncoder(cacheFolder);
  const [shipped, tiny] = [await encoders.of(SHIPPED), await encoders.of(TINY)];
  expect([shipped.threads(), tiny.threads()]).toEqual([0, 0]);
  const [[one], [other]] = [await shipped.encode(['good']), await tiny.encode(['good'])];
  expect([one?.embedding.length, other?.embedding.length]).toEqual([384, 32]);
  expect(await encoders.of(TINY)).toBe(tiny);
  expect(await encoders.named('scoreline-e5')).toBe(tiny);
  await encoders.close();
  await expect(tiny.encode(['gut'])).rejects.toThrow('the encoder is closed');
});

it('has the one that ships when another is chosen', async () => {
  await buildTinyEncoder(cacheFolder);
  const chosen = openEncoders({ main: join(cacheFolder, 'scoreline-e5'), cacheFolder });
  expect((await chosen.main()).id.hash).toBe(TINY_HASH);
  expect(await chosen.of(TINY)).toBe(await chosen.main());
  expect((await chosen.of(SHIPPED)).id.hash).toBe(SHIPPED.hash);
  expect((await chosen.named('scoreline-minilm')).id.hash).toBe(SHIPPED.hash);
  await chosen.close();
  await expect(openThenClosed()).rejects.toThrow('the encoders are closed');
});

/** One that was not opened before the end is not opened after it. */
async function openThenClosed() {
  const ended = openEncoders({ main: null, cacheFolder });
  await ended.close();
  return ended.main();
}

/** A folder that has all files of an encoder, and none that is one. */
function breakFolder(name: string): string {
  const folder = join(cacheFolder, name);
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  for (const file of ['config.json', 'tokenizer.json', join('onnx', 'model_quantized.onnx')])
    writeFileSync(join(folder, file), 'not what it should be');
  return folder;
}

it('one that cannot be opened does not hide the others, and is named', async () => {
  const broken = breakFolder('own');
  const chosen = openEncoders({ main: broken, cacheFolder });
  try {
    expect((await chosen.of(SHIPPED)).id.hash).toBe(SHIPPED.hash);
    await expect(chosen.find('a'.repeat(64))).rejects.toThrow(
      `${join(broken, 'config.json')} cannot be read: `,
    );
  } finally {
    await chosen.close();
  }
});

it('never reads with other files than those it is known by, and goes on once they are back', async () => {
  await buildTinyEncoder(cacheFolder);
  const tiny = await encoders.of(TINY);
  const folder = join(cacheFolder, 'scoreline-e5');
  const changed = async (name: string, change: (content: Buffer) => string | Buffer) => {
    const content = readFileSync(join(folder, name));
    writeFileSync(join(folder, name), change(content));
    await expect(tiny.encode(['good'])).rejects.toThrow(
      /^the encoder .*scoreline-e5 failed: its files have changed since they were read \(9c00fc0c7002, now /,
    );
    writeFileSync(join(folder, name), content);
  };
  await changed('config.json', (content) => content.toString().replace('query: ', 'good: '));
  await changed(join('onnx', 'model_quantized.onnx'), (content) => content.subarray(0, 100));
  expect((await tiny.encode(['good']))[0]?.embedding).toHaveLength(32);
});

it('reads no folder before it is needed', async () => {
  const folder = breakFolder('scoreline-e5');
  expect((await encoders.of(SHIPPED)).id.hash).toBe(SHIPPED.hash);
  await expect(encoders.of(TINY)).rejects.toThrow('JSON');
  // And it is read again once it was repaired.
  rmSync(folder, { recursive: true });
  await buildTinyEncoder(cacheFolder);
  expect((await encoders.of(TINY)).id.hash).toBe(TINY_HASH);
});
