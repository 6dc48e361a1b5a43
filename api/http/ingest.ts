import type { FastifyInstance, FastifyRequest } from 'fastify';
import { acceptFileRows, parseFileRequest } from '../../ingestion/files/accept-file-rows.ts';
import { accountFor } from '../../ingestion/pipeline/outcome.ts';
import { createItemReader } from '../../ingestion/pipeline/response-items.ts';
import { submitItems } from '../../ingestion/pipeline/submit.ts';
import type { ApiDeps } from '../context.ts';
import { LIMITS } from '../limits.ts';
import { requestName } from '../request-name.ts';
import { callerOf } from './auth.ts';
import { assertReadableType, bodyText } from './body-text.ts';
import { addImportRoutes, importOf } from './imports.ts';
import { admitBodies, assertUncompressed } from './ingest-door.ts';
import { addFactRoutes } from './ingest-facts.ts';
import { answer, itemsOf, textOf } from './ingest-items.ts';
import { assertMaySubmit } from './may-submit.ts';
import { addUploadRoutes } from './uploads.ts';

/**
 * The endpoints for responses: /ingest/responses (JSON object, array, or NDJSON in Scoreline's own form) and /ingest/file (rows
 * with their mapping). Each answers after the commit (responses that are handed to Kafka: once the brokers have them): 202, or 422 when every
 * item was rejected.
 */
export function addIngestRoutes(server: FastifyInstance, deps: ApiDeps): void {
  addUploadRoutes(server, deps);
  const read = createItemReader(deps.dimensions, 'responses');
  // The body is parsed here, so that one bad line does not affect the others.
  server.register(async (routes) => {
    routes.removeAllContentTypeParsers();
    routes.addContentTypeParser<Buffer>(
      '*',
      { parseAs: 'buffer' },
      ({ headers }: FastifyRequest, body: Buffer) => bodyText(headers['content-type'], body),
    );
    admitBodies(routes, deps, {
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
      const items = await itemsOf(request, 'a response');
      const caller = callerOf(request);
      const named = requestName();
      const { handOver, ingestor } = deps;
      const account = handOver
        ? await handOver.submit(caller, read, items, named)
        : await submitItems(ingestor, caller, read, items, named);
      deps.onIngested(account);
      return answer(deps, request, reply, account);
    });

    routes.post('/ingest/file', options, async (request, reply) => {
      const batch = await parseFileRequest(
        textOf(request, 'the map and its rows, one on each line'),
        deps.dimensions,
        LIMITS.batch,
      );
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
