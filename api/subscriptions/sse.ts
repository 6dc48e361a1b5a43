import type { ServerResponse } from 'node:http';
import { type GraphQLSchema, getOperationAST } from 'graphql';
import type { Caller } from '../caller.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { LIMITS } from '../limits.ts';
import { executeOperation, formatErrors, type OperationRequest, prepareOperation } from '../operation.ts';
import type { Cohorts } from './cohort.ts';
import { beginSubscription } from './subscribe.ts';

const HEARTBEAT_MS = 12_000;
const CLOSE_GRACE_MS = 2_000;

/**
 * Answers one operation as a stream of server-sent events ("distinct connections mode" of the GraphQL over SSE
 * protocol): `next` with an execution result, and `complete`.
 */
export async function serveEventStream(
  response: ServerResponse,
  schema: GraphQLSchema,
  deps: ApiDeps,
  cohorts: Cohorts,
  caller: Caller,
  request: OperationRequest,
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
  const prepared = prepareOperation(schema, createContext(deps, caller), request);
  if (!('document' in prepared)) return finish({ errors: formatErrors(deps.log, prepared) });
  if (getOperationAST(prepared.document, prepared.operationName)?.operation !== 'subscription') {
    return finish(await executeOperation(prepared));
  }
  let leave: (() => void) | undefined;
  let dropped = false;
  const drop = () => {
    dropped = true;
    leave?.();
    const message = `slow consumer: over ${LIMITS.unread} bytes unread; resume with after`;
    finish({ errors: [{ message, extensions: { code: 'SLOW_CONSUMER' } }] });
    setTimeout(() => response.destroy(), CLOSE_GRACE_MS).unref();
  };
  const begun = await beginSubscription(cohorts, prepared, (payload) => {
    if (dropped || response.destroyed) return;
    if (response.writableLength > LIMITS.unread) drop();
    else response.write(`event: next\ndata: ${payload}\n\n`);
  });
  if (typeof begun !== 'function') return finish(begun);
  leave = begun;
  const heartbeat = setInterval(() => !dropped && response.write(':\n\n'), HEARTBEAT_MS);
  const end = () => {
    clearInterval(heartbeat);
    begun();
  };
  if (response.destroyed || dropped) end();
  else response.once('close', end);
}
