import type { ServerResponse } from 'node:http';
import { type GraphQLSchema, getOperationAST } from 'graphql';
import type { Caller } from '../caller.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { errorBody, maskedError, publicError, RefusedError } from '../errors.ts';
import type { OperationRequest } from '../gate/gate.ts';
import { DATA_HEADERS } from '../http/raw.ts';
import { LIMITS } from '../limits.ts';
import { logOfRequest } from '../log.ts';
import { executeOperation, prepareOperation } from '../operation.ts';
import { stringifyInSlices } from '../stringify.ts';
import type { Answer } from './answer.ts';
import type { Cohorts } from './cohort.ts';
import type { OnEnded } from './ended.ts';
import { hangUp } from './hang-up.ts';
import { Outbox } from './outbox.ts';
import { Shares } from './shares.ts';
import { beginSubscription } from './subscribe.ts';
import { watchCaller } from './watch-caller.ts';

const HEARTBEAT_MS = 12_000;
const COMMENT = Buffer.from(':\n\n');

const nextText = (json: string) => `event: next\ndata: ${json}\n\n`;
const nextEvent = (json: string) => Buffer.from(nextText(json));

export interface EventStreams {
  /**
   * Counts the answer as one of the caller's streams until it is closed.
   * @throws RefusedError at the caller's limit, and once all are ended.
   */
  admit(response: ServerResponse, caller: Caller): void;
  /**
   * Answers one operation as a stream of server-sent events ("distinct connections mode" of the GraphQL over SSE
   * protocol): `next` with an execution result, and `complete`. It ends when the credential does.
   */
  serve(response: ServerResponse, by: Bearer, request: OperationRequest): Promise<void>;
  count(): number;
  /** Ends all with the reason, so that clients reconnect, and admits no more. */
  endAll(): void;
}

/** A caller, its credential, and its purpose. */
export interface Bearer {
  readonly caller: Caller;
  readonly credential: string;
  readonly purpose: string | null;
  readonly requestId: string;
}

/** The event streams of one server. */
export function createEventStreams(
  schema: GraphQLSchema,
  deps: ApiDeps,
  cohorts: Cohorts,
  onEnded: OnEnded,
): EventStreams {
  const open = new Set<EventStream>();
  const shares = new Shares('event streams', LIMITS.streams);
  let isStopping = false;
  return {
    admit: (response, caller) => {
      if (isStopping)
        throw new RefusedError('UNAVAILABLE', 503, 'the server is stopping; connect again shortly');
      const leave = shares.enter(caller);
      if (response.closed || response.destroyed) leave();
      else response.once('close', leave);
    },
    serve: async (response, by, request) => {
      const stream = new EventStream(response, by, onEnded);
      try {
        await serveEventStream(stream, schema, deps, cohorts, by, request, open);
      } catch (error) {
        // The request has no other answer by now.
        stream.onEnd();
        const log = logOfRequest(deps.log, by.requestId);
        stream.finish({ errors: [errorBody(publicError(error) ?? maskedError(log, error))] });
      }
    },
    count: () => open.size,
    endAll: () => {
      isStopping = true;
      for (const stream of open) stream.cutOff('the server is stopping; resume with after', 'GOING_AWAY');
    },
  };
}

/** One stream: writing to it, and ending it. */
class EventStream {
  readonly response: ServerResponse;
  /** Called once when the server ends it. */
  onEnd: () => void = () => undefined;
  readonly #by: Bearer;
  readonly #report: OnEnded;
  readonly #outbox: Outbox;
  readonly #began = performance.now();
  #ended = false;

  constructor(response: ServerResponse, by: Bearer, report: OnEnded) {
    this.response = response;
    this.#by = by;
    this.#report = report;
    this.#outbox = new Outbox({
      buffered: () => response.writableLength,
      write: (chunk) => void response.write(chunk),
      onDrain: (listener) => response.on('drain', listener),
    });
    response.writeHead(200, {
      ...DATA_HEADERS,
      'content-type': 'text/event-stream; charset=utf-8',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
    });
    response.write(':\n\n');
  }

  get ended(): boolean {
    return this.#ended || this.response.destroyed;
  }

  /**
   * Writes one more answer, unless the client leaves too much unread: then it is disconnected with that reason.
   */
  next(answer: Answer): void {
    if (this.ended) return;
    if (this.#outbox.isSlow())
      this.cutOff(`slow consumer: over ${LIMITS.unread} bytes unread; resume with after`, 'SLOW_CONSUMER');
    else this.#outbox.write(answer.chunk('event: next', nextEvent));
  }

  /** Keeps intermediaries from taking the silence for an end. */
  beat(): void {
    if (!this.ended && this.#outbox.unread() === 0) this.#outbox.write(COMMENT);
  }

  /** The last answer, and the end. */
  finish(result?: object): void {
    this.finishWith(result && JSON.stringify(result));
  }

  /** The last answer, as JSON, and the end. */
  finishWith(payload?: string): void {
    if (this.ended) return;
    this.#ended = true;
    const last = payload === undefined ? '' : nextText(payload);
    this.response.end(`${last}event: complete\ndata:\n\n`);
  }

  /** Ends the stream from this side, with the reason right after the little that is in flight. */
  cutOff(message: string, code: string): void {
    if (this.ended) return;
    const { response } = this;
    const { socket } = response;
    const unread = this.#outbox.drop() + response.writableLength;
    const seconds = (performance.now() - this.#began) / 1_000;
    const { caller, requestId } = this.#by;
    this.#report({ transport: 'stream', code, reason: message, requestId, caller, unread, seconds });
    this.finish({ errors: [{ message, extensions: { code } }] });
    this.onEnd();
    // A kept-alive connection belongs to its next request once the client has the end.
    if (socket) {
      const stop = hangUp(socket, () => response.destroy());
      response.once('finish', stop);
    }
  }
}

async function serveEventStream(
  stream: EventStream,
  schema: GraphQLSchema,
  deps: ApiDeps,
  cohorts: Cohorts,
  { caller, credential, purpose, requestId }: Bearer,
  request: OperationRequest,
  open: Set<EventStream>,
): Promise<void> {
  const context = createContext(deps, caller, purpose, requestId);
  const prepared = prepareOperation(schema, context, request);
  if (!('document' in prepared)) return stream.finish({ errors: prepared.errors });
  if (getOperationAST(prepared.document, prepared.operationName)?.operation !== 'subscription') {
    return stream.finishWith(await stringifyInSlices(await executeOperation(prepared)));
  }
  let leave: (() => void) | undefined;
  const unwatch = watchCaller(deps, credential, caller, ({ message, code }) => stream.cutOff(message, code));
  const left = () => {
    open.delete(stream);
    unwatch();
    leave?.();
  };
  stream.onEnd = left;
  open.add(stream);
  const begun = await beginSubscription(cohorts, prepared, (answer) => stream.next(answer));
  if (typeof begun !== 'function') {
    left();
    return stream.finish(begun);
  }
  leave = begun;
  if (stream.ended) return left();
  const heartbeat = setInterval(() => stream.beat(), HEARTBEAT_MS);
  stream.response.once('close', () => {
    clearInterval(heartbeat);
    left();
  });
}
