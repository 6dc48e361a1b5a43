import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { CloseCode, type Context, handleProtocols, makeServer } from 'graphql-ws';
import { type ServerOptions, WebSocketServer } from 'ws';
import { headerPurpose, purposeOf } from '../audit.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { presentedKey, requestKey } from '../credentials.ts';
import { maskedError } from '../errors.ts';
import type { OperationRequest } from '../gate/gate.ts';
import { DATA_HEADERS, idOf, refuseRaw } from '../http/raw.ts';
import { LIMITS } from '../limits.ts';
import { logOfRequest } from '../log.ts';
import { executeOperation, type Prepared, prepareOperation } from '../operation.ts';
import { stringifyInSlices } from '../stringify.ts';
import { admitFrame } from './admit-frame.ts';
import { Answer } from './answer.ts';
import type { Cohorts } from './cohort.ts';
import { CLOSE, Connection } from './connection.ts';
import type { OnEnded } from './ended.ts';
import { Shares } from './shares.ts';
import { nothingMore, untilReturned } from './streams.ts';
import { beginSubscription } from './subscribe.ts';
import { textFrame } from './text-frame.ts';
import { WaitingSockets } from './waiting-sockets.ts';
import { watchCaller } from './watch-caller.ts';

/**
 * graphql-ws lets an application extend what it passes on from onSubscribe: where the answers go, whether
 * anything may run.
 */
type Delivered = Prepared & {
  readonly deliver: (answer: Answer) => void;
  readonly hasEnded: () => boolean;
};

type SocketExtra = { readonly connection: Connection; unwatch?: () => void };
type SocketContext = Context<Record<string, unknown>, SocketExtra>;

/** For sockets to close by themselves when the server stops. */
const STOP_MS = 2_500;
/** Longer than hang-up.ts waits, which ends a socket that does not close. */
const CLOSE_TIMEOUT_MS = 120_000;
const ENDED = new GraphQLError('this connection was ended; connect again', {
  extensions: { code: 'UNAUTHENTICATED' },
});

export interface SocketServer {
  sockets(): number;
  /** Ends every socket with 1001, so that clients reconnect elsewhere. */
  close(): Promise<void>;
}

/** Authentication and reports of a WebSocket server: connections that it ended, and upgrades that it refused. */
export interface SocketRules {
  /** By the headers of the upgrade: pages of other origins may be excluded. */
  readonly mayOpen: (headers: IncomingHttpHeaders) => boolean;
  readonly onEnded: OnEnded;
  readonly onRefused: (why: string) => void;
}

/**
 * Serves GraphQL over WebSocket (protocol graphql-transport-ws) at /graphql of an HTTP server. graphql-ws
 * speaks the protocol; cohorts write the updates of npsUpdates, as text serialised once.
 */
export function serveWebSocket(
  http: Server,
  schema: GraphQLSchema,
  deps: ApiDeps,
  cohorts: Cohorts,
  { mayOpen, onEnded, onRefused }: SocketRules,
): SocketServer {
  // closeTimeout is missing from the types.
  const options: ServerOptions & { closeTimeout: number } = {
    noServer: true,
    maxPayload: LIMITS.graphqlBody,
    clientTracking: true,
    handleProtocols,
    closeTimeout: CLOSE_TIMEOUT_MS,
  };
  const server = new WebSocketServer(options);
  const ids = new WeakMap<IncomingMessage, string>();
  const waiting = new WaitingSockets();
  const lefts = new WeakMap<IncomingMessage, () => void>();
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Until the handshake there are no other listeners.
    socket.on('error', () => undefined);
    if (request.url?.split('?')[0] !== '/graphql') {
      onRefused('not a path of WebSockets');
      return refuseRaw(socket, 404, 'WebSockets are at /graphql');
    }
    if (!mayOpen(request.headers)) {
      onRefused('a page of another origin');
      const message =
        'pages of this origin may not open a WebSocket here; SCORELINE_CORS_ORIGINS lists those that may';
      return refuseRaw(socket, 403, message, 'FORBIDDEN');
    }
    const leave = waiting.enter(request.socket.remoteAddress);
    if (!leave) {
      onRefused('too many WebSockets wait for connection_init');
      return refuseRaw(
        socket,
        503,
        'too many WebSockets wait for connection_init; try again shortly',
        'OVERLOADED',
      );
    }
    socket.once('close', leave);
    lefts.set(request, leave);
    ids.set(request, idOf(request.headers['x-request-id']));
    server.handleUpgrade(request, socket, head, (client) => server.emit('connection', client, request));
  };
  server.on('headers', (headers, request) => {
    headers.push(`x-request-id: ${ids.get(request)}`);
    for (const [name, value] of Object.entries(DATA_HEADERS)) headers.push(`${name}: ${value}`);
  });
  server.on('wsClientError', (_error, socket) => {
    onRefused('not a handshake of WebSockets');
    refuseRaw(socket, 400, 'this is not a handshake of the WebSocket protocol, version 13');
  });
  http.on('upgrade', upgrade);
  const open = new Set<Connection>();
  const protocol = speakProtocol(schema, deps, cohorts, new Shares('WebSockets', LIMITS.sockets));
  server.on('connection', (socket, request) => {
    const connection = new Connection(ids.get(request) ?? randomUUID(), socket, request, onEnded);
    connection.onAdmitted = () => lefts.get(request)?.();
    open.add(connection);
    socket.once('close', () => open.delete(connection));
    attach(protocol, connection, deps);
  });
  return {
    sockets: () => server.clients.size,
    close: async () => {
      http.off('upgrade', upgrade);
      for (const connection of open) connection.end(CLOSE.goingAway, 'the server is stopping');
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const impatience = setTimeout(() => {
        for (const client of server.clients) client.terminate();
      }, STOP_MS);
      await closed;
      clearTimeout(impatience);
    },
  };
}

