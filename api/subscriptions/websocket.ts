import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GraphQLSchema } from 'graphql';
import { CloseCode, handleProtocols } from 'graphql-ws';
import { type ServerOptions, WebSocketServer } from 'ws';
import type { ApiDeps } from '../context.ts';
import { maskedError } from '../errors.ts';
import { type IsProxy, senderOf } from '../http/proxies.ts';
import { DATA_HEADERS, idOf, refuseRaw } from '../http/raw.ts';
import { LIMITS } from '../limits.ts';
import { logOfRequest } from '../log.ts';
import { admitFrame } from './admit-frame.ts';
import type { Cohorts } from './cohort.ts';
import { CLOSE, Connection } from './connection.ts';
import type { OnEnded } from './ended.ts';
import { Shares } from './shares.ts';
import { extraOf, type Protocol, speakProtocol } from './socket-protocol.ts';
import { WaitingSockets } from './waiting-sockets.ts';

/** For sockets to close by themselves when the server stops. */
const STOP_MS = 2_500;
/** Longer than hang-up.ts waits, which ends a socket that does not close. */
const CLOSE_TIMEOUT_MS = 120_000;

export interface SocketServer {
  sockets(): number;
  /** Ends every socket with 1001, so that clients reconnect elsewhere. */
  close(): Promise<void>;
}

/** Authentication and reports of a WebSocket server: connections that it ended, and upgrades that it refused. */
export interface SocketRules {
  /** By the headers of the upgrade: pages of other origins may be excluded. */
  readonly mayOpen: (headers: IncomingHttpHeaders) => boolean;
  /** Those whose X-Forwarded-For counts. */
  readonly isProxy: IsProxy;
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
  { mayOpen, isProxy, onEnded, onRefused }: SocketRules,
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
    const leave = waiting.enter(senderOf(request, isProxy));
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
    extraOf(connection),
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
