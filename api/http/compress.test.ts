import { Readable } from 'node:stream';
import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { acceptsGzip, addCompression, chosenCoding } from './compress.ts';

describe('the preferred coding of a client', () => {
  it.each([
    [undefined, null],
    ['', null],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['deflate', 'deflate'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['br; q=0.5, gzip ; q=0.5', 'br'],
    ['br;q=0, *', 'gzip'],
    ['*', 'br'],
    ['*;q=0', null],
    ['gzip;q=0', null],
    ['identity', null],
    ['identity;q=0', null],
    ['identity;q=1, gzip;q=0.5', null],
    ['identity;q=0.5, gzip;q=1.0', 'gzip'],
    ['gzip;q=2', null],
    ['gzip;q=x', null],
    ['gzip ; q = 0', null],
    ['compress, sdch', null],
    [',,;q=1', null],
  ])('of %j is %j', (given, coding) => {
    expect(chosenCoding(given)).toBe(coding);
  });

  it('does not exclude others that it can read', () => {
    expect(acceptsGzip('br, gzip;q=0.1')).toBe(true);
    expect(acceptsGzip('*;q=0.2')).toBe(true);
    expect(acceptsGzip('br')).toBe(false);
    expect(acceptsGzip('*, gzip;q=0')).toBe(false);
  });
});

describe('an answer', () => {
  const headers = { 'accept-encoding': 'gzip' };
  const server = Fastify();
  addCompression(server);
  server.get('/whole', async (_request, reply) => reply.type('text/plain').send('x'.repeat(5_000)));
  server.get('/failing', async (_request, reply) => {
    const source = new Readable({ read: () => source.destroy(new Error('the source failed')) });
    return reply.type('text/plain').send(source);
  });

  it('has the same headers for a HEAD request', async () => {
    const whole = await server.inject({ method: 'GET', url: '/whole', headers });
    const head = await server.inject({ method: 'HEAD', url: '/whole', headers });
    const named = ['content-encoding', 'content-length', 'vary'];
    const of = (answer: typeof head) => named.map((name) => answer.headers[name]);
    expect(of(head)).toEqual(of(whole));
    expect(head.headers['content-encoding']).toBe('gzip');
    expect(head.rawPayload).toHaveLength(0);
  });

  it('is a readable error when a stream fails before its beginning', async () => {
    const failed = await server.inject({ method: 'GET', url: '/failing', headers });
    expect(failed.statusCode).toBe(500);
    expect(failed.headers).toMatchObject({ vary: 'Accept-Encoding' });
    expect(failed.headers['content-encoding']).toBeUndefined();
    expect(failed.json()).toMatchObject({ message: 'the source failed' });
  });
});
