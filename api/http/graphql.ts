import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { withAudit } from '../audit.ts';
import { presentedKey } from '../caller.ts';
import { type ApiContext, type ApiDeps, createContext } from '../context.ts';
import { formatGraphqlError, InvalidArgument } from '../errors.ts';
import { LIMIT_RULES, LIMITS } from '../limits.ts';
import type { OperationRequest } from '../operation.ts';
import type { EventStreams } from '../subscriptions/sse.ts';
import { callerOf } from './auth.ts';
import { compiledQueries } from './compiled.ts';
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
    parseOptions: { maxTokens: LIMITS.tokens },
    validationRules: [...LIMIT_RULES],
    formatError: (formatted, error) => formatGraphqlError(deps.log, formatted, error),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      fastifyApolloDrainPlugin(server),
      compiledQueries(schema),
      tellMasked,
      keepAudit,
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
      if (!String(request.headers.accept ?? '').includes('text/event-stream'))
        return handle.call(server, request, reply);
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
  const { query, operationName, variables } = from ?? {};
  if (typeof query !== 'string')
    throw new InvalidArgument('query: the text of a GraphQL operation is needed');
  return {
    query,
    operationName: typeof operationName === 'string' ? operationName : null,
    variables: variablesOf(variables),
  };
}

function variablesOf(given: unknown): Record<string, unknown> {
  let variables = given;
  if (typeof given === 'string') {
    try {
      variables = JSON.parse(given);
    } catch {
      throw new InvalidArgument('variables: not JSON');
    }
  }
  return typeof variables === 'object' && variables !== null ? (variables as Record<string, unknown>) : {};
}

/** Puts what was withheld into `extensions.masked`. */
const tellMasked: ApolloServerPlugin<ApiContext> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ contextValue, response }) => {
      if (response.body.kind !== 'single' || contextValue.masked.length === 0) return;
      const result = response.body.singleResult;
      result.extensions = { ...result.extensions, masked: contextValue.masked };
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
