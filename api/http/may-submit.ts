import type { FastifyRequest } from 'fastify';
import { auditRefusal } from '../audit.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { ForbiddenError } from '../errors.ts';
import { callerOf } from './auth.ts';

/**
 * Whether the caller may submit responses at all: by the rules, not by cells. A key that may submit only to cells that do
 * not exist yet is admitted, and its items are checked one by one.
 * @throws ForbiddenError
 */
export async function assertMaySubmit(deps: ApiDeps, request: FastifyRequest): Promise<void> {
  const caller = callerOf(request);
  if (caller.scope.grant('submitResponse') !== 'none') return;
  await auditRefusal(createContext(deps, caller, request.purpose, request.id), 'ingest');
  throw new ForbiddenError('this key may not submit responses');
}
