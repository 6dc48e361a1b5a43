import { readsModelsWhole, type Scope } from '../../domain/access/scope.ts';
import {
  type AlertsTouched,
  EVERY_ANSWER,
  readAlertAnnotations,
  readDecisionAnnotations,
  readTaughtModels,
} from '../../store/lineage/lineage-annotations.ts';
import { describeAlert, describeDecision, type LineageNode } from '../describe.ts';
import type { RollupSelection } from '../lineage-store.ts';
import { formatCursor, parseCursor } from '../traversal/cursor.ts';
import type { PlanDeps, Start } from '../traversal/visible-selection.ts';

export interface ImpactPage<T> {
  readonly nodes: readonly T[];
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

/** A decision or an alert about a model version that the start went into. */
export interface ImpactAnnotation {
  readonly model: number;
  readonly node: LineageNode;
}

/** Both null for who may not know of what all answers made. @throws InvalidCursorError */
export interface AnnotationsTouched {
  readonly decisions: (first: number, after: string | null) => Promise<ImpactPage<ImpactAnnotation> | null>;
  readonly alerts: (first: number, after: string | null) => Promise<ImpactPage<ImpactAnnotation> | null>;
}

/**
 * Decisions and alerts that a node went into. Of what a model version is made of: those about the version. Of what brings
 * answers: decisions about versions that learnt from its answers, and alerts of readings that its answers were read in.
 */
export function annotationsTouched(
  deps: PlanDeps,
  scope: Scope,
  start: Start,
  selection: RollupSelection,
): AnnotationsTouched {
  const { id } = start.node;
  const whole = readsModelsWhole(scope);
  return {
    decisions: async (first, after) => {
      if (!whole) return null;
      const list = `impact decisions ${id}`;
      const from = placeOf(list, after);
      const found = await readDecisionAnnotations(deps.store, await decidedModels(deps, start, selection));
      const left = found.filter((decision) => decision.id > from);
      return pageOf(list, first, left, ({ model, ...decision }) => ({
        model,
        node: describeDecision({ model, ...decision }),
      }));
    },
    alerts: async (first, after) => {
      if (!whole) return null;
      const list = `impact alerts ${id}`;
      const { models, touched } = await alertedBy(deps, start, selection);
      const found = await readAlertAnnotations(deps.record, models, touched, placeOf(list, after), first + 1);
      return pageOf(list, first, found, (alert) => ({ model: alert.model, node: describeAlert(alert) }));
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

async function decidedModels(
  deps: PlanDeps,
  start: Start,
  { models }: RollupSelection,
): Promise<readonly number[]> {
  if (start.kind === 'mappings')
    return readTaughtModels(
      deps.record,
      start.mappings.map(({ key }) => key),
    );
  // What a model learnt is of no cell.
  return start.node.kind === 'Cell' ? [] : (models ?? []);
}

async function alertedBy(
  deps: PlanDeps,
  start: Start,
  selection: RollupSelection,
): Promise<{ readonly models: readonly number[]; readonly touched: AlertsTouched }> {
  const isCell = start.node.kind === 'Cell';
  if (!isCell && start.kind !== 'mappings') return { models: selection.models ?? [], touched: EVERY_ANSWER };
  // Those that read something of it: none but they can have raised an alarm over it.
  const models = await deps.lineage.models({ ...selection, models: null });
  return { models, touched: { mappings: selection.mappings, cells: isCell ? selection.cells : null } };
}
