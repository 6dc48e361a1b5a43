import { KINDS } from '../kinds/registry.ts';
import type { Found, LineageRequest } from '../kinds/shared/kind.ts';
import { type Step, step, type Walk } from '../node.ts';

export type TraceDirection = 'UPSTREAM' | 'DOWNSTREAM';

/** What the start came from. */
export function upstream(request: LineageRequest, start: Found): Walk {
  const walk = start.kind.upstream(request, start);
  return { ...walk, context: async () => [step(start.node, 0), ...(await walk.context())] };
}

/**
 * What the start contributed to, and its annotations: every kind that declares how it is reached from the
 * start's.
 */
export function downstream(request: LineageRequest, start: Found): Walk {
  const reached = KINDS.flatMap((kind) => kind.after)
    .filter(({ from }) => from === start.kind.kind)
    .map((after) => after.reach(request, start));
  const context = async () => {
    const steps: Step[] = [step(start.node, 0)];
    for (const part of reached) steps.push(...((await part.context?.()) ?? []));
    return steps;
  };
  const rollups = reached.find((part) => part.rollups)?.rollups;
  return rollups ? { context, rollups } : { context };
}
