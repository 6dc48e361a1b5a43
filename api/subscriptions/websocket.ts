import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { Context } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocket, WebSocketServer } from 'ws';
import { headerPurpose, purposeOf } from '../audit.ts';
import { type Caller, presentedKey } from '../caller.ts';
import { type ApiDeps, createContext } from '../context.ts';
import type { OperationRequest } from '../gate/gate.ts';
import { LIMITS } from '../limits.ts';
import { executeOperation, type Prepared, prepareOperation } from '../operation.ts';
import type { Cohorts } from './cohort.ts';
import { beginSubscription } from './subscribe.ts';
import { tooMuchUnread } from './unread.ts';
import { watchCaller } from './watch-caller.ts';

/** graphql-ws lets an application add to what it hands from onSubscribe on: where the answers go, whether nothing may run. */
type Delivered = Prepared & {
  readonly deliver: (payload: string) => void;
  readonly hasEnded: () => boolean;
};

type SocketExtra = Record<PropertyKey, unknown> & {
  /** We closed it: what still arrives is not executed, whether or not the peer closes too. */
  ended?: boolean;
  caller?: Caller;
  purpose?: string | null;
  unwatch?: () => void;
  isSlow?: () => boolean;
};

const SLOW_CONSUMER = 4413;
const BAD_REQUEST = 4400;
const FORBIDDEN = 4403;
const TOO_MANY = 4429;
/** Of the WebSocket registry: "service restart", so that clients connect again. */
const CONNECT_AGAIN = 1012;
/** Time to read why: a client that does not read does not see the close frame, one that is not polite does not answer it. */
const SLOW_GRACE_MS = 2_000;
const END_GRACE_MS = 500;
const ENDED = new GraphQLError('this connection was ended; connect again', {
  extensions: { code: 'UNAUTHENTICATED' },
});

export interface SocketServer {
  sockets(): number;
  /** Ends every socket with 1001, so that clients connect again elsewhere. */
  close(): Promise<void>;
}

/**
 * Serves GraphQL over WebSocket (protocol graphql-transport-ws) at /graphql of an HTTP server. graphql-ws speaks the
 * protocol; the updates of npsUpdates are written by their cohort, as text made once.
 */
export function serveWebSocket(
  http: Server,
  schema: GraphQLSchema,
  deps: ApiDeps,
  cohorts: Cohorts,
): SocketServer {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: LIMITS.graphqlBody,
    clientTracking: true,
  });
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.split('?')[0] !== '/graphql') {
      socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
      return;
    }
    server.handleUpgrade(request, socket, head, (client) => server.emit('connection', client, request));
  };
  http.on('upgrade', upgrade);
  const protocol = useServer<Record<string, unknown>, SocketExtra>(
    {
      connectionInitWaitTimeout: 10_000,
      onConnect: (context) => admit(deps, context),
      onClose: ({ extra }) => extra.unwatch?.(),
      onSubscribe: (context, id, request) => begin(schema, deps, context, id, request),
      execute: (args) => {
        const { hasEnded, deliver: _, ...prepared } = args as Delivered;
        return hasEnded() ? { errors: [ENDED] } : executeOperation(prepared);
      },
      subscribe: async (args) => {
        const { deliver, hasEnded, ...prepared } = args as Delivered;
        const begun = hasEnded() ? { errors: [ENDED] } : await beginSubscription(cohorts, prepared, deliver);
        if (typeof begun !== 'function') return begun;
        if (hasEnded()) begun();
        return hasEnded() ? { errors: [ENDED] } : untilReturned(begun);
      },
    },
    server,
    12_000,
  );
  return {
    sockets: () => server.clients.size,
    close: async () => {
      http.off('upgrade', upgrade);
      await protocol.dispose();
    },
  };
}

type SocketContext = Context<
  Record<string, unknown>,
  SocketExtra & { socket: WebSocket; request: IncomingMessage }
>;

