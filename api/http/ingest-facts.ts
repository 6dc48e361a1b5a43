import type { FastifyInstance } from 'fastify';
import { acceptChanges } from '../../ingestion/changes/accept-changes.ts';
import { acceptInvitations } from '../../ingestion/changes/accept-invitations.ts';
import { createInvitationReader } from '../../ingestion/changes/read-invitation.ts';
import { acceptIdentities } from '../../ingestion/identities/accept-identities.ts';
import { createOutcomeReader } from '../../ingestion/outcomes/outcome-items.ts';
import { submitOutcomes } from '../../ingestion/outcomes/submit-outcomes.ts';
import type { ApiDeps } from '../context.ts';
import { LIMITS } from '../limits.ts';
import { filingOf } from '../parts-deps.ts';
import { requestName } from '../request-name.ts';
import { callerOf } from './auth.ts';
import { answer, itemsOf } from './ingest-items.ts';

/**
 * The endpoints for what is no answer: /ingest/outcomes, /ingest/changes (our own form, CloudEvents 1.0 alone or in batches, GitHub's deployments),
 * /ingest/invitations and /ingest/identities. JSON, an array or NDJSON. Each answers after the commit: 202, or 422 when every item was rejected.
 */
export function addFactRoutes(routes: FastifyInstance, deps: ApiDeps): void {
  const options = { bodyLimit: LIMITS.ingestBody };
  const readInvitation = createInvitationReader(deps.dimensions);
  const readOutcome = createOutcomeReader(deps.dimensions);
  routes.post('/ingest/outcomes', options, async (request, reply) => {
    const items = await itemsOf(request, 'an outcome');
    const named = requestName();
    const account = await submitOutcomes(deps.outcomes, callerOf(request), readOutcome, items, named);
    return answer(deps, request, reply, account);
  });
  routes.post('/ingest/identities', options, async (request, reply) => {
    const items = await itemsOf(request, 'a merge of identifiers');
    return answer(deps, request, reply, await acceptIdentities(deps.identities, callerOf(request), items));
  });
  routes.post('/ingest/changes', options, async (request, reply) => {
    const items = await itemsOf(request, 'a change event');
    return answer(deps, request, reply, await acceptChanges(deps, callerOf(request), items));
  });
  routes.post('/ingest/invitations', options, async (request, reply) => {
    const items = await itemsOf(request, 'an invitation');
    const account = await acceptInvitations(filingOf(deps), callerOf(request), readInvitation, items);
    return answer(deps, request, reply, account);
  });
}
