import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { windowEnd } from '../../domain/time/window-end.ts';
import type { ApiDeps } from '../context.ts';
import { InvalidArgumentError, type PublicError, RefusedError } from '../errors.ts';
import { measure } from '../gate/bounds.ts';
import type { Trusted } from '../gate/trusted.ts';
import { LIMITS } from '../limits.ts';
import { logOfRequest } from '../log.ts';
import { type Calling, callTool } from '../mcp/call.ts';
import type { openProtocol, ToolProvider } from '../mcp/protocol.ts';
import { listed, mayUse, type Tool, toolsOf } from '../mcp/tool.ts';
import { callerOf } from './auth.ts';
import { newestOf } from './console-tabs.ts';
import { failureOf } from './failure.ts';
import { admitGraphqlBodies } from './graphql-door.ts';
import type { Origins } from './origins.ts';

/** Codes of JSON-RPC. */
const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;
const METHOD_NOT_FOUND = -32_601;
const REFUSED = -32_000;
/** The headers that the protocol reads. */
const HEADERS = ['content-type', 'accept', 'mcp-protocol-version', 'mcp-method', 'mcp-name'] as const;
/** Characters of a message's id that an error repeats. */
const LONGEST_ID = 200;

interface McpOptions {
  readonly documents: Trusted;
  /** Other origins whose pages may send requests. */
  readonly origins: Origins;
  readonly version: string;
}

/**
 * Adds /mcp: the Model Context Protocol over streamable HTTP, without sessions. Each tool is a trusted document, executed as the
 * caller's operation.
 */
export async function addMcp(
  server: FastifyInstance,
  schema: GraphQLSchema,
  deps: ApiDeps,
  { documents, origins, version }: McpOptions,
): Promise<void> {
  const tools = toolsOf(schema, documents);
  let protocol: Promise<ReturnType<typeof openProtocol>> | undefined;
  // Most servers never get such a request, and the package takes 25 MB.
  const load = () => {
    protocol ??= import('../mcp/protocol.ts').then((module) => module.openProtocol(version));
    return protocol;
  };
  await server.register(async (routes) => {
    admitGraphqlBodies(routes, deps);
    routes.addHook('onRequest', async (request) => refuseOrigin(request, origins, deps.publicUrl));
    routes.setErrorHandler(async (error: Error, request, reply) => {
      const failure = await failureOf(error, logOfRequest(deps.log, request.id), request, reply);
      return sendError(reply, failure.status, jsonRpcCode(failure), failure.message, {
        id: messageId(request.body),
        data: { code: failure.code },
      });
    });
    routes.post('/mcp', { bodyLimit: LIMITS.mcpBody }, async (request, reply) => {
      deps.gate.admitRoute(callerOf(request), 'POST /mcp');
      const message = messageOf(request.body);
      if ('method' in message && message.method === 'subscriptions/listen')
        return sendError(
          reply,
          404,
          METHOD_NOT_FOUND,
          'this server sends no notifications; live scores are a subscription of /graphql',
          { id: messageId(message) },
        );
      const answer = await load();
      const headers = Object.fromEntries(
        HEADERS.flatMap((name) => {
          const value = request.headers[name];
          return typeof value === 'string' ? [[name, value]] : [];
        }),
      );
      const { status, type, text } = await answer(
        { headers, message },
        providerFor(tools, schema, deps, request),
      );
      if (type !== null) reply.type(type);
      return reply.code(status).send(text);
    });
    routes.route({
      method: ['GET', 'DELETE'],
      url: '/mcp',
      handler: async (request, reply) => {
        deps.gate.admitRoute(callerOf(request), 'POST /mcp');
        reply.header('allow', 'POST');
        const message = `${request.method} is not a method of this path, because there are no sessions: send each message by POST`;
        return sendError(reply, 405, REFUSED, message);
      },
    });
  });
}

/** The tools as the caller of a request has them. */
function providerFor(
  tools: ReadonlyMap<string, Tool>,
  schema: GraphQLSchema,
  deps: ApiDeps,
  request: FastifyRequest,
): ToolProvider {
  const caller = callerOf(request);
  const calling: Calling = {
    schema,
    deps,
    caller,
    purpose: request.purpose,
    requestId: request.id,
    newestEnd: async (context) => {
      const now = deps.now();
      return windowEnd((await newestOf(schema, context, now)).at, now);
    },
  };
  return {
    list: async () => [...tools.values()].filter((tool) => mayUse(tool, caller)).map(listed),
    call: async (name, given) => {
      const tool = tools.get(name);
      return tool && mayUse(tool, caller) ? callTool(tool, given, calling) : null;
    },
  };
}

/** One message, bounded before anything walks it. @throws InvalidArgumentError */
function messageOf(body: unknown): object {
  if (Array.isArray(body))
    throw new InvalidArgumentError(
      'the body: a batch is not taken; send each message in a request of its own',
    );
  if (typeof body !== 'object' || body === null)
    throw new InvalidArgumentError('the body: must be a JSON-RPC message as application/json');
  measure('message', body as Record<string, unknown>);
  return body;
}

/**
 * Refuses requests of pages, unless their origin is configured or this server's own. A page that reaches this server by a name of its own
 * (DNS rebinding) has the origin of that name, so only a public URL and loopback addresses are known to be ours.
 * @throws RefusedError
 */
function refuseOrigin(
  { headers }: { readonly headers: IncomingHttpHeaders },
  origins: Origins,
  publicUrl: string | undefined,
): void {
  const { origin, host } = headers;
  if (origin === undefined || origins.has(origin)) return;
  if (publicUrl !== undefined && new URL(publicUrl).origin === origin) return;
  if (URL.canParse(origin)) {
    const from = new URL(origin);
    if (from.host === host && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(from.hostname)) return;
  }
  throw new RefusedError(
    'FORBIDDEN',
    403,
    'the origin of this page may not send requests here; SCORELINE_CORS_ORIGINS lists those that may',
  );
}

function jsonRpcCode({ code, status }: PublicError): number {
  if (code === 'BAD_REQUEST' && status === 400) return PARSE_ERROR;
  return code === 'BAD_USER_INPUT' ? INVALID_REQUEST : REFUSED;
}

/** The id of a message, where it has a valid one. */
function messageId(body: unknown): string | number | null {
  const id = typeof body === 'object' && body !== null && 'id' in body ? body.id : null;
  if (typeof id === 'number') return id;
  return typeof id === 'string' && id.length <= LONGEST_ID ? id : null;
}

function sendError(
  reply: FastifyReply,
  status: number,
  code: number,
  message: string,
  { id = null, data }: { readonly id?: string | number | null; readonly data?: object } = {},
): FastifyReply {
  const error = { code, message, ...(data ? { data } : {}) };
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ jsonrpc: '2.0', id, error }));
}
