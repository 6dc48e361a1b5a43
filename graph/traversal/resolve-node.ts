import type { Scope } from '../../domain/access/scope.ts';
import { parseNodeId } from '../kinds/registry.ts';
import { foundScore, type ScoreStart, scoreNamed } from '../kinds/score.ts';
import { at, type Found, type LineageDeps, type LineageRequest } from '../kinds/shared/kind.ts';

/** A lookup by the caller with that scope. */
export function lineageRequest(deps: LineageDeps, scope: Scope): LineageRequest {
  const request: LineageRequest = {
    ...deps,
    scope,
    find: (id) => resolveNode(request, id),
    findAny: async (id) => (await scoreNamed(request, id)) ?? resolveNode(request, id),
  };
  return request;
}

/** The node of the id, or null when it does not exist for this caller. */
async function resolveNode(request: LineageRequest, id: string): Promise<Found | null> {
  const parsed = parseNodeId(id);
  const row = parsed && (await parsed.kind.find(request, parsed.key));
  return parsed && row ? at(request, parsed.kind, row) : null;
}

/** The start of a walk: a score, which always exists, or a node by its id. */
export async function resolveStart(
  request: LineageRequest,
  start: ScoreStart | string,
): Promise<Found | null> {
  return typeof start === 'string' ? request.find(start) : foundScore(request, start);
}
