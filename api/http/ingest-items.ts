import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BatchAccount } from '../../ingestion/pipeline/outcome.ts';
import { readItems } from '../../ingestion/pipeline/read-items.ts';
import { auditRefusedItems } from '../audit.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { callerOf } from './auth.ts';

/**
 * The text of the body.
 * @throws InvalidArgumentError, which says what to send, if the body is empty
 */
export function textOf({ body }: FastifyRequest, expected: string): string {
  if (typeof body === 'string' && body.trim() !== '') return body;
  throw new InvalidArgumentError(`the body is empty; send ${expected}`);
}

/**
 * The items of the body: one object, an array, or NDJSON.
 * @param one an item with its article, for the error about an empty body
 */
export function itemsOf(request: FastifyRequest, one: string): Promise<unknown[]> {
  const isLines = String(request.headers['content-type'] ?? '').includes('ndjson');
  const text = textOf(request, `${one} as JSON, an array of them, or one on each line`);
  return readItems(text, isLines, LIMITS.batch);
}

/** Answers after the commit, or once the items are queued, and audits what was refused: 202, or 422 when every item was rejected. */
export async function answer(
  deps: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  account: BatchAccount & { readonly queued?: number },
): Promise<FastifyReply> {
  const context = createContext(deps, callerOf(request), request.purpose, request.id);
  await auditRefusedItems(context, 'ingest', account);
  const kept = account.accepted + account.duplicates + (account.queued ?? 0);
  const nothingKept = kept === 0 && account.rejectedTotal > 0;
  return reply.code(nothingKept ? 422 : 202).send(account);
}
