import type { FieldGroup, Scope } from '../../domain/access/scope.ts';
import type { CellDictionary } from '../../domain/segments/cell.ts';
import { parseCellSet, SEEN_BY } from '../../store/agents/cell-set.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { noteWithheld, pathOf, type ResponsePath } from '../masking.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The key of a node id of that kind whose keys are UUIDs; null for any other text. */
export function uuidOf(kind: string, id: string): string | null {
  const key = id.startsWith(`${kind}:`) ? id.slice(kind.length + 1) : '';
  return UUID.test(key) ? key : null;
}

/** Reports which of these groups the caller has for no cell: then the list is empty whatever there is. */
export function noteHiddenAgents(context: ApiContext, path: ResponsePath): void {
  const missing = SEEN_BY.find((group) => context.caller.scope.grant(group) === 'none');
  if (missing) noteWithheld(context, missing, pathOf(path));
}

/** Whether the caller sees everything that agents can write about. */
export function seesAllAgents(scope: Scope): boolean {
  return SEEN_BY.every((group) => scope.allowsAll(group));
}

/** Whether the caller has the right for each of these cells: a multirange as PostgreSQL writes it. */
export function allowsCells(
  scope: Scope,
  dictionary: CellDictionary,
  cells: string,
  group: FieldGroup,
): boolean {
  if (scope.allowsAll(group)) return true;
  const set = parseCellSet(cells);
  if (typeof set === 'string' || set.length === 0) return false;
  return set.every((id) => {
    const cell = dictionary.get(id);
    return cell !== undefined && scope.allows(group, cell);
  });
}

/** Whether the caller may work on what was made of these cells. */
export const mayManage = (scope: Scope, dictionary: CellDictionary, cells: string): boolean =>
  allowsCells(scope, dictionary, cells, 'manageCases');

/** @throws ForbiddenError */
export function assertManages({ deps, caller }: ApiContext, cells: string, what: string): void {
  if (!mayManage(caller.scope, deps.cells, cells)) throw new ForbiddenError(`this key may not ${what}`);
}

/** The reason of a change. @throws InvalidArgumentError when there is none. */
export function reasonOf(reason: string): string {
  const given = reason.trim();
  if (given === '') throw new InvalidArgumentError('reason: say why; it is kept with the change');
  return given;
}

/** The cursor of a row in a list that shows the newest first. */
export const momentCursor = (at: Date, id: string): string =>
  Buffer.from(JSON.stringify([at.toISOString(), id])).toString('base64url');

/** @throws InvalidArgumentError */
export function parseMomentCursor(text: string | null | undefined): { at: Date; id: string } | null {
  if (text === null || text === undefined) return null;
  try {
    const [time, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [string, string];
    const at = new Date(time);
    if (UUID.test(id) && !Number.isNaN(at.getTime())) return { at, id };
  } catch {
    // Reported below.
  }
  throw new InvalidArgumentError('after: not a cursor of this list; give back endCursor as it was received');
}
