import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readDemoItem } from '../../ingestion/demo.ts';
import { acceptFileRows, parseFileRequest } from '../../ingestion/files/accept-file-rows.ts';
import { accountFor, type BatchAccount } from '../../ingestion/pipeline/outcome.ts';
import { readItems } from '../../ingestion/pipeline/read-items.ts';
import { createItemReader } from '../../ingestion/pipeline/response-items.ts';
import { submitItems } from '../../ingestion/pipeline/submit.ts';
import { auditRefusal, auditRefusedItems } from '../audit.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { callerOf } from './auth.ts';
import { assertReadableType, bodyText } from './body-text.ts';
import { addImportRoutes, importOf } from './imports.ts';
import { admitBodies, assertUncompressed } from './ingest-door.ts';

/**
 * The endpoints for responses: /ingest/responses (JSON object, array, or NDJSON in Scoreline's own form),
 * /ingest/file (rows with their mapping) and /ingest/demo. Each answers after the commit: 202, or 422 when
 * every item was rejected.
 */
export function addIngestRoutes(server: FastifyInstance, deps: ApiDeps): void {
  const read = createItemReader(deps.dimensions, 'responses');
  // The body is parsed here, so that one bad line does not affect the others.
  server.register(async (routes) => {
    routes.removeAllContentTypeParsers();
    routes.addContentTypeParser<Buffer>(
      '*',
      { parseAs: 'buffer' },
      ({ headers }: FastifyRequest, body: Buffer) => bodyText(headers['content-type'], body),
    );
    admitBodies(routes, deps.gate, {
      most: LIMITS.ingestBody,
      mostOpen: LIMITS.openBodies,
      payer: callerOf,
      check: (request) => assertMaySubmit(deps, request),
    });
    const options = { bodyLimit: LIMITS.ingestBody };

    routes.post('/ingest/responses', options, async (request, reply) => {
      const isLines = String(request.headers['content-type'] ?? '').includes('ndjson');
      const items = await readItems(textOf(request), isLines, LIMITS.batch);
      const caller = callerOf(request);
      const account = await submitItems(deps.ingestor, caller, read, items, `request ${randomUUID()}`);
      return answer(deps, request, reply, account);
    });

    routes.post('/ingest/file', options, async (request, reply) => {
      const batch = await parseFileRequest(textOf(request), deps.dimensions, LIMITS.batch);
      const caller = callerOf(request);
      const run = batch.importKey === undefined ? null : await importOf(deps, caller, batch.importKey);
      const account = accountFor(await acceptFileRows(deps.ingestor, caller, batch, run?.id));
      const withLine = <One extends { readonly index: number }>(one: One) => ({
        ...one,
        line: batch.rows[one.index]?.line ?? null,
      });
      const { noted } = account;
      return answer(deps, request, reply, {
        ...account,
        rejected: account.rejected.map(withLine),
        ...(noted ? { noted: noted.map(withLine) } : {}),
      });
    });

    addImportRoutes(routes, deps);

    routes.post('/ingest/demo', options, async (request, reply) => {
      const items = await readItems(textOf(request), false, LIMITS.batch);
      const caller = callerOf(request);
      const account = await submitItems(
        deps.ingestor,
        caller,
        readDemoItem,
        items,
        `request ${randomUUID()}`,
      );
      return answer(deps, request, reply, account);
    });
  });
}

/** @throws ForbiddenError, RefusedError */
async function assertMaySubmit(deps: ApiDeps, request: FastifyRequest): Promise<void> {
  const caller = callerOf(request);
  // By the rules, not by cells: a key that may submit only to cells that do not exist yet is admitted, and its items are checked one by one.
  if (caller.scope.grant('submitResponse') === 'none') {
    await auditRefusal(createContext(deps, caller, request.purpose, request.id), 'ingest');
    throw new ForbiddenError('this key may not submit responses');
  }
  assertUncompressed(request);
  assertReadableType(request.headers['content-type']);
}

function textOf(request: FastifyRequest): string {
  if (typeof request.body === 'string' && request.body.trim() !== '') return request.body;
  throw new InvalidArgumentError(
    'the body is empty; send a response as JSON, an array of them, or one on each line',
  );
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
  const nothingKept = account.accepted + account.duplicates === 0 && account.rejectedTotal > 0;
  return reply.code(nothingKept ? 422 : 202).send(account);
}
