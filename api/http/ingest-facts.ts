import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { acceptChanges } from '../../ingestion/changes/accept-changes.ts';
import { acceptInvitations } from '../../ingestion/changes/accept-invitations.ts';
import { createInvitationReader } from '../../ingestion/changes/read-invitation.ts';
import type { BatchAccount } from '../../ingestion/pipeline/outcome.ts';
import { readItems } from '../../ingestion/pipeline/read-items.ts';
import { auditRefusedItems } from '../audit.ts';
import { type ApiDeps, createContext, filingOf } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { callerOf } from './auth.ts';

/**
 * The endpoints for what is no answer: /ingest/changes (our own form, CloudEvents 1.0 alone or in batches, GitHub's deployments) and
 * /ingest/invitations. JSON, an array or NDJSON. Each answers after the commit: 202, or 422 when every item was rejected.
 */
export function addFactRoutes(routes: FastifyInstance, deps: ApiDeps): void {
  const options = { bodyLimit: LIMITS.ingestBody };
  const readInvitation = createInvitationReader(deps.dimensions);
  routes.post('/ingest/changes', options, async (request, reply) => {
    const items = await itemsOf(request, 'a change');
    return answer(deps, request, reply, await acceptChanges(deps, callerOf(request), items));
  });
  routes.post('/ingest/invitations', options, async (request, reply) => {
    const items = await itemsOf(request, 'an invitation');
    const account = await acceptInvitations(filingOf(deps), callerOf(request), readInvitation, items);
    return answer(deps, request, reply, account);
  });
}

function itemsOf({ body, headers }: FastifyRequest, one: string): Promise<unknown[]> {
  if (typeof body !== 'string' || body.trim() === '')
    throw new InvalidArgumentError(
      `the body is empty; send ${one} as JSON, an array of them, or one on each line`,
    );
  const isLines = String(headers['content-type'] ?? '').includes('ndjson');
  return readItems(body, isLines, LIMITS.batch);
}

async function answer(
  deps: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  account: BatchAccount,
): Promise<FastifyReply> {
  const context = createContext(deps, callerOf(request), request.purpose, request.id);
  await auditRefusedItems(context, 'ingest', account);
  const nothingKept = account.accepted + account.duplicates === 0 && account.rejectedTotal > 0;
  return reply.code(nothingKept ? 422 : 202).send(account);
}
