import type { ServerResponse } from 'node:http';
import { type GraphQLSchema, getOperationAST } from 'graphql';
import type { Caller } from '../caller.ts';
import { type ApiDeps, createContext } from '../context.ts';
import type { OperationRequest } from '../gate/gate.ts';
import { LIMITS } from '../limits.ts';
import { executeOperation, prepareOperation } from '../operation.ts';
import type { Cohorts } from './cohort.ts';
import { beginSubscription } from './subscribe.ts';
import { tooMuchUnread } from './unread.ts';
import { watchCaller } from './watch-caller.ts';

const HEARTBEAT_MS = 12_000;
const CLOSE_GRACE_MS = 2_000;

export interface EventStreams {
  /**
   * Answers one operation as a stream of server-sent events ("distinct connections mode" of the GraphQL over SSE
   * protocol): `next` with an execution result, and `complete`. It ends when the credential does.
   */
  serve(response: ServerResponse, by: Bearer, request: OperationRequest): Promise<void>;
  count(): number;
  /** Ends all with the reason, so that clients know to come back. */
  close(): void;
}

/** A caller, what they came in with, and what for. */
export interface Bearer {
  readonly caller: Caller;
  readonly credential: string;
  readonly purpose: string | null;
}

/** The event streams of one server. */
export function createEventStreams(schema: GraphQLSchema, deps: ApiDeps, cohorts: Cohorts): EventStreams {
  const open = new Set<StreamEnd>();
  return {
    serve: (response, by, request) => serveEventStream(response, schema, deps, cohorts, by, request, open),
    count: () => open.size,
    close: () => {
      for (const end of open) end('the server is stopping; resume with after', 'GOING_AWAY');
    },
  };
}

/** Ends a stream from our side. */
type StreamEnd = (message: string, code: string) => void;

async function serveEventStream(
  response: ServerResponse,
  schema: GraphQLSchema,
  deps: ApiDeps,
  cohorts: Cohorts,
  { caller, credential, purpose }: Bearer,
  request: OperationRequest,
  open: Set<StreamEnd>,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    connection: 'keep-alive',
    'x-accel-buffering': 'no',
  });
  response.write(':\n\n');
  const finish = (result?: object) => {
    if (result) response.write(`event: next\ndata: ${JSON.stringify(result)}\n\n`);
    response.end('event: complete\ndata:\n\n');
  };
  const prepared = prepareOperation(schema, createContext(deps, caller, purpose), request);
  if (!('document' in prepared)) return finish({ errors: prepared.errors });
  if (getOperationAST(prepared.document, prepared.operationName)?.operation !== 'subscription') {
    return finish(await executeOperation(prepared));
  }
  let leave: (() => void) | undefined;
  let ended = false;
  const end: StreamEnd = (message, code) => {
    ended = true;
    open.delete(end);
    leave?.();
    finish({ errors: [{ message, extensions: { code } }] });
    // A client that does not read does not see the end either.
    setTimeout(() => response.destroy(), CLOSE_GRACE_MS).unref();
  };
  open.add(end);
  const unwatch = watchCaller(deps, credential, caller, ({ message, code }) => end(message, code));
  const isSlow = tooMuchUnread(() => response.writableLength);
  const begun = await beginSubscription(cohorts, prepared, (payload) => {
    if (ended || response.destroyed) return;
    if (isSlow()) {
      end(`slow consumer: over ${LIMITS.unread} bytes unread; resume with after`, 'SLOW_CONSUMER');
    } else response.write(`event: next\ndata: ${payload}\n\n`);
  });
  if (typeof begun !== 'function') {
    open.delete(end);
    unwatch();
    if (ended) return;
    return finish(begun);
  }
  leave = begun;
  const heartbeat = setInterval(() => !ended && response.write(':\n\n'), HEARTBEAT_MS);
  const closed = () => {
    open.delete(end);
    unwatch();
    clearInterval(heartbeat);
    begun();
  };
  if (response.destroyed || ended) closed();
  else response.once('close', closed);
}
