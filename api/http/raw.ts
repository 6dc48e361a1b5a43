import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** On every answer: browsers take it for its declared type, and nothing on the way caches it. */
export const DATA_HEADERS = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' } as const;

const SANE = /^[A-Za-z0-9._-]{1,64}$/;

/** The id of a request: the caller's own, if it is valid in a log, or a new one. */
export function idOf(given: string | readonly string[] | undefined): string {
  return typeof given === 'string' && SANE.test(given) ? given : randomUUID();
}

/** Answers without a response object: to an unreadable request, or a refused upgrade. */
export function refuseRaw(socket: Duplex, status: number, message: string, code = 'BAD_REQUEST'): void {
  const body = JSON.stringify({ errors: [{ message, extensions: { code } }] });
  const headers = {
    ...DATA_HEADERS,
    'x-request-id': randomUUID(),
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  if (!socket.writable) return void socket.destroy();
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}
