import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type GraphQLSchema, OperationTypeNode } from 'graphql';
import { withAudit } from '../audit.ts';
import { beginExecution } from '../compiled.ts';
import { type ApiContext, type ApiDeps, createContext } from '../context.ts';
import { formatGraphqlError, InvalidArgumentError } from '../errors.ts';
import type { OperationRequest } from '../gate/gate.ts';
import { LIMIT_RULES, LIMITS } from '../limits.ts';
import type { Log } from '../log.ts';
import { extensionsOf, finishResult, type NotRun, type Prepared, prepareOperation } from '../operation.ts';
import { RowWriters } from '../schema/row-texts.ts';
import { stringifyInSlices } from '../stringify.ts';
import type { EventStreams } from '../subscriptions/sse.ts';
import { headOf } from './answer-head.ts';
import { answerQuery, directTypeOf, GRAPHQL_JSON, JSON_TYPE } from './answer-query.ts';
import { callerOf } from './auth.ts';
import { admitGraphqlBodies, arrivalOf } from './graphql-door.ts';
import { HandedOver } from './handed-over.ts';
import type { Metrics } from './metrics.ts';
import { RememberedAnswers } from './remembered-answers.ts';

/**
 * Adds /graphql: server-sent events for clients that accept them, queries by POST without Apollo, and Apollo for mutations and for
 * all that it negotiates.
 */
export async function addGraphqlRoute(
  server: FastifyInstance,
  schema: GraphQLSchema,
  deps: ApiDeps,
  streams: EventStreams,
  metrics: Metrics,
): Promise<ApolloServer<ApiContext>> {
  /** Operations that passed the gate, by the key of their context. */
  const prepared = new WeakMap<object, Prepared>();
  const documents = new HandedOver();
  const kept = { answers: new RememberedAnswers(), rows: new RowWriters() };
  const logs = errorLogs();
  const apollo = new ApolloServer<ApiContext>({
    schema,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    // main.ts handles signals: it stops the parts in order.
    stopOnTerminationSignals: false,
    // Credentials that a browser adds by itself are refused in credentials.ts, over every transport.
    csrfPrevention: false,
    stringifyResult: async (result) => `${await stringifyInSlices(result)}\n`,
    allowBatchedHttpRequests: false,
    // The gate finds trusted documents; they cannot be registered.
    persistedQueries: false,
    documentStore: documents,
    parseOptions: { maxTokens: LIMITS.tokens },
    validationRules: [...LIMIT_RULES],
    formatError: (formatted, error) => formatGraphqlError(logs.logOf(error) ?? deps.log, formatted, error),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      fastifyApolloDrainPlugin(server),
      ApolloServerPluginLandingPageDisabled(),
      logs.plugin,
      executedQueries(({ key }) => prepared.get(key)),
      tellExtensions,
      keepAudit,
      metrics.apolloPlugin,
    ],
  });
  await apollo.start();
  const passed = new WeakMap<FastifyRequest, ApiContext>();
  const handle = fastifyApolloHandler(apollo, {
    context: async (request) =>
      passed.get(request) ?? createContext(deps, callerOf(request), request.purpose, request.id),
  });
  const execute = (request: FastifyRequest, reply: FastifyReply) => {
    // Apollo refuses batches and bodies that are not objects.
    if (request.method === 'POST' && (typeof request.body !== 'object' || Array.isArray(request.body)))
      return handle.call(server, request, reply);
    const context = createContext(deps, callerOf(request), request.purpose, request.id);
    const operation = prepareOperation(schema, context, requestOf(request));
    if (!('document' in operation)) {
      metrics.notRun();
      return refuse(request, reply, operation);
    }
    const type = directTypeOf(request, operation);
    if (type !== null)
      return answerQuery(reply, operation, type, {
        ...{ ...kept, onExecuted: metrics.startQuery(), onRemembered: metrics.remembered },
      });
    prepared.set(context.key, operation);
    documents.add(operation.document);
    passed.set(request, context);
    nameDocument(request, operation);
    return handle.call(server, request, reply);
  };
  const streamEvents = async (request: FastifyRequest, reply: FastifyReply) => {
    const operation = requestOf(request);
    // Refused over HTTP, before the answer is a stream; and charged.
    try {
      streams.admit(reply.raw, callerOf(request));
    } catch (error) {
      deps.gate.chargeBody(callerOf(request), 0);
      throw error;
    }
    request.isStream = true;
    reply.hijack();
    const { purpose, credential, id: requestId } = request;
    await streams.serve(reply.raw, { caller: callerOf(request), credential, purpose, requestId }, operation);
  };
  await server.register(async (routes) => {
    admitGraphqlBodies(routes, deps);
    routes.route({
      method: ['GET', 'POST'],
      url: '/graphql',
      bodyLimit: LIMITS.graphqlBody,
      handler: (request, reply) =>
        String(request.headers.accept ?? '').includes('text/event-stream')
          ? streamEvents(request, reply)
          : execute(request, reply),
    });
  });
  return apollo;
}

