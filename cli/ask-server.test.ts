import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createKey } from './keys-create.ts';
import { surveyLinks } from './survey-links.ts';
import { train } from './train.ts';

/* What commands say of a server that they ask, where it does not answer as one of Scoreline. */

let server: Server | undefined;
beforeEach(() => {
  vi.stubEnv('SCORELINE_ADMIN_KEY', 'a-key-of-the-tests-0123456789');
});
afterEach(() => {
  vi.unstubAllEnvs();
  server?.close();
  server = undefined;
});

async function answering(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const trainAt = (url: string) =>
  train({ reason: 'a test', until: undefined, encoder: undefined, url }).catch(
    (error: Error) => error.message,
  );
const keyAt = (url: string) =>
  createKey(
    { role: 'analyst', attributes: undefined, 'read-only': false, expires: undefined, url },
    'x',
  ).catch((error: Error) => error.message);
const linksAt = (url: string) =>
  surveyLinks({
    connection: 'Connection:x',
    from: 'examples/survey-export.csv',
    to: undefined,
    respondent: 'Email',
    account: 'none',
    id: 'Response ID',
    url,
  }).catch((error: Error) => error.message);

describe.each([
  ['train', trainAt],
  ['keys create', keyAt],
  ['survey links', linksAt],
])('scoreline %s says', (_name, askAt) => {
  it('that what answers is no server of Scoreline', async () => {
    const page = await answering((_request, reply) => reply.writeHead(502).end('<html>Bad gateway</html>'));
    expect(await askAt(page)).toBe(
      `${page} answered 502: that is not a server of Scoreline; is the address right?`,
    );
    const moved = await answering((_request, reply) =>
      reply.writeHead(308, { location: 'https://nps.example.org/graphql' }).end(),
    );
    expect(await askAt(moved)).toContain('answered 308, and leads to https://nps.example.org/graphql: ');
  });

  it('that nothing answers, and that an address is none', async () => {
    expect(await askAt('http://127.0.0.1:1')).toBe(
      'the server at http://127.0.0.1:1 does not answer: ECONNREFUSED',
    );
    const cut = await answering((_request, reply) => {
      reply.writeHead(200, { 'content-length': '100' }).write('{"data":');
      setImmediate(() => reply.destroy());
    });
    expect(await askAt(cut)).toContain(`the server at ${cut} does not answer: `);
    expect(await askAt('nps.example.org')).toContain('nps.example.org is not the address of a server');
  });

  it('what the server says is wrong', async () => {
    const url = await answering((_request, reply) =>
      reply.end(JSON.stringify({ data: null, errors: [{ message: 'not so' }, { message: 'nor so' }] })),
    );
    expect(await askAt(url)).toBe('not so\nnor so');
  });
});
