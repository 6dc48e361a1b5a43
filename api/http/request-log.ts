import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { loggedCaller } from '../caller.ts';
import type { Log, Noise } from '../log.ts';
import { isPreflight } from './origins.ts';
import { DATA_HEADERS } from './raw.ts';

/** One request that was answered, as the metrics count it. */
export interface Answered {
  /** The route's template, never the path that was asked for. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
  /** It was a stream: its time is how long somebody listened. */
  readonly stream: boolean;
}

/** Asked every few seconds by machines: told at level debug. */
const PROBES = new Set(['/healthz', '/readyz', '/metrics']);

/** Where answers that are no success are told: so many lines a minute. */
export interface Refusals {
  /** Of everybody who showed no key, together. */
  readonly unknown: Noise;
  /** Of each caller. */
  readonly known: Noise;
}

/**
 * Gives each request its id and each answer the headers that all have, and logs each answer: one line of level info, with
 * neither the path nor the query, which hold ids and documents. Of requests that were refused or failed there are only so
 * many lines a minute.
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

/** Set on the raw response: they are there whoever writes it, the streams included. A route may say otherwise. */
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
