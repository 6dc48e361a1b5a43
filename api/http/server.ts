import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { cut } from '../../domain/text/text.ts';
import { CompiledQueries } from '../compiled.ts';
import type { ApiDeps } from '../context.ts';
import { errorBody } from '../errors.ts';
import type { Trusted } from '../gate/trusted.ts';
import { LIMITS } from '../limits.ts';
import { logOfRequest, type Noise, openNoise } from '../log.ts';
import { createCohorts } from '../subscriptions/cohort.ts';
import { reportEnded } from '../subscriptions/ended.ts';
import { createEventStreams, type EventStreams } from '../subscriptions/sse.ts';
import { serveWebSocket } from '../subscriptions/websocket.ts';
import { addAuditExport } from './audit-export.ts';
import { requireKey } from './auth.ts';
import { addBiFiles } from './bi.ts';
import { addCompression } from './compress.ts';
import { failureOf } from './failure.ts';
import { addGraphqlRoute } from './graphql.ts';
import { addHealthRoutes, type ReadinessCheck } from './health.ts';
import { addIngestRoutes } from './ingest.ts';
import type { LiveGauges } from './live-gauges.ts';
import { addMcp } from './mcp.ts';
import { addMetricsRoute, createMetrics } from './metrics.ts';
import { addOrigins, mayOpenSocket, nameOrigin, type Origins } from './origins.ts';
import { addPage } from './page.ts';
import { addPages } from './pages.ts';
import { type IsProxy, proxiesAt } from './proxies.ts';
import { idOf, refuseRaw } from './raw.ts';
import { addReport } from './report.ts';
import { addRequestLog, setCommonHeaders } from './request-log.ts';
import { addSessionRoutes } from './session.ts';
import { addSurveyLinks } from './survey-links.ts';
import { addSurveyScript } from './survey-script.ts';
import { addWebhookRoute } from './webhooks.ts';

export interface ApiOptions {
  readonly deps: Omit<ApiDeps, 'onIngested' | 'queries'>;
  /** For the configured dimensions. */
  readonly schema: GraphQLSchema;
  readonly documents: Trusted;
  readonly roles: { readonly api: boolean; readonly ingest: boolean };
  /** Other origins whose pages may send requests; none by default. */
  readonly origins?: Origins;
  /** Addresses and networks of the proxies whose X-Forwarded-For counts; none by default. */
  readonly trustedProxies?: readonly string[];
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  /** The line in `warnings` of /readyz while the check fails; the server stays ready. */
  readonly lesserChecks?: Readonly<Record<string, ReadinessCheck>>;
  readonly gauges: Pick<
    LiveGauges,
    | 'journalLag'
    | 'deliveries'
    | 'quarantined'
    | 'openCircuits'
    | 'sourceQuality'
    | 'modelReadings'
    | 'cells'
    | 'cellUsage'
    | 'waitingRows'
    | 'inboxBytes'
    | 'topicLag'
    | 'sealerStopped'
    | 'build'
    | 'pools'
    | 'freshness'
    | 'failingJobs'
    | 'disk'
    | 'secondsHeldBack'
  >;
}

export interface ApiServer {
  readonly fastify: FastifyInstance;
  /** What its routes work with, for readers of topics. */
  readonly deps: ApiDeps;
  /** Passes the scorer's progress to the metrics. */
  readonly onScored: (modelVersionId: number, responses: number) => void;
  /** Returns the address it listens on. */
  listen(host: string, port: number): Promise<string>;
  close(): Promise<void>;
}

const CLOSE_PATIENCE_MS = 8_000;
/** Characters of a path that an answer repeats. */
const LONGEST_PATH = 100;
/**
 * For a whole request to arrive: 16 MiB at half a megabit a second. Otherwise a body could be held back
 * forever.
 */
const REQUEST_TIMEOUT_MS = 5 * 60_000;

/** Lines a minute about refusals of one caller. */
const REFUSALS_A_MINUTE = 60;

