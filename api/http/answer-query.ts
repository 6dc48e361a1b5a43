import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ExecutionResult, getOperationAST, OperationTypeNode } from 'graphql';
import { executeOperation, type Prepared } from '../operation.ts';
import type { RowTexts, RowWriters } from '../schema/row-texts.ts';
import { stringifyInSlices } from '../stringify.ts';
import { headOf } from './answer-head.ts';
import type { RememberedAnswers } from './remembered-answers.ts';

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

interface AnswerQueryDeps {
  readonly answers: RememberedAnswers;
  readonly rows: RowWriters;
  readonly onExecuted: (result: ExecutionResult) => void;
  readonly onRemembered: () => void;
}

const NO_ERRORS: ExecutionResult = {};

/** Executes a query and answers it as Apollo would, over the same gate, audit log and errors (decision 0205). */
export async function answerQuery(
  reply: FastifyReply,
  operation: Prepared,
  type: string,
  { answers, rows, onExecuted, onRemembered }: AnswerQueryDeps,
): Promise<FastifyReply> {
  const key = answers.prepare(operation);
  const again = key === null ? null : await answers.find(key, operation);
  if (Buffer.isBuffer(again)) {
    onExecuted(NO_ERRORS);
    onRemembered();
    return reply.type(`${type}; charset=utf-8`).send(again);
  }
  const texts = again ? null : rows.prepare(operation);
  const result = again ?? (await executeOperation(operation));
  onExecuted(result);
  const { status, retryAfter } = headOf(result);
  reply.code(status);
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  const text = await textOf(result, texts);
  reply.type(`${type}; charset=utf-8`);
  if (key === null) return reply.send(text);
  const bytes = Buffer.from(text);
  answers.keep(key, operation, result, bytes);
  return reply.send(bytes);
}

/** The answer as JSON. Rows that were written already are in the data as empty lists. */
async function textOf(
  { errors, data, extensions }: ExecutionResult,
  texts: RowTexts | null,
): Promise<string> {
  if (!texts || !data) return `${await stringifyInSlices({ errors, data, extensions })}\n`;
  const fields: string[] = [];
  for (const [name, value] of Object.entries(data))
    fields.push(`${JSON.stringify(name)}:${texts.of(name) ?? (await stringifyInSlices(value))}`);
  const before = errors ? `"errors":${JSON.stringify(errors)},` : '';
  const after = extensions ? `,"extensions":${JSON.stringify(extensions)}` : '';
  return `{${before}"data":{${fields.join(',')}}${after}}\n`;
}
