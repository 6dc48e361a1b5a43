import { GraphQLError, type GraphQLSchema } from 'graphql';
import { type Context, makeServer } from 'graphql-ws';
import { headerPurpose, purposeOf } from '../audit.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { presentedKey, requestKey } from '../credentials.ts';
import type { OperationRequest } from '../gate/gate.ts';
import { LIMITS } from '../limits.ts';
import { executeOperation, type Prepared, prepareOperation } from '../operation.ts';
import { stringifyInSlices } from '../stringify.ts';
import { Answer } from './answer.ts';
import type { Cohorts } from './cohort.ts';
import { CLOSE, type Connection } from './connection.ts';
import type { Shares } from './shares.ts';
import { nothingEver, nothingMore, untilReturned } from './streams.ts';
import { beginSubscription } from './subscribe.ts';
import { textFrame } from './text-frame.ts';
import { watchCaller } from './watch-caller.ts';

/** One operation of a socket. */
interface Operation {
  /** For the log. */
  readonly id: string;
  readonly connection: Connection;
  /** Whether its client still waits for it: it has not completed it, nor begun another one with its id. */
  readonly isCurrent: () => boolean;
  readonly deliver: (answer: Answer) => void;
  /** To be called once nothing of it runs. */
  readonly isOver: () => void;
}

/** graphql-ws lets an application extend what it passes on from onSubscribe. */
type Begun = Prepared & { readonly operation: Operation };

type SocketExtra = {
  readonly connection: Connection;
  /** The latest operation of each of the client's ids, which may be used again while an earlier one still runs. */
  readonly latest: Map<string, string>;
};
type SocketContext = Context<Record<string, unknown>, SocketExtra>;

const ENDED = new GraphQLError('this connection was ended; connect again', {
  extensions: { code: 'UNAUTHENTICATED' },
});

export type Protocol = ReturnType<typeof makeServer<Record<string, unknown>, SocketExtra>>;

/** What is kept for one socket. */
export const extraOf = (connection: Connection): SocketExtra => ({ connection, latest: new Map() });

/** The protocol graphql-transport-ws, spoken by graphql-ws; answers are written past it. */
export function speakProtocol(
  schema: GraphQLSchema,
  deps: ApiDeps,
  cohorts: Cohorts,
  shares: Shares,
): Protocol {
  return makeServer<Record<string, unknown>, SocketExtra>({
    connectionInitWaitTimeout: 10_000,
    onConnect: (context) => admit(deps, context, shares),
    onSubscribe: async (context, id, request) => {
      const operation = operationOf(context, id);
      const begun = begin(schema, deps, context, operation, request);
      if ('document' in begun) return begun;
      // Frames that came together are all read by then.
      await undefined;
      return ifAwaited(operation, begun);
    },
    execute: async (args) => {
      const { operation, ...prepared } = args as Begun;
      if (operation.connection.ended) return nothingEver();
      // The library would serialise a large answer in one go.
      const answer = new Answer(await stringifyInSlices(await executeOperation(prepared)));
      operation.deliver(answer);
      return ifAwaited(operation, nothingMore());
    },
    subscribe: async (args) => {
      const { operation, ...prepared } = args as Begun;
      const { connection, isCurrent, isOver, deliver } = operation;
      if (connection.ended || !isCurrent()) {
        isOver();
        return nothingEver();
      }
      const begun = await beginSubscription(cohorts, prepared, deliver);
      if (typeof begun !== 'function') return ifAwaited(operation, begun);
      const leave = connection.untilEnd(() => {
        isOver();
        begun();
      });
      if (isCurrent()) return untilReturned(leave);
      leave();
      return nothingEver();
    },
  });
}

/** The end of an operation, for the library if the client still waits for it. */
function ifAwaited<End>({ isCurrent, isOver }: Operation, end: End): End | Promise<never> {
  const isAwaited = isCurrent();
  isOver();
  return isAwaited ? end : nothingEver();
}

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
  const unwatch = watchCaller(deps, key, caller, ({ code, message }) =>
    connection.end(code === 'UNAUTHENTICATED' ? CLOSE.forbidden : CLOSE.connectAgain, message),
  );
  connection.untilEnd(unwatch);
  return true;
}

/** The next operation of the socket, under the id that its client chose. */
function operationOf(context: SocketContext, id: string): Operation {
  const { connection, latest } = context.extra;
  const own = connection.nextOperation();
  latest.set(id, own);
  const isCurrent = () => id in context.subscriptions && latest.get(id) === own;
  const opening = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  const frame = (json: string) => textFrame(`${opening}${json}}`);
  return {
    id: own,
    connection,
    isCurrent,
    deliver: (answer) => {
      if (isCurrent()) connection.writeFrame(answer.chunk(opening, frame));
    },
    isOver: () => {
      if (latest.get(id) === own) latest.delete(id);
    },
  };
}

/** Prepares one operation of the socket, or says why it does not run. */
function begin(
  schema: GraphQLSchema,
  deps: ApiDeps,
  context: SocketContext,
  operation: Operation,
  request: OperationRequest,
): Begun | readonly GraphQLError[] {
  const { connection } = operation;
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
  const own = createContext(deps, present, purpose, operation.id);
  const prepared = prepareOperation(schema, own, { ...request, ...connection.frame });
  return 'document' in prepared ? { ...prepared, operation } : prepared.errors;
}
