import { readsModelsWhole } from '../../domain/access/scope.ts';
import { readAlertAnnotations, readDecisionAnnotations } from '../../store/lineage/lineage-annotations.ts';
import { alertNode } from '../kinds/alert.ts';
import { decisionNode } from '../kinds/decision.ts';
import type { Impacted, LineageRequest } from '../kinds/shared/kind.ts';
import type { LineageNode } from '../node.ts';
import { formatCursor, parseCursor } from './cursor.ts';

export interface ImpactPage<T> {
  readonly nodes: readonly T[];
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

/** A decision or an alert about a model version that the start contributed to. */
export interface ImpactAnnotation {
  readonly model: number;
  readonly node: LineageNode;
}

/** Both null for callers who may not see what was made of all responses. @throws InvalidCursorError */
export interface AnnotationsTouched {
  readonly decisions: (first: number, after: string | null) => Promise<ImpactPage<ImpactAnnotation> | null>;
  readonly alerts: (first: number, after: string | null) => Promise<ImpactPage<ImpactAnnotation> | null>;
}

/**
 * Decisions and alerts that a node contributed to. For inputs of a model version: those about the version. For
 * nodes that bring responses: decisions about versions that learnt from those, and alerts of readings that
 * included those.
 */
export function annotationsTouched(
  request: LineageRequest,
  id: string,
  impacted: Impacted,
): AnnotationsTouched {
  const whole = readsModelsWhole(request.scope);
  return {
    decisions: async (first, after) => {
      if (!whole) return null;
      const list = `impact decisions ${id}`;
      const from = placeOf(list, after);
      const found = await readDecisionAnnotations(request.store, await impacted.decided());
      const left = found.filter((decision) => decision.id > from);
      return pageOf(list, first, left, (decision) => ({
        model: decision.model,
        node: decisionNode(decision),
      }));
    },
    alerts: async (first, after) => {
      if (!whole) return null;
      const list = `impact alerts ${id}`;
      const { models, touched } = await impacted.alerted();
      const found = await readAlertAnnotations(
        request.record,
        models,
        touched,
        placeOf(list, after),
        first + 1,
      );
      return pageOf(list, first, found, (alert) => ({ model: alert.model, node: alertNode(alert) }));
    },
  };
}

const placeOf = (list: string, after: string | null): number =>
  after === null ? 0 : (parseCursor(after, list, ['number'])[0] as number);

function pageOf<T extends { readonly id: number }>(
  list: string,
  first: number,
  left: readonly T[],
  show: (one: T) => ImpactAnnotation,
): ImpactPage<ImpactAnnotation> {
  const page = left.slice(0, first);
  const last = page.at(-1);
  return {
    nodes: page.map(show),
    hasNextPage: left.length > first,
    endCursor: last ? formatCursor(list, [last.id]) : null,
  };
}
