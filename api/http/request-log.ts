import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { loggedCaller } from '../caller.ts';
import type { Log, Noise } from '../log.ts';
import { isPreflight } from './origins.ts';
import { DATA_HEADERS } from './raw.ts';

/** One answered request, as the metrics count it. */
export interface Answered {
  /** The route's template, never the requested path. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
  /** It was a stream: its time is how long it was open. */
  readonly stream: boolean;
}

/** Requested every few seconds by machines: logged at level debug. */
const PROBES = new Set(['/healthz', '/readyz', '/metrics']);

/** Where unsuccessful answers are logged: a limited number of lines a minute. */
export interface Refusals {
  /** For all requests without a key. */
  readonly unknown: Noise;
  /** For each caller. */
  readonly known: Noise;
}

/**
 * Gives each request its id and each answer the common headers, and logs each answer: one line of level info,
 * with neither path nor query, which contain ids and documents. Refused or failed requests are limited to a
 * number of lines a minute.
 */
export function addRequestLog(
  server: FastifyInstance,
  log: Log,
  refusals: Refusals,
  observe: (answered: Answered) => void,
): void {
  server.addHook('onRequest', async (request, reply) => setCommonHeaders(request, reply));
  server.addHook('onResponse', async (request, reply) => {
    const { caller } = request;
    const answered = answeredOf(request, reply);
    observe(answered);
    const { route, method, status, seconds, stream } = answered;
    const facts = {
      requestId: request.id,
      method,
      route,
      status,
      ms: Math.round(seconds * 1_000),
      ...(stream ? { stream } : {}),
      ...(caller ? { caller: loggedCaller(caller) } : {}),
    };
    if ((PROBES.has(route) || isPreflight(request)) && status < 400) log.debug(facts, 'request');
    else if (status < 400) log.info(facts, 'request');
    else if (caller) refusals.known.tell(`refused ${loggedCaller(caller)}`, facts, 'request');
    else refusals.unknown.tell('refused without a key', facts, 'request');
  });
}

/** Set on the raw response: present on every answer, including streams. A route may override them. */
export function setCommonHeaders(request: FastifyRequest, { raw }: FastifyReply): void {
  raw.setHeader('x-request-id', request.id);
  for (const [name, value] of Object.entries(DATA_HEADERS)) raw.setHeader(name, value);
}

const METHODS = new Set(['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE']);

function answeredOf(request: FastifyRequest, reply: FastifyReply): Answered {
  return {
    route: request.routeOptions.url ?? 'none',
    method: METHODS.has(request.method) ? request.method : 'other',
    status: reply.raw.statusCode,
    seconds: reply.elapsedTime / 1_000,
    stream: request.isStream,
  };
}
