import { pipeline, type Readable } from 'node:stream';
import { promisify } from 'node:util';
import {
  brotliCompress,
  constants,
  createBrotliCompress,
  createDeflate,
  createGzip,
  deflate,
  gzip,
} from 'node:zlib';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { addVary } from './origins.ts';

/** From this size on compression is worth its cost: about one packet. */
const SMALLEST = 1_024;
/** Text types besides text/*; others are compressed already or binary. */
const TEXTS = ['json', 'ndjson', 'xml', 'javascript'];

const BROTLI = {
  params: {
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    // Smaller than gzip, and faster; from 5 on it takes several times as long.
    [constants.BROTLI_PARAM_QUALITY]: 4,
  },
};
const GZIP = { level: 6 };

/** In order of preference. zlib's threads do the work; the event loop answers others meanwhile. */
const CODINGS = {
  br: {
    whole: (bytes: Buffer) => promisify<Buffer, object, Buffer>(brotliCompress)(bytes, BROTLI),
    stream: () => createBrotliCompress(BROTLI),
  },
  gzip: {
    whole: (bytes: Buffer) => promisify<Buffer, object, Buffer>(gzip)(bytes, GZIP),
    stream: () => createGzip(GZIP),
  },
  deflate: {
    whole: (bytes: Buffer) => promisify<Buffer, object, Buffer>(deflate)(bytes, GZIP),
    stream: () => createDeflate(GZIP),
  },
} as const;
type Coding = keyof typeof CODINGS;

/**
 * Compresses answers as `Accept-Encoding` asks: text of some length, and streamed text. Event streams bypass
 * fastify and so this, because each event must leave at once.
 */
export function addCompression(server: FastifyInstance): void {
  server.addHook('onSend', async (request, reply, payload) => {
    if (!isCompressible(reply)) return payload;
    addVary(reply, 'Accept-Encoding');
    const coding = chosenCoding(request.headers['accept-encoding']);
    if (coding === null) return payload;
    return isStream(payload) ? streamed(reply, payload, coding) : whole(reply, payload, coding);
  });
}

function isCompressible(reply: FastifyReply): boolean {
  return (
    isText(String(reply.getHeader('content-type') ?? '')) &&
    !reply.hasHeader('content-encoding') &&
    reply.statusCode !== 204 &&
    reply.statusCode !== 304
  );
}

/**
 * Whether the content type is text: text/html, application/json, application/graphql-response+json,
 * application/x-ndjson.
 */
function isText(type: string): boolean {
  const [bare = ''] = type.toLowerCase().split(';');
  const [kind, subtype = ''] = bare.trim().split('/');
  return kind === 'text' || (kind === 'application' && TEXTS.some((text) => subtype.endsWith(text)));
}

const isStream = (payload: unknown): payload is Readable =>
  typeof (payload as Readable | null)?.pipe === 'function';

function streamed(reply: FastifyReply, source: Readable, coding: Coding): Readable {
  reply.removeHeader('content-length').header('content-encoding', coding);
  // The error that is answered instead is not compressed with it.
  source.once('error', () => reply.removeHeader('content-encoding'));
  // fastify learns of an error through its stream; pipeline ends both.
  return pipeline(source, CODINGS[coding].stream(), () => undefined);
}

async function whole(reply: FastifyReply, payload: unknown, coding: Coding): Promise<unknown> {
  if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
  if (payload.length < SMALLEST) return payload;
  const small = await CODINGS[coding].whole(typeof payload === 'string' ? Buffer.from(payload) : payload);
  reply.header('content-encoding', coding).header('content-length', String(small.length));
  return small;
}

/** Names of the same coding. */
const ALIASES: Readonly<Record<string, string>> = { 'x-gzip': 'gzip' };

/**
 * The supported coding that the client prefers (RFC 9110, 12.5.3); null: none, also if it prefers `identity`.
 * Of equal ones br comes before gzip before deflate.
 */
export function chosenCoding(given: string | undefined): Coding | null {
  const weights = weightsOf(given);
  const weigh = (coding: string) => weights.get(coding) ?? weights.get('*') ?? 0;
  let chosen: Coding | null = null;
  // Without a weight of its own, identity is acceptable but not preferred.
  let best = weights.get('identity') ?? 0;
  for (const coding of Object.keys(CODINGS) as Coding[]) {
    const weight = weigh(coding);
    if (weight > best || (weight === best && weight > 0 && chosen === null))
      [chosen, best] = [coding, weight];
  }
  return chosen;
}

/** Whether the client accepts gzip, for answers that are stored compressed. */
export function acceptsGzip(given: string | undefined): boolean {
  const weights = weightsOf(given);
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}

/** The client's weight of each coding that it names. */
function weightsOf(given: string | undefined): Map<string, number> {
  const weights = new Map<string, number>();
  for (const part of given?.split(',') ?? []) {
    const [name = '', ...parameters] = part.toLowerCase().replaceAll(/\s/g, '').split(';');
    if (name !== '') weights.set(ALIASES[name] ?? name, weightOf(parameters));
  }
  return weights;
}

function weightOf(parameters: readonly string[]): number {
  const q = parameters.find((one) => one.startsWith('q='));
  if (q === undefined) return 1;
  const weight = Number(q.slice(2));
  return weight >= 0 && weight <= 1 ? weight : 0;
}
