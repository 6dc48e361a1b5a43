import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { draftsFromDemo } from '../../ingestion/connectors/demo.ts';
import { acceptFileRows, parseFileRequest } from '../../ingestion/connectors/file.ts';
import { createItemReader, type ItemReader } from '../../ingestion/connectors/responses.ts';
import { accountFor, type BatchAccount, rejected } from '../../ingestion/outcome.ts';
import { acceptMixed, submitItems } from '../../ingestion/submit.ts';
import { auditRefusedItems } from '../audit.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { InvalidArgument } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { callerOf } from './auth.ts';

/**
 * The doors for responses: /ingest/responses (JSON object, array, or NDJSON in our own form), /ingest/file (rows with
 * their mapping) and /ingest/demo. Each answers after the commit: 202, or 422 when every item was rejected.
 */
export function addIngestRoutes(server: FastifyInstance, deps: ApiDeps): void {
  const read: ItemReader = createItemReader(deps.dimensions, 'responses');
  // The body is parsed here, so that one bad line does not spoil those beside it.
  server.register(async (routes) => {
    routes.removeAllContentTypeParsers();
    routes.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    const options = { bodyLimit: LIMITS.ingestBody };

    routes.post('/ingest/responses', options, async (request, reply) => {
      const items = parseItems(textOf(request), String(request.headers['content-type'] ?? ''));
      const caller = callerOf(request);
      const reader: ItemReader = (item, position) =>
        item instanceof BadLine ? rejected('INVALID', item.message) : read(item, position);
      const account = await submitItems(deps.acceptor, caller, reader, items, `request ${randomUUID()}`);
      return answer(deps, request, reply, account);
    });

    routes.post('/ingest/file', options, async (request, reply) => {
      const caller = callerOf(request);
      const batch = parseFileRequest(textOf(request), deps.dimensions);
      bounded(batch.rows.length);
      const account = accountFor(await acceptFileRows(deps.acceptor, caller, batch));
      const withLines = account.rejected.map((one) => ({ ...one, line: batch.rows[one.index]?.line }));
      return answer(deps, request, reply, { ...account, rejected: withLines });
    });

    routes.post('/ingest/demo', options, async (request, reply) => {
      const caller = callerOf(request);
      const items = parseItems(textOf(request), 'application/json');
      const drafts = draftsFromDemo(items, `request ${randomUUID()}`);
      return answer(deps, request, reply, accountFor(await acceptMixed(deps.acceptor, caller, drafts)));
    });
  });
}

class BadLine {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

function textOf(request: FastifyRequest): string {
  if (typeof request.body === 'string' && request.body.trim() !== '') return request.body;
  throw new InvalidArgument(
    'the body is empty; send a response as JSON, an array of them, or one on each line',
  );
}

/** The items of a body; a line of NDJSON that is no JSON becomes an item that is rejected. */
function parseItems(text: string, contentType: string): unknown[] {
  const items = contentType.includes('ndjson') ? parseLines(text) : parseDocument(text);
  bounded(items.length);
  return items;
}

function parseDocument(text: string): unknown[] {
  try {
    const body: unknown = JSON.parse(text);
    return Array.isArray(body) ? body : [body];
  } catch (error) {
    // Several objects on lines of their own, sent as application/json or without a type.
    if (holdsLines(text)) return parseLines(text);
    throw new InvalidArgument(`the body is not JSON: ${(error as Error).message}`);
  }
}

/** Whether an object on a line of its own comes first, and another after it. */
function holdsLines(text: string): boolean {
  const body = text.trimStart();
  const end = body.indexOf('\n');
  if (end === -1 || !body.startsWith('{')) return false;
  return body.slice(0, end).trimEnd().endsWith('}') && body.slice(end).trimStart().startsWith('{');
}

function parseLines(text: string): unknown[] {
  return text.split('\n').flatMap((line): unknown[] => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line)];
    } catch (error) {
      return [new BadLine(`this line is not JSON: ${(error as Error).message}`)];
    }
  });
}

function bounded(items: number): void {
  if (items > LIMITS.batch)
    throw new InvalidArgument(`${items} responses in one request; at most ${LIMITS.batch}`);
}

async function answer(
  deps: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  account: BatchAccount,
): Promise<FastifyReply> {
  deps.onIngested(account);
  await auditRefusedItems(
    createContext(deps, callerOf(request), request.purpose, request.id),
    'ingest',
    account,
  );
  const nothingKept = account.accepted + account.duplicates === 0 && account.rejected.length > 0;
  return reply.code(nothingKept ? 422 : 202).send(account);
}