/** Answers why an operation does not run, in the requested media type. */
function refuse(request: FastifyRequest, reply: FastifyReply, { errors, status, retryAfter }: NotRun) {
  const type = String(request.headers.accept ?? '').includes(GRAPHQL_JSON) ? GRAPHQL_JSON : JSON_TYPE;
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  if (status === 405) reply.header('allow', 'POST');
  return reply.code(status).type(`${type}; charset=utf-8`).send(JSON.stringify({ errors }));
}

/** @throws InvalidArgumentError naming the part of the request with the wrong type. */
function requestOf(request: FastifyRequest): OperationRequest {
  const readOnly = request.method === 'GET';
  const from = (readOnly ? request.query : request.body) as Record<string, unknown> | null;
  if (typeof from !== 'object' || Array.isArray(from))
    throw new InvalidArgumentError('the body: must be a JSON object with query, variables and operationName');
  const { query, operationName, variables, documentId, extensions } = from ?? {};
  const read = readOnly ? parsedParameter : (_name: string, given: unknown) => given;
  return {
    query: textOf('query', query),
    documentId: textOf('documentId', documentId),
    operationName: textOf('operationName', operationName),
    variables: objectOf('variables', read('variables', variables)),
    extensions: objectOf('extensions', read('extensions', extensions)),
    readOnly,
    ...arrivalOf(request),
  };
}

function textOf(name: string, given: unknown): string | null {
  if (given === undefined || given === null || typeof given === 'string') return given ?? null;
  throw new InvalidArgumentError(`${name}: must be a text or null`);
}

function objectOf(name: string, given: unknown): Record<string, unknown> | null {
  if (given === undefined || given === null) return null;
  if (typeof given === 'object' && !Array.isArray(given)) return given as Record<string, unknown>;
  throw new InvalidArgumentError(`${name}: must be an object or null`);
}

/** A URL parameter is JSON; an empty one is none. */
function parsedParameter(name: string, given: unknown): unknown {
  if (typeof given !== 'string') return given;
  if (given === '') return null;
  try {
    return JSON.parse(given);
  } catch {
    throw new InvalidArgumentError(`${name}: not JSON`);
  }
}

/**
 * Puts the operation into the request as Apollo reads it: with the document's text, if it came as a hash, and
 * by its name.
 */
function nameDocument(request: FastifyRequest, { document, operationName, variableValues }: Prepared): void {
  const query = document.loc?.source.body ?? '';
  if (request.method === 'POST') {
    request.body = { query, variables: variableValues, ...(operationName ? { operationName } : {}) };
    return;
  }
  const search = new URLSearchParams({ query, variables: JSON.stringify(variableValues) });
  if (operationName) search.set('operationName', operationName);
  request.raw.url = `/graphql?${search}`;
}

/** The log of the request in which an error was thrown: Apollo formats errors without knowing their request. */
function errorLogs() {
  const logs = new WeakMap<object, Log>();
  const plugin: ApolloServerPlugin<ApiContext> = {
    requestDidStart: async () => ({
      didEncounterErrors: async ({ errors, contextValue }) => {
        for (const error of errors) logs.set(error, contextValue.deps.log);
      },
    }),
  };
  const logOf = (error: unknown): Log | undefined =>
    typeof error === 'object' && error !== null ? logs.get(error) : undefined;
  return { plugin, logOf };
}

/** Puts masked paths and the cost into `extensions`. */
const tellExtensions: ApolloServerPlugin<ApiContext> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ contextValue, response }) => {
      if (response.body.kind !== 'single') return;
      const result = response.body.singleResult;
      const extensions = extensionsOf(contextValue);
      if (Object.keys(extensions).length > 0) result.extensions = { ...result.extensions, ...extensions };
    },
  }),
};

/** Queries run as over the other transports; mutations are left to Apollo. */
function executedQueries(
  preparedOf: (context: ApiContext) => Prepared | undefined,
): ApolloServerPlugin<ApiContext> {
  return {
    requestDidStart: async () => ({
      responseForOperation: async ({ operation, contextValue }) => {
        const prepared = preparedOf(contextValue);
        if (!prepared || operation.operation !== OperationTypeNode.QUERY) {
          await beginExecution(contextValue.deps, operation);
          return null;
        }
        const result = await contextValue.deps.queries.execute(prepared);
        return {
          // Its status comes with the audit log.
          http: { headers: new HeaderMap() },
          body: { kind: 'single', singleResult: finishResult(result, contextValue) as never },
        };
      },
    }),
  };
}

/** Last before an answer leaves: its releases are in the audit log by then. */
const keepAudit: ApolloServerPlugin<ApiContext> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ contextValue, response, document, operation, schema, request }) => {
      if (response.body.kind !== 'single' || !document || !operation) return;
      const executed = {
        schema,
        document,
        operationName: request.operationName,
        variables: request.variables,
      };
      const result = response.body.singleResult;
      response.body.singleResult = (await withAudit(contextValue, executed, result as never)) as never;
      const { status, retryAfter } = headOf(response.body.singleResult);
      if (status !== 200) response.http.status = status;
      if (retryAfter !== undefined) response.http.headers.set('retry-after', retryAfter);
    },
  }),
};
