import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { withAudit } from '../audit.ts';
import { presentedKey } from '../caller.ts';
import { type ApiContext, type ApiDeps, createContext } from '../context.ts';
import { formatGraphqlError, InvalidArgument, publicError } from '../errors.ts';
import { LIMIT_RULES, LIMITS } from '../limits.ts';
import { extensionsOf, type OperationRequest } from '../operation.ts';
import type { EventStreams } from '../subscriptions/sse.ts';
import { callerOf } from './auth.ts';
import { compiledQueries } from './compiled.ts';
import { tellDiskFull } from './disk-full.ts';
import type { Metrics } from './metrics.ts';

/** Adds /graphql: Apollo for queries and mutations, server-sent events for those that accept them. */
export async function addGraphqlRoute(
  server: FastifyInstance,
  schema: GraphQLSchema,
  deps: ApiDeps,
  streams: EventStreams,
  metrics: Metrics,
): Promise<ApolloServer<ApiContext>> {
  const apollo = new ApolloServer<ApiContext>({
    schema,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    // Signals are main.ts's to handle: it stops the parts in order.
    stopOnTerminationSignals: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    // The gate finds trusted documents; nobody registers any.
    persistedQueries: false,
    parseOptions: { maxTokens: LIMITS.tokens },
    validationRules: [...LIMIT_RULES],
    formatError: (formatted, error) => formatGraphqlError(deps.log, formatted, error),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      fastifyApolloDrainPlugin(server),
      ApolloServerPluginLandingPageDisabled(),
      passGate(schema),
      compiledQueries(schema),
      tellExtensions,
      keepAudit,
      tellDiskFull,
      metrics.apolloPlugin,
    ],
  });
  await apollo.start();
  const handle = fastifyApolloHandler(apollo, {
    context: async (request) => createContext(deps, callerOf(request), request.purpose),
  });
  server.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    bodyLimit: LIMITS.graphqlBody,
    handler: (request, reply) => {
      if (!String(request.headers.accept ?? '').includes('text/event-stream')) {
        nameDocument(request, deps);
        return handle.call(server, request, reply);
      }
      return streamEvents(request, reply);
    },
  });

  const streamEvents = async (request: FastifyRequest, reply: FastifyReply) => {
    const operation = operationOf(request);
    reply.hijack();
    await streams.serve(
      reply.raw,
      {
        caller: callerOf(request),
        credential: presentedKey(request.headers) ?? '',
        purpose: request.purpose,
      },
      operation,
    );
  };
  return apollo;
}

function operationOf(request: FastifyRequest): OperationRequest {
  const from = (request.method === 'GET' ? request.query : request.body) as Record<string, unknown> | null;
  const { query, operationName, variables, documentId, extensions } = from ?? {};
  return {
    query: textOrNull(query),
    documentId: textOrNull(documentId),
    operationName: textOrNull(operationName),
    variables: objectOf('variables', variables),
    extensions: objectOf('extensions', extensions),
    readOnly: request.method === 'GET',
  };
}

const textOrNull = (given: unknown): string | null => (typeof given === 'string' ? given : null);

function objectOf(name: string, given: unknown): Record<string, unknown> {
  let value = given;
  if (typeof given === 'string') {
    try {
      value = JSON.parse(given);
    } catch {
      throw new InvalidArgument(`${name}: not JSON`);
    }
  }
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/**
 * Puts the text of the document into the request, where it came by its hash; Apollo does the rest.
 * @throws Refused, InvalidArgument
 */
function nameDocument(request: FastifyRequest, deps: ApiDeps): void {
  // Batches and bodies that are no object are Apollo's to refuse.
  if (request.method === 'POST' && (typeof request.body !== 'object' || Array.isArray(request.body))) return;
  const operation = operationOf(request);
  const query = deps.gate.readDocument(callerOf(request), operation);
  if (request.method === 'POST') {
    const { documentId: _documentId, extensions: _extensions, ...rest } = request.body as object & Operation;
    request.body = { ...rest, query };
    return;
  }
  const search = new URLSearchParams(request.url.split('?')[1] ?? '');
  for (const name of ['documentId', 'extensions']) search.delete(name);
  search.set('query', query);
  request.raw.url = `/graphql?${search}`;
}

interface Operation {
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

/** Counts each valid operation against its caller's budgets, also those whose document Apollo knows already. */
function passGate(schema: GraphQLSchema): ApolloServerPlugin<ApiContext> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ contextValue, document, operation, request }) => {
        const { deps, caller } = contextValue;
        // Which of several operations is not said: execution says so.
        if (!operation) return;
        try {
          contextValue.cost = deps.gate.admit(caller, schema, document, operation, request.variables ?? {});
        } catch (error) {
          const known = publicError(error);
          if (!known) throw error;
          const { code, status, message, retryAfter } = known;
          const headers = new HeaderMap(
            retryAfter === undefined ? [] : [['retry-after', String(retryAfter)]],
          );
          throw new GraphQLError(message, { extensions: { code, http: { status, headers } } });
        }
      },
    }),
  };
}

/** Puts what was withheld and the cost into `extensions`, and takes out of errors what the caller may not be told. */
const tellExtensions: ApolloServerPlugin<ApiContext> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ contextValue, response }) => {
      if (response.body.kind !== 'single') return;
      const result = response.body.singleResult;
      const extensions = extensionsOf(contextValue);
      if (Object.keys(extensions).length > 0) result.extensions = { ...result.extensions, ...extensions };
      const { deps, caller } = contextValue;
      if (result.errors)
        result.errors = result.errors.map((error) => ({
          ...error,
          message: deps.gate.told(caller, error.message),
        }));
    },
  }),
};

/** The last before an answer leaves: what it releases is in the audit log by then. */
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
    },
  }),
};
