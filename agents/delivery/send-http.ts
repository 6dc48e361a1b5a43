import { type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import type { TargetAnswer, TargetRequest } from '../targets/target.ts';
import { type AddressGuard, AddressRefusedError } from './guard.ts';
import type { Sender } from './sender.ts';

/** More of an answer is not read, unless a caller reads more. */
export const MOST_BYTES = 64 * 1024;
const MOST_REDIRECTS = 3;

/**
 * Sends over HTTP to the address that was checked. A redirect is followed only within the same origin and only where it keeps method
 * and body (307, 308); each hop is checked again.
 * @throws AddressRefusedError, or an error of the connection
 */
export const sendHttp: Sender = async (request, context) => {
  let url = new URL(request.url);
  for (let hops = 0; ; hops++) {
    const answer = await exchange(request, url, context);
    const location = answer.headers['location'];
    if ((answer.status !== 307 && answer.status !== 308) || location === undefined || hops === MOST_REDIRECTS)
      return answer;
    const next = URL.canParse(location, url.href) ? new URL(location, url) : null;
    if (next?.origin !== url.origin)
      throw new AddressRefusedError('it redirects to another host; set the address that it redirects to');
    url = next;
  }
};

async function exchange(
  { method, headers, body }: TargetRequest,
  url: URL,
  { guard, signal, now, mostBytes = MOST_BYTES }: Parameters<Sender>[1],
): Promise<TargetAnswer> {
  const length = Buffer.byteLength(body);
  const sent = { method, headers: { ...headers, 'content-length': length }, body };
  const incoming = await openChecked(url, sent, { guard, signal });
  const text = await readBounded(incoming, mostBytes);
  return { status: incoming.statusCode ?? 0, headers: headersOf(incoming), body: text, at: new Date(now()) };
}

/** The connection was closed before there was an answer. */
class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  readonly code = 'NO_ANSWER';
}

/** What is sent to an address. */
interface Outgoing {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body?: string;
}

/**
 * Sends to the address that is checked now. The body of the answer has to be read or destroyed; no redirect is followed.
 * @throws AddressRefusedError, or an error of the connection
 */
export async function openChecked(
  url: URL,
  { method, headers, body }: Outgoing,
  { guard, signal }: { readonly guard: AddressGuard; readonly signal: AbortSignal },
): Promise<IncomingMessage> {
  const { address, family, isNamed } = await guard.check(url.hostname, signal);
  if (url.protocol === 'http:' && !isNamed)
    throw new AddressRefusedError(
      `${url.hostname.slice(0, 100)} is addressed by http: use https, or name the host in ${guard.setting} of the configuration`,
    );
  const send = url.protocol === 'https:' ? overHttps : overHttp;
  return new Promise((resolve, reject) => {
    const outgoing = send(
      url,
      {
        method,
        headers: { 'user-agent': 'Scoreline', ...headers },
        // A connection of its own: a kept one may lead to an address that was checked long ago.
        agent: false,
        signal,
        family,
        lookup: (_host, options, done) =>
          options.all ? done(null, [{ address, family }]) : done(null, address, family),
      },
      resolve,
    );
    outgoing.on('error', reject);
    // 101 (Switching Protocols) ends it without an answer and without an error.
    outgoing.on('close', () => reject(new NoAnswerError()));
    outgoing.end(body);
  });
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );

/** The beginning of the body; the rest is not read. */
async function readBounded(incoming: IncomingMessage, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes >= most) break;
  }
  return Buffer.concat(chunks).subarray(0, most).toString('utf8');
}
