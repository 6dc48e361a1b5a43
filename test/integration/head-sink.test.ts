import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { headLine } from '../../domain/seal.ts';
import { urlSink } from '../../graph/seals/head-sink.ts';

/* Somebody elsewhere who keeps what is POSTed to them, and may be away. */
const taken: { method: string | undefined; type: string | undefined; body: string }[] = [];
let answer = 204;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString();
    if (answer < 300) taken.push({ method: request.method, type: request.headers['content-type'], body });
    response.writeHead(answer).end();
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
  await urlSink(url).publish([head(3), head(8)]);
  expect(taken).toEqual(
    [head(3), head(8)].map((one) => ({ method: 'POST', type: 'application/json', body: headLine(one) })),
  );
});

it('takes anything but a 2xx for an error, and so does nobody there', async () => {
  answer = 503;
  await expect(urlSink(url).publish([head(9)])).rejects.toThrow('the sink of signed heads answered 503');
  answer = 204;
  await urlSink(url).publish([head(9)]);
  expect(taken.at(-1)?.body).toBe(headLine(head(9)));
  await expect(urlSink('http://127.0.0.1:1/heads').publish([head(9)])).rejects.toThrow();
});