/** The HTTP server with the routes of its roles: GraphQL, ingest, health, metrics, page. */
export async function createApiServer(options: ApiOptions): Promise<ApiServer> {
  const {
    deps,
    schema,
    documents,
    roles,
    checks,
    lesserChecks,
    gauges,
    origins = new Set<string>(),
    trustedProxies = [],
  } = options;
  const noise = openNoise(deps.log);
  const refused = openNoise(deps.log, REFUSALS_A_MINUTE);
  const isProxy = proxiesAt(trustedProxies);
  const fastify = openFastify(noise, origins, isProxy);
  const metrics = createMetrics(gauges.build);
  addRequestLog(fastify, deps.log, { unknown: noise, known: refused }, metrics.answered);
  addOrigins(fastify, origins);
  requireKey(fastify, deps.access.authenticate, deps.publicUrl);
  addCompression(fastify);
  addErrorHandlers(fastify, deps);
  addHealthRoutes(fastify, checks, gauges.secondsHeldBack, lesserChecks);
  const cohorts = createCohorts((error) =>
    deps.log.error({ err: error }, 'a live update could not be delivered'),
  );
  let sockets: ReturnType<typeof serveWebSocket> | undefined;
  let streams: EventStreams | undefined;
  const counted: ApiDeps = { ...deps, onIngested: metrics.ingested, queries: new CompiledQueries() };
  if (roles.api) {
    const onEnded = reportEnded(deps.log, noise, metrics.ended);
    const onRefused = (why: string) => noise.tell('refused upgrade', { why }, 'an upgrade was refused');
    streams = createEventStreams(schema, counted, cohorts, onEnded);
    await addGraphqlRoute(fastify, schema, counted, streams, metrics);
    const mayOpen = (headers: IncomingHttpHeaders) => mayOpenSocket(headers, origins);
    sockets = serveWebSocket(fastify.server, schema, counted, cohorts, {
      mayOpen,
      isProxy,
      onEnded,
      onRefused,
    });
    addSessionRoutes(fastify, counted, noise);
    addAuditExport(fastify, counted);
    addPage(fastify, schema, counted);
    addPages(fastify);
    addReport(fastify, counted);
    addBiFiles(fastify, schema, counted, documents);
    await addMcp(fastify, schema, counted, { documents, origins, version: gauges.build.version });
  }
  if (roles.ingest) {
    addIngestRoutes(fastify, counted);
    addWebhookRoute(fastify, counted);
    addSurveyLinks(fastify, counted);
    addSurveyScript(fastify, counted);
  }
  addMetricsRoute(fastify, counted, metrics, {
    ...gauges,
    sockets: () => sockets?.sockets() ?? 0,
    streams: () => streams?.count() ?? 0,
    cohorts: () => cohorts.count(),
  });
  return {
    fastify,
    deps: counted,
    onScored: metrics.scored,
    listen: (host, port) => fastify.listen({ host, port }),
    close: async () => {
      streams?.endAll();
      await sockets?.close();
      // Requests in progress may finish, but not take forever.
      const impatience = setTimeout(() => fastify.server.closeAllConnections(), CLOSE_PATIENCE_MS);
      await fastify.close();
      clearTimeout(impatience);
      for (const one of [noise, refused]) one.close();
    },
  };
}

/** Fastify, with its own answers (invalid HTTP or URLs, timeouts) in the common form. */
function openFastify(noise: Noise, origins: Origins, isProxy: IsProxy): FastifyInstance {
  return Fastify({
    bodyLimit: LIMITS.graphqlBody,
    trustProxy: isProxy,
    forceCloseConnections: 'idle',
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { ignoreTrailingSlash: true },
    genReqId: ({ headers }) => idOf(headers['x-request-id']),
    requestIdHeader: false,
    clientErrorHandler: (error, socket) => answerBroken(error, socket, noise),
    frameworkErrors: (error, request, reply) => {
      setCommonHeaders(request, reply as FastifyReply);
      nameOrigin(request, reply as FastifyReply, origins);
      noise.tell('not a request', { requestId: request.id, code: error.code }, 'a request could not be read');
      const message = 'the path is not a URL that can be decoded';
      void (reply as FastifyReply)
        .code(400)
        .send({ errors: [errorBody({ code: 'BAD_REQUEST', status: 400, message })] });
    },
  });
}

/** Invalid HTTP: TLS on this port, broken headers, headers that are too large, requests that never end. */
function answerBroken(error: NodeJS.ErrnoException, socket: Socket, noise: Noise): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  noise.tell('not HTTP', { code: error.code }, 'what arrived is not an HTTP request');
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
    refuseRaw(socket, 408, 'the request did not arrive in time', 'TIMEOUT');
  else if (error.code === 'HPE_HEADER_OVERFLOW')
    refuseRaw(socket, 431, 'the headers are too large', 'TOO_LARGE');
  else refuseRaw(socket, 400, 'this is not an HTTP/1.1 request');
}

function addErrorHandlers(fastify: FastifyInstance, deps: ApiOptions['deps']): void {
  fastify.setErrorHandler(async (error: Error & { statusCode?: number; code?: string }, request, reply) => {
    const known = await failureOf(error, logOfRequest(deps.log, request.id), request, reply);
    return reply.code(known.status).send({ errors: [errorBody(known)] });
  });
  fastify.setNotFoundHandler(async (request, reply) => {
    const message = `${request.method} ${cut(request.url.split('?')[0] ?? '', LONGEST_PATH)} is not a path of this server`;
    return reply.code(404).send({ errors: [{ message, extensions: { code: 'NOT_FOUND' } }] });
  });
}