/** Lets a socket in whose credential lets somebody in, and watches it from then on. */
async function admit(deps: ApiDeps, context: SocketContext): Promise<boolean> {
  const { connectionParams, extra } = context;
  const key = presentedKey(connectionParams ?? {}) ?? presentedKey(extra.request.headers);
  const caller = key === null ? null : await deps.access.authenticate(key);
  if (key === null || !caller) return false;
  if (extra.socket.readyState !== WebSocket.OPEN) return false;
  try {
    const header = extra.request.headers['x-scoreline-purpose'];
    extra.purpose = purposeOf(connectionParams?.['purpose']) ?? headerPurpose(header);
  } catch (error) {
    end(context, BAD_REQUEST, (error as Error).message);
    return false;
  }
  extra.caller = caller;
  extra.unwatch = watchCaller(deps, key, caller, ({ code, message }) =>
    end(context, code === 'POLICY_CHANGED' ? CONNECT_AGAIN : FORBIDDEN, message),
  );
  return true;
}

/** Prepares one operation of the socket, or says why it does not run. */
function begin(
  schema: GraphQLSchema,
  deps: ApiDeps,
  context: SocketContext,
  id: string,
  request: OperationRequest,
): Delivered | readonly GraphQLError[] {
  const { extra } = context;
  const { caller, purpose = null, socket } = extra;
  if (extra.ended) return [ENDED];
  if (!caller) throw new Error('a socket got past onConnect without a caller');
  if (Object.keys(context.subscriptions).length > LIMITS.socketOperations) {
    end(context, TOO_MANY, `at most ${LIMITS.socketOperations} operations at once on one socket`);
    return [ENDED];
  }
  // A socket whose scope did not change outlives a change of the policies; what it does is done under the present ones.
  const present = { ...caller, policyVersion: deps.access.policies().version };
  const prepared = prepareOperation(schema, createContext(deps, present, purpose), request);
  if (!('document' in prepared)) return prepared.errors;
  extra.isSlow ??= tooMuchUnread(() => socket.bufferedAmount);
  const { isSlow } = extra;
  const opening = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  const deliver = (payload: string) => write(context, isSlow, `${opening}${payload}}`);
  return { ...prepared, deliver, hasEnded: () => extra.ended === true };
}

/**
 * Ends a socket from our side: from here on nothing of it runs, whatever still arrives. A peer that does not answer the
 * close frame would stay for half a minute: after the grace the connection is cut.
 */
function end(context: SocketContext, code: number, reason: string, graceMs = END_GRACE_MS): void {
  const { extra } = context;
  if (extra.ended) return;
  extra.ended = true;
  extra.unwatch?.();
  extra.socket.close(code, reason);
  for (const subscription of Object.values(context.subscriptions))
    if (subscription && 'return' in subscription) void subscription.return?.(undefined);
  const cut = setTimeout(() => extra.socket.terminate(), graceMs);
  cut.unref();
  extra.socket.once('close', () => clearTimeout(cut));
}

/** Writes one frame, unless the client leaves too much unread: then it is told so, and dropped. */
function write(context: SocketContext, isSlow: () => boolean, frame: string): void {
  const { socket } = context.extra;
  if (socket.readyState !== WebSocket.OPEN) return;
  if (isSlow()) {
    const reason = `slow consumer: over ${LIMITS.unread} bytes unread; resume with after`;
    end(context, SLOW_CONSUMER, reason, SLOW_GRACE_MS);
  } else socket.send(frame);
}

/** A stream that yields nothing and ends when it is returned: for graphql-ws, the life of the subscription. */
function untilReturned(onReturn: () => void): AsyncIterableIterator<never> {
  let end: (result: IteratorResult<never>) => void = () => undefined;
  const ended = new Promise<IteratorResult<never>>((resolve) => {
    end = resolve;
  });
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => ended,
    return: () => {
      onReturn();
      end({ done: true, value: undefined });
      return ended;
    },
  };
}