type Protocol = ReturnType<typeof makeServer<Record<string, unknown>, SocketExtra>>;

function speakProtocol(schema: GraphQLSchema, deps: ApiDeps, cohorts: Cohorts, shares: Shares): Protocol {
  return makeServer<Record<string, unknown>, SocketExtra>({
    connectionInitWaitTimeout: 10_000,
    onConnect: (context) => admit(deps, context, shares),
    onClose: ({ extra }) => extra.unwatch?.(),
    onSubscribe: (context, id, request) => begin(schema, deps, context, id, request),
    execute: async (args) => {
      const { hasEnded, deliver, ...prepared } = args as Delivered;
      if (hasEnded()) return { errors: [ENDED] };
      // The library would serialise a large answer in one go.
      deliver(new Answer(await stringifyInSlices(await executeOperation(prepared))));
      return nothingMore();
    },
    subscribe: async (args) => {
      const { deliver, hasEnded, ...prepared } = args as Delivered;
      const begun = hasEnded() ? { errors: [ENDED] } : await beginSubscription(cohorts, prepared, deliver);
      if (typeof begun !== 'function') return begun;
      if (hasEnded()) begun();
      return hasEnded() ? { errors: [ENDED] } : untilReturned(begun);
    },
  });
}

/** Joins a socket to the protocol. A failure on the way ends the socket; the protocol library prints nothing. */
function attach(protocol: Protocol, connection: Connection, deps: ApiDeps): void {
  const { socket } = connection;
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: async (text) => connection.write(text),
      close: (code = CLOSE.goingAway, reason = '') =>
        connection.end(code, reason, code !== CloseCode.SubscriberAlreadyExists),
      onMessage: (handle) =>
        socket.on('message', (data) => {
          // Nothing is read from a socket that the server ended.
          if (connection.ended) return;
          const text = String(data);
          const frame = admitFrame(deps, connection, text);
          if (!frame) return;
          connection.frame = frame;
          handle(text).catch((error: unknown) => {
            const { message } = maskedError(logOfRequest(deps.log, connection.id), error);
            connection.end(CLOSE.internal, message);
          });
        }),
    },
    { connection },
  );
  socket.on('error', (error: Error & { code?: string }) => {
    // Only invalid messages have a code of the library; broken connections were not ended by the server.
    if (error.code?.startsWith('WS_ERR_')) connection.broken(CLOSES[error.code] ?? 1002);
  });
  socket.once('close', (code, reason) => void closed(code, String(reason)));
}

/** The code that ws sends for its errors, if it is not 1002. */
const CLOSES: Readonly<Record<string, number>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 1009,
  WS_ERR_INVALID_UTF8: 1007,
};

/** Admits a socket with a valid credential, and watches it from then on. */
async function admit(deps: ApiDeps, context: SocketContext, shares: Shares): Promise<boolean> {
  const { connectionParams, extra } = context;
  const { connection } = extra;
  const { headers } = connection.request;
  const key = presentedKey(connectionParams ?? {}) ?? requestKey(headers).key;
  const caller = key === null ? null : await deps.access.authenticate(key);
  if (key === null || !caller) return false;
  if (connection.socket.readyState !== connection.socket.OPEN) return false;
  try {
    connection.purpose =
      purposeOf(connectionParams?.['purpose']) ?? headerPurpose(headers['x-scoreline-purpose']);
  } catch (error) {
    connection.end(CLOSE.badRequest, (error as Error).message);
    return false;
  }
  connection.caller = caller;
  try {
    connection.socket.once('close', shares.enter(caller));
  } catch (error) {
    connection.end(CLOSE.tooMany, (error as Error).message);
    return false;
  }
  connection.onAdmitted();
  connection.onEnd = () => {
    extra.unwatch?.();
    for (const subscription of Object.values(context.subscriptions))
      if (subscription && 'return' in subscription) void subscription.return?.(undefined);
  };
  extra.unwatch = watchCaller(deps, key, caller, ({ code, message }) =>
    connection.end(code === 'POLICY_CHANGED' ? CLOSE.connectAgain : CLOSE.forbidden, message),
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
  const { connection } = context.extra;
  const { caller, purpose } = connection;
  if (connection.ended) return [ENDED];
  if (!caller) throw new Error('a socket got past onConnect without a caller');
  if (Object.keys(context.subscriptions).length > LIMITS.socketOperations) {
    connection.end(CLOSE.tooMany, `at most ${LIMITS.socketOperations} operations at once on one socket`);
    return [ENDED];
  }
  // A socket whose scope did not change survives a change of the policies; its operations run under the current
  // ones.
  const present = { ...caller, policyVersion: deps.access.policies().version };
  const own = createContext(deps, present, purpose, connection.nextOperation());
  const prepared = prepareOperation(schema, own, { ...request, ...connection.frame });
  if (!('document' in prepared)) return prepared.errors;
  const opening = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  // An operation that the client completed meanwhile gets no answer.
  const frame = (json: string) => textFrame(`${opening}${json}}`);
  const deliver = (answer: Answer) => {
    if (id in context.subscriptions) connection.writeFrame(answer.chunk(opening, frame));
  };
  return { ...prepared, deliver, hasEnded: () => connection.ended };
}
