import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { acceptFileRows, parseFileRequest } from '../../ingestion/files/accept-file-rows.ts';
import { createOutcomeReader } from '../../ingestion/outcomes/outcome-items.ts';
import { submitOutcomes } from '../../ingestion/outcomes/submit-outcomes.ts';
import { accountFor, type BatchAccount } from '../../ingestion/pipeline/outcome.ts';
import { readItems } from '../../ingestion/pipeline/read-items.ts';
import { createItemReader } from '../../ingestion/pipeline/response-items.ts';
import { submitItems } from '../../ingestion/pipeline/submit.ts';
import { auditRefusedItems } from '../audit.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { callerOf } from './auth.ts';
import { assertReadableType, bodyText } from './body-text.ts';
import { addImportRoutes, importOf } from './imports.ts';
import { admitBodies, assertUncompressed } from './ingest-door.ts';
import { addFactRoutes } from './ingest-facts.ts';
import { assertMaySubmit } from './may-submit.ts';
import { addUploadRoutes } from './uploads.ts';

/**
 * The endpoints for responses and outcomes: /ingest/responses and /ingest/outcomes (JSON object, array, or NDJSON in Scoreline's own
 * form) and /ingest/file (rows with their mapping). Each answers after the commit: 202, or 422 when every item was
 * rejected.
 */
export function addIngestRoutes(server: FastifyInstance, deps: ApiDeps): void {
  addUploadRoutes(server, deps);
  const read = createItemReader(deps.dimensions, 'responses');
  const readOutcome = createOutcomeReader(deps.dimensions);
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
      check: async (request) => {
        await assertMaySubmit(deps, request);
        assertUncompressed(request);
        assertReadableType(request.headers['content-type']);
      },
    });
    const options = { bodyLimit: LIMITS.ingestBody };

    routes.post('/ingest/responses', options, async (request, reply) => {
      const isLines = String(request.headers['content-type'] ?? '').includes('ndjson');
      const items = await readItems(textOf(request), isLines, LIMITS.batch);
      const caller = callerOf(request);
      const account = await submitItems(deps.ingestor, caller, read, items, `request ${randomUUID()}`);
      deps.onIngested(account);
      return answer(deps, request, reply, account);
    });

    routes.post('/ingest/outcomes', options, async (request, reply) => {
      const isLines = String(request.headers['content-type'] ?? '').includes('ndjson');
      const items = await readItems(textOf(request), isLines, LIMITS.batch);
      const named = `request ${randomUUID()}`;
      const account = await submitOutcomes(deps.outcomes, callerOf(request), readOutcome, items, named);
      return answer(deps, request, reply, account);
    });

    routes.post('/ingest/file', options, async (request, reply) => {
      const batch = await parseFileRequest(textOf(request), deps.dimensions, LIMITS.batch);
      const caller = callerOf(request);
      const run = batch.importKey === undefined ? null : await importOf(deps, caller, batch.importKey);
      const account = accountFor(await acceptFileRows(deps.ingestor, caller, batch, run?.id));
      deps.onIngested(account);
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

    addFactRoutes(routes, deps);
    addImportRoutes(routes, deps);
  });
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
  await auditRefusedItems(
    createContext(deps, callerOf(request), request.purpose, request.id),
    'ingest',
    account,
  );
  const nothingKept = account.accepted + account.duplicates === 0 && account.rejectedTotal > 0;
  return reply.code(nothingKept ? 422 : 202).send(account);
}
