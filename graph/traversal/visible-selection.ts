import { isProtected, type Scope, visibleCells } from '../../domain/access/scope.ts';
import type { RollupKey } from '../../domain/lineage/lineage.ts';
import type { Basis } from '../../domain/scores/score.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import { HOUR_MS, type TimeRange } from '../../domain/time/time-windows.ts';
import type { Session } from '../../store/database/client.ts';
import type {
  AlertAnnotation,
  DecisionAnnotation,
  ReviewAnnotation,
} from '../../store/lineage/lineage-annotations.ts';
import type { RecordedMapping } from '../../store/responses/mappings.ts';
import { type DescribeDeps, describeRollup, type LineageNode } from '../describe.ts';
import type { EventFacts, LineageStore, ResponseFacts, RollupSelection } from '../lineage-store.ts';

export interface PlanDeps extends DescribeDeps {
  readonly lineage: LineageStore;
  /** Before the wall: for what is about all cells together, after `readsModelsWhole`. */
  readonly record: Session;
}

/** A score as its id spells it. */
export interface ScoreStart extends TimeRange {
  readonly id: string;
  readonly segment: Segment;
  readonly label: string;
  readonly basis: Basis;
  /** The model version that inferred what is not surveyed; null where nothing is inferred. */
  readonly model: number | null;
}

/** Where a walk begins, found and visible for the caller. */
export type Start =
  | {
      readonly kind: 'selection';
      readonly node: LineageNode;
      readonly selection: RollupSelection;
      readonly range: TimeRange;
    }
  /** A training set, a feature set or a feature, with the model versions made of it. */
  | { readonly kind: 'part'; readonly node: LineageNode; readonly models: readonly number[] }
  | { readonly kind: 'mappings'; readonly node: LineageNode; readonly mappings: readonly RecordedMapping[] }
  | {
      readonly kind: 'review';
      readonly node: LineageNode;
      readonly review: ReviewAnnotation;
      /** What was reviewed. */
      readonly about: { readonly response: ResponseFacts } | { readonly decision: DecisionAnnotation };
    }
  | { readonly kind: 'decision'; readonly node: LineageNode; readonly decision: DecisionAnnotation }
  | { readonly kind: 'alert'; readonly node: LineageNode; readonly alert: AlertAnnotation }
  | { readonly kind: 'response'; readonly node: LineageNode; readonly response: ResponseFacts }
  | {
      readonly kind: 'event';
      readonly node: LineageNode;
      readonly response: ResponseFacts;
      readonly event: EventFacts;
    };

/** The model version of what respondents said themselves. */
export const SURVEYED = 0;
/** Hours that any response can lie in. */
const FIRST_HOUR = Date.UTC(1900, 0, 1) / HOUR_MS;
const LAST_HOUR = Date.UTC(2200, 0, 1) / HOUR_MS;
export const ALL_TIME: TimeRange = { from: FIRST_HOUR * HOUR_MS, until: LAST_HOUR * HOUR_MS };

/**
 * The selection of everything that the caller may trace, to be narrowed. An hour rollup may be of one person: whose cells'
 * answers may not be read, of those nothing is traced; nor of those whose numbers may not be read, of neither kind.
 */
export function everythingVisible(deps: PlanDeps, scope: Scope, segment: Segment = {}): RollupSelection {
  const cells = visibleCells(scope, ['traceLineage'], deps.cells, segment)
    .filter((cell) => scope.allows('readScore', cell) || scope.allows('readPrediction', cell))
    .filter((cell) => !isProtected(scope, cell, 'surveyed'))
    .map(({ key }) => key);
  return { cells, fromHour: FIRST_HOUR, untilHour: LAST_HOUR, mappings: null, models: [SURVEYED] };
}

/** Where the walk from a score begins. */
export function scoreStart(deps: PlanDeps, scope: Scope, score: ScoreStart): Start {
  const { from, until } = score;
  const model = score.basis === 'INFERRED' ? score.model : SURVEYED;
  const selection = {
    ...everythingVisible(deps, scope, score.segment),
    fromHour: Math.floor(from / HOUR_MS),
    // What nobody has inferred is made of nothing.
    untilHour: model === null ? Math.floor(from / HOUR_MS) : Math.ceil(until / HOUR_MS),
    models: model === null ? [] : [model],
  };
  const node: LineageNode = { id: score.id, kind: 'Score', label: score.label, recordedAt: null };
  return { kind: 'selection', node, selection, range: { from, until } };
}

/** A model version is there for whom a rollup of it is; one that has counted nothing, for whom sees everything. */
export async function modelExists(deps: PlanDeps, scope: Scope, model: number): Promise<boolean> {
  if (scope.allowsAll('traceLineage')) return true;
  const selection = { ...everythingVisible(deps, scope), models: [model] };
  return (await deps.lineage.rollups(selection, null, 1)).length > 0;
}

/** The start at a rollup. */
export async function rollupStart(
  deps: PlanDeps,
  scope: Scope,
  rollup: RollupKey | null,
): Promise<Start | null> {
  if (!rollup) return null;
  const { hour, cell, model } = rollup;
  const node = describeRollup(deps, rollup);
  const range = { from: hour * HOUR_MS, until: (hour + 1) * HOUR_MS };
  return narrowed(
    deps,
    scope,
    node,
    { cells: [cell], fromHour: hour, untilHour: hour + 1, models: [model] },
    range,
  );
}

/** A start that exists for the caller only where a rollup of it does. */
export async function narrowed(
  deps: PlanDeps,
  scope: Scope,
  node: LineageNode | null,
  narrow: Partial<RollupSelection>,
  range: TimeRange = ALL_TIME,
): Promise<Start | null> {
  const visible = everythingVisible(deps, scope);
  const cells = narrow.cells ? visible.cells.filter((cell) => narrow.cells?.includes(cell)) : visible.cells;
  const selection = { ...visible, ...narrow, cells };
  // Asked also where there is no such node: what is hidden must not take longer than what never was.
  const found = await deps.lineage.rollups(selection, null, 1);
  return node && found.length > 0 ? { kind: 'selection', node, selection, range } : null;
}

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The response with that key, where the caller may trace and read it. */
export async function visibleResponse(
  deps: PlanDeps,
  scope: Scope,
  id: string,
): Promise<ResponseFacts | null> {
  if (!UUID.test(id)) return null;
  const response = await deps.lineage.response(id);
  const cell = response && deps.cells.byKey(response.cell);
  const visible = cell && scope.allows('traceLineage', cell) && scope.allows('readResponse', cell);
  if (!visible) return null;
  // That a model counted it is something that the model said of it.
  return readsPrediction(deps, scope, response) ? response : { ...response, inferred: [] };
}

/** Whether the caller may read what models said of the response. */
export function readsPrediction(deps: PlanDeps, scope: Scope, { cell: key }: ResponseFacts): boolean {
  const cell = deps.cells.byKey(key);
  return cell !== undefined && scope.allows('readPrediction', cell);
}
