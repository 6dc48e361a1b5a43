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

it('reads no folder before it is needed', async () => {
  const folder = join(cacheFolder, 'scoreline-e5');
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  for (const name of ['config.json', 'tokenizer.json', join('onnx', 'model_quantized.onnx')])
    writeFileSync(join(folder, name), 'not what it should be');
  expect((await encoders.of(SHIPPED)).id.hash).toBe(SHIPPED.hash);
  await expect(encoders.of(TINY)).rejects.toThrow('JSON');
  // And it is read again once it was repaired.
  rmSync(folder, { recursive: true });
  await buildTinyEncoder(cacheFolder);
  expect((await encoders.of(TINY)).id.hash).toBe(TINY_HASH);
});
