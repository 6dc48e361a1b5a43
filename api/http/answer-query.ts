import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ExecutionResult, getOperationAST, OperationTypeNode } from 'graphql';
import { executeOperation, type Prepared } from '../operation.ts';
import { stringifyInSlices } from '../stringify.ts';
import { headOf } from './answer-head.ts';

export const JSON_TYPE = 'application/json';
export const GRAPHQL_JSON = 'application/graphql-response+json';

/** What most clients accept, and the type of their answers. Apollo negotiates what else there may be. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['', JSON_TYPE],
  ['*/*', JSON_TYPE],
  [JSON_TYPE, JSON_TYPE],
  ['application/json, text/plain, */*', JSON_TYPE],
  [GRAPHQL_JSON, GRAPHQL_JSON],
  [`${GRAPHQL_JSON}, ${JSON_TYPE};q=0.9`, GRAPHQL_JSON],
  [`${GRAPHQL_JSON},${JSON_TYPE};q=0.9`, GRAPHQL_JSON],
]);

/**
 * The media type in which a request is answered without Apollo: a query that comes by POST from a client that accepts what most
 * accept. Null if Apollo has to answer it.
 */
export function directTypeOf(
  { method, headers }: FastifyRequest,
  { document, operationName }: Prepared,
): string | null {
  if (method !== 'POST') return null;
  if (getOperationAST(document, operationName)?.operation !== OperationTypeNode.QUERY) return null;
  return TYPES.get(headers.accept ?? '') ?? null;
}

/** Executes a query and answers it as Apollo would, over the same gate, audit log and errors (decision 0205). */
export async function answerQuery(
  reply: FastifyReply,
  operation: Prepared,
  type: string,
  onExecuted: (result: ExecutionResult) => void,
): Promise<FastifyReply> {
  const result = await executeOperation(operation);
  onExecuted(result);
  const { errors, data, extensions } = result;
  const { status, retryAfter } = headOf(result);
  reply.code(status);
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  return reply
    .type(`${type}; charset=utf-8`)
    .send(`${await stringifyInSlices({ errors, data, extensions })}\n`);
}
