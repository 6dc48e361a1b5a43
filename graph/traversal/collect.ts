import type { Scope } from '../../domain/access/scope.ts';
import type { ScoreStart } from '../kinds/score.ts';
import type { LineageDeps } from '../kinds/shared/kind.ts';
import type { LineageEdge, TracedNode } from '../node.ts';
import { traceLineage } from './trace.ts';

/** A score's lineage in one piece. */
export interface CollectedTrace {
  readonly nodes: readonly TracedNode[];
  readonly edges: readonly LineageEdge[];
  readonly complete: boolean;
  readonly reason: string | null;
}

const PAGE = 500;

/** The trace of a score upstream, page by page; beyond `bound` nodes it ends and says so. */
export async function collectTrace(
  deps: LineageDeps,
  scope: Scope,
  start: ScoreStart,
  bound: number,
): Promise<CollectedTrace> {
  const nodes: TracedNode[] = [];
  const edges: LineageEdge[] = [];
  for (let after: string | null = null; ; ) {
    const first = Math.min(PAGE, bound - nodes.length);
    const page = await traceLineage(deps, scope, { start, direction: 'UPSTREAM', first, after });
    if (!page) throw new Error('a score can always be traced');
    nodes.push(...page.nodes);
    edges.push(...page.edges);
    after = page.endCursor;
    if (!page.hasNextPage) return { nodes, edges, complete: page.complete, reason: page.reason };
    if (nodes.length < bound) continue;
    const cut = `it has more than ${bound} nodes: the query trace gives all of them, page by page`;
    return { nodes, edges, complete: false, reason: [page.reason, cut].filter(Boolean).join('; ') };
  }
}
