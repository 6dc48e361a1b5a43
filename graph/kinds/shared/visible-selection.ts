import { isProtected, visibleCells } from '../../../domain/access/scope.ts';
import type { RollupKey } from '../../../domain/lineage/lineage.ts';
import type { Segment } from '../../../domain/segments/cell.ts';
import { HOUR_MS, type TimeRange } from '../../../domain/time/time-windows.ts';
import type { ResponseFacts, RollupSelection } from '../../lineage-store.ts';
import type { LineageRequest } from './kind.ts';

/** The model version of surveyed classes. */
export const SURVEYED = 0;
/** Hours that any response can be in. */
const FIRST_HOUR = Date.UTC(1900, 0, 1) / HOUR_MS;
const LAST_HOUR = Date.UTC(2200, 0, 1) / HOUR_MS;
export const ALL_TIME: TimeRange = { from: FIRST_HOUR * HOUR_MS, until: LAST_HOUR * HOUR_MS };

/**
 * The selection of everything that the caller may trace, to be narrowed. An hour rollup may be about one
 * person: cells whose responses the caller may not read are not traced, nor cells of which they may read
 * neither surveyed nor inferred numbers.
 */
export function everythingVisible(request: LineageRequest, segment: Segment = {}): RollupSelection {
  const { scope } = request;
  const cells = visibleCells(scope, ['traceLineage'], request.cells, segment)
    .filter((cell) => scope.allows('readScore', cell) || scope.allows('readPrediction', cell))
    .filter((cell) => !isProtected(scope, cell, 'surveyed'))
    .map(({ key }) => key);
  return { cells, fromHour: FIRST_HOUR, untilHour: LAST_HOUR, mappings: null, models: [SURVEYED] };
}

/**
 * The visible rollups of the model versions; null: of any, and the surveyed ones. Where only sums of what a model infers may be shown, its
 * rollups are left out; a selection has the same cells under each model version, so beside surveyed ones they are left out of all cells.
 */
export function visibleOf(
  request: LineageRequest,
  models: readonly number[] | null,
  segment: Segment = {},
): RollupSelection {
  const { scope, cells } = request;
  const surveyed = everythingVisible(request, segment);
  const open = surveyed.cells.filter((key) => {
    const cell = cells.byKey(key);
    return cell !== undefined && !isProtected(scope, cell, 'inferred');
  });
  if (open.length === surveyed.cells.length) return { ...surveyed, models };
  const isInferred = models?.every((model) => model !== SURVEYED) ?? false;
  return isInferred ? { ...surveyed, cells: open, models } : surveyed;
}

/** The visible part of a selection; null where no rollup of it is visible. */
export async function narrowed(
  request: LineageRequest,
  narrow: Partial<RollupSelection>,
): Promise<RollupSelection | null> {
  const visible = visibleOf(request, narrow.models === undefined ? [SURVEYED] : narrow.models);
  const cells = narrow.cells ? visible.cells.filter((cell) => narrow.cells?.includes(cell)) : visible.cells;
  const selection = { ...visible, ...narrow, cells, models: visible.models };
  // Runs even without such a node: hidden and missing nodes must take the same time.
  const found = await request.lineage.rollups(selection, null, 1);
  return found.length > 0 ? selection : null;
}

/** The one rollup, within a selection. */
export function narrowTo(selection: RollupSelection, { hour, cell, model }: RollupKey): RollupSelection {
  return { ...selection, cells: [cell], fromHour: hour, untilHour: hour + 1, models: [model] };
}

/**
 * A model version is visible to callers who can see a rollup of it, and one that has counted nothing to callers who may trace
 * everything.
 */
export async function modelExists(request: LineageRequest, model: number): Promise<boolean> {
  if (request.scope.allowsAll('traceLineage')) return true;
  return (await narrowed(request, { models: [model] })) !== null;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Keys that are UUIDs. */
export const parseUuid = (key: string): string | null => (UUID.test(key) ? key : null);

/** Keys that are serial numbers of PostgreSQL. */
export const parseSerial = (key: string): number | null => (/^[1-9]\d{0,14}$/.test(key) ? Number(key) : null);

/** The response with that key, if the caller may trace and read it. */
export async function visibleResponse(request: LineageRequest, id: string): Promise<ResponseFacts | null> {
  const { scope } = request;
  const response = await request.lineage.response(id);
  const cell = response && request.cells.byKey(response.cell);
  const visible = cell && scope.allows('traceLineage', cell) && scope.allows('readResponse', cell);
  if (!visible) return null;
  // That a model counted it is part of the prediction.
  return readsPrediction(request, response) ? response : { ...response, inferred: [] };
}

/** Whether the caller may know whose answer it is: then also what became of them. */
export function readsRespondent(
  { scope, cells }: Pick<LineageRequest, 'scope' | 'cells'>,
  { cell: key }: Pick<ResponseFacts, 'cell'>,
): boolean {
  const cell = cells.byKey(key);
  return cell !== undefined && scope.allows('readResponse', cell) && scope.allows('readRespondent', cell);
}

/** Whether the caller may read predictions for the response. */
export function readsPrediction({ scope, cells }: LineageRequest, { cell: key }: ResponseFacts): boolean {
  const cell = cells.byKey(key);
  return cell !== undefined && scope.allows('readPrediction', cell);
}

/** Responses follow their rollup if the caller may read those of its cell; that a model counted them is part of the prediction. */
export function showsResponses({ scope, cells }: LineageRequest): (rollup: RollupKey) => boolean {
  return ({ cell: key, model }) => {
    const cell = cells.byKey(key);
    if (cell === undefined || !scope.allows('readResponse', cell)) return false;
    return model === SURVEYED || scope.allows('readPrediction', cell);
  };
}
