import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkpointLine } from '../../domain/seals/seal.ts';
import { fileSink, urlPublisher } from '../../proof/checkpoint-publisher.ts';

/* A receiver that stores what is POSTed to it, and may be unavailable. */
const taken: { method: string | undefined; type: string | undefined; body: string }[] = [];
let answer = 204;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString();
    if (answer < 300) taken.push({ method: request.method, type: request.headers['content-type'], body });
    // A page of login, for a program that follows.
    response.writeHead(request.method === 'GET' ? 200 : answer, { location: '/login' }).end();
  });
});
let url = '';
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/heads`;
});
afterAll(() => new Promise((done) => server.close(done)));

const head = (size: number) => ({ size, body: `{"size":${size}}`, signature: 'c2ln' });

it('POSTs each head as a line of its own, in order', async () => {
  await urlPublisher(url).publish([head(3), head(8)]);
  expect(taken).toEqual(
    [head(3), head(8)].map((one) => ({
      method: 'POST',
      type: 'application/json',
      body: checkpointLine(one),
    })),
  );
});

it('treats anything but a 2xx as an error, and an unreachable receiver too', async () => {
  answer = 503;
  await expect(urlPublisher(url).publish([head(9)])).rejects.toThrow(
    'the receiver of checkpoints answered 503',
  );
  answer = 302;
  await expect(urlPublisher(url).publish([head(9)])).rejects.toThrow(
    'the receiver of checkpoints answered 302: name the address that it redirects to',
  );
  answer = 204;
  await urlPublisher(url).publish([head(9)]);
  expect(taken.at(-1)?.body).toBe(checkpointLine(head(9)));
  await expect(urlPublisher('http://127.0.0.1:1/heads').publish([head(9)])).rejects.toThrow();
});

it('writes each checkpoint once into a file, however many writers there are', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scoreline-heads-'));
  const path = join(folder, 'heads.ndjson');
  const heads = Array.from({ length: 60 }, (_, i) => head(i + 1));
  for (let upTo = 3; upTo <= heads.length; upTo += 3)
    await Promise.all(
      // As followers that know of more or fewer of them, one of which was frozen.
      [0, 1, 2, 0].map((fewer) => fileSink(path).publish(heads.slice(upTo - 3, upTo - fewer))),
    );
  expect(readFileSync(path, 'utf8')).toBe(heads.map(checkpointLine).join(''));
  rmSync(folder, { recursive: true });
});

it('reads the end of a file, however long it is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scoreline-heads-'));
  const path = join(folder, 'heads.ndjson');
  const sink = fileSink(path);
  expect(await sink.newest?.()).toBeNull();
  // More than is read at once: a hole, which takes no room on the disk.
  const length = 2 ** 31;
  writeFileSync(path, '');
  truncateSync(path, length);
  const long = { ...head(7), body: JSON.stringify({ size: 7, root: 'a'.repeat(40_000) }) };
  appendFileSync(path, `\n${checkpointLine(head(6))}${checkpointLine(long)}`);
  expect(await sink.newest?.()).toEqual(long);
  appendFileSync(path, checkpointLine(head(8)).slice(0, 9));
  expect(await sink.newest?.(), 'what is being written does not count yet').toEqual(long);
  await sink.publish([long, head(8), head(9)]);
  expect(await sink.newest?.()).toEqual(head(9));
  expect(statSync(path).size).toBe(
    length + 1 + [head(6), long, head(8), head(9)].map(checkpointLine).join('').length,
  );
  rmSync(folder, { recursive: true });
});

it('finds the newest checkpoint in front of what is none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scoreline-heads-'));
  const path = join(folder, 'heads.ndjson');
  for (const text of ['', checkpointLine(head(6))]) {
    writeFileSync(path, `${text}other\n`);
    expect(await fileSink(path).newest?.()).toEqual(text === '' ? null : head(6));
  }
  rmSync(folder, { recursive: true });
});
