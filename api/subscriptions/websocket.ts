import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocket, WebSocketServer } from 'ws';
import { headerPurpose, purposeOf } from '../audit.ts';
import { type Caller, presentedKey } from '../caller.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { LIMITS } from '../limits.ts';
import { executeOperation, formatErrors, type Prepared, prepareOperation } from '../operation.ts';
import type { Cohorts } from './cohort.ts';
import { beginSubscription } from './subscribe.ts';
import { tooMuchUnread } from './unread.ts';
import { watchCaller } from './watch-caller.ts';

/** graphql-ws lets an application add to what it hands from onSubscribe to subscribe: where the answers go. */
type Delivered = Prepared & { readonly deliver: (payload: string) => void };

type SocketExtra = Record<PropertyKey, unknown> & {
  caller?: Caller;
  purpose?: string | null;
  unwatch?: () => void;
  isSlow?: () => boolean;
};

const SLOW_CONSUMER = 4413;
const BAD_REQUEST = 4400;
const FORBIDDEN = 4403;
/** Of the WebSocket registry: "service restart", so that clients connect again. */
const CONNECT_AGAIN = 1012;
const CLOSE_GRACE_MS = 2_000;

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
      onConnect: async ({ connectionParams, extra }) => {
        const key = presentedKey(connectionParams ?? {}) ?? presentedKey(extra.request.headers);
        const caller = key === null ? null : await deps.access.authenticate(key);
        if (key === null || !caller) return false;
        const { socket } = extra;
        if (socket.readyState !== WebSocket.OPEN) return false;
        try {
          const header = extra.request.headers['x-scoreline-purpose'];
          extra.purpose = purposeOf(connectionParams?.['purpose']) ?? headerPurpose(header);
        } catch (error) {
          socket.close(BAD_REQUEST, (error as Error).message);
          return false;
        }
        extra.caller = caller;
        extra.unwatch = watchCaller(deps, key, caller, ({ code, message }) =>
          socket.close(code === 'POLICY_CHANGED' ? CONNECT_AGAIN : FORBIDDEN, message),
        );
        return true;
      },
      onClose: ({ extra }) => extra.unwatch?.(),
      onSubscribe: (context, id, request) => {
        const { caller, purpose = null } = context.extra;
        if (!caller) throw new Error('a socket got past onConnect without a caller');
        if (Object.keys(context.subscriptions).length > LIMITS.socketOperations) {
          context.extra.socket.close(
            4429,
            `at most ${LIMITS.socketOperations} operations at once on one socket`,
          );
        }
        const prepared = prepareOperation(schema, createContext(deps, caller, purpose), request);
        if (!('document' in prepared)) return formatErrors(deps.log, prepared);
        const { socket } = context.extra;
        context.extra.isSlow ??= tooMuchUnread(() => socket.bufferedAmount);
        const { isSlow } = context.extra;
        const opening = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
        return { ...prepared, deliver: (payload: string) => write(socket, isSlow, `${opening}${payload}}`) };
      },
      execute: (args) => executeOperation(args as Prepared),
      subscribe: async (args) => {
        const { deliver, ...prepared } = args as Delivered;
        const begun = await beginSubscription(cohorts, prepared, deliver);
        return typeof begun === 'function' ? untilReturned(begun) : begun;
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

/** Writes one frame, unless the client leaves too much unread: then it is told so, and dropped. */
function write(socket: WebSocket, isSlow: () => boolean, frame: string): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  if (isSlow()) {
    socket.close(SLOW_CONSUMER, `slow consumer: over ${LIMITS.unread} bytes unread; resume with after`);
    // A client that does not read does not see the close frame either.
    setTimeout(() => socket.terminate(), CLOSE_GRACE_MS).unref();
    return;
  }
  socket.send(frame);
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
