import type { FastifyInstance } from 'fastify';
import { acceptChanges } from '../../ingestion/changes/accept-changes.ts';
import { readItems } from '../../ingestion/pipeline/read-items.ts';
import { auditRefusedItems } from '../audit.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { callerOf } from './auth.ts';

/**
 * The endpoint for change events: our own form, CloudEvents 1.0 (one, or a batch) and GitHub's deployments, as JSON, an array or NDJSON.
 * Answers after the commit: 202, or 422 when every item was rejected.
 */
export function addChangeRoute(routes: FastifyInstance, deps: ApiDeps): void {
  routes.post('/ingest/changes', { bodyLimit: LIMITS.ingestBody }, async (request, reply) => {
    const { body } = request;
    if (typeof body !== 'string' || body.trim() === '')
      throw new InvalidArgumentError(
        'the body is empty; send a change as JSON, an array of them, or one on each line',
      );
    const isLines = String(request.headers['content-type'] ?? '').includes('ndjson');
    const items = await readItems(body, isLines, LIMITS.batch);
    const caller = callerOf(request);
    const account = await acceptChanges(deps, caller, items);
    await auditRefusedItems(createContext(deps, caller, request.purpose, request.id), 'ingest', account);
    const nothingKept = account.accepted + account.duplicates === 0 && account.rejectedTotal > 0;
    return reply.code(nothingKept ? 422 : 202).send(account);
  });
}
