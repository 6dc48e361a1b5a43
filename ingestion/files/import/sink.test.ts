import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { ImportRefusedError, patientPost } from './sink.ts';

/* What an import makes of answers that are not Scoreline's, or that break off. */

const PAGE = '<html>\n<h1>Bad Gateway</h1>\n</html>';
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Posts to a server that gives these answers, one after the other. */
async function postTo(...answers: readonly RequestListener[]) {
  const left = [...answers];
  server = createServer((request, response) => {
    request.resume();
    left.shift()?.(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const retries: string[] = [];
  const post = patientPost({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key: 'key',
    patienceMs: 60_000,
    onRetry: (reason) => retries.push(reason),
  });
  return { result: post('/ingest/file', '{}'), retries };
}

const gives =
  (status: number, text: string): RequestListener =>
  (_request, response) =>
    response.writeHead(status).end(text);
const breaksOff: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('{"accepted"', () => response.destroy());
};

it('a proxy that has no server is waited for, whatever its page is', async () => {
  const { result, retries } = await postTo(gives(502, PAGE), gives(503, ''), gives(200, '{"accepted": 1}'));
  expect(await result).toEqual({ accepted: 1 });
  expect(retries).toEqual(['502 <html> <h1>Bad Gateway</h1> </html>', '503 ']);
});

it('an answer that breaks off is asked for again', async () => {
  const { result, retries } = await postTo(breaksOff, gives(200, '{"accepted": 1}'));
  expect(await result).toEqual({ accepted: 1 });
  expect(retries).toEqual([expect.stringContaining('no answer from the server')]);
});

it('another refusal ends it, and is quoted briefly', async () => {
  const { result } = await postTo(gives(403, PAGE.repeat(100)));
  await expect(result).rejects.toThrow(ImportRefusedError);
  await expect(result).rejects.toThrow(/^the server refused \(403\): <html> .{150,200}$/);
  const other = await postTo(gives(200, PAGE));
  await expect(other.result).rejects.toThrow('no answer of Scoreline (200): <html>');
  const own = await postTo(gives(401, '{"errors": [{"message": "the key is wrong"}]}'));
  await expect(own.result).rejects.toThrow('the server refused (401): the key is wrong');
});
