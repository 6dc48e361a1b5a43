import type { FieldGroup } from '../domain/access/scope.ts';
import type { ApiContext, Masked, Sensitive } from './context.ts';

/** The path of a resolver in the answer. */
export interface ResponsePath {
  readonly prev: ResponsePath | undefined;
  readonly key: string | number;
}

/** The path from the root, as in `extensions.masked`. */
export function pathOf(path: ResponsePath): (string | number)[] {
  return [...(path.prev ? pathOf(path.prev) : []), path.key];
}

/**
 * Whether the caller has the field group for any cell: then facts that are the same for all cells may be shown.
 */
export function mayReadSome({ deps, caller: { scope } }: ApiContext, group: FieldGroup): boolean {
  return scope.allowsAll(group) || deps.cells.all().some((cell) => scope.allows(group, cell));
}

/** Whether the caller has the field group for that cell; if not, the path is recorded as masked. */
export function mayRead(
  context: ApiContext,
  group: FieldGroup,
  cellId: number,
  path: Masked['path'],
): boolean {
  const cell = context.deps.cells.get(cellId);
  if (cell && context.caller.scope.allows(group, cell)) return true;
  noteWithheld(context, group, path);
  return false;
}

/** Records that the value at the path, or part of it, is masked because the caller lacks the field group. */
export function noteWithheld({ masked }: ApiContext, group: FieldGroup, path: Masked['path']): void {
  masked.push({ path, reason: `not granted: ${group}` });
}

const GROUPS = { comment: 'readComment', respondent: 'readRespondent', staff: 'readStaff' } as const;

/**
 * Whether the caller may read that field of the response; if so, it is recorded as released, and the answer
 * leaves after the audit log has it.
 */
export function mayRelease(
  context: ApiContext,
  what: Sensitive,
  response: { readonly id: string; readonly cellId: number },
  path: Masked['path'],
): boolean {
  if (!mayRead(context, GROUPS[what], response.cellId, path)) return false;
  context.released[what].add(response.id);
  return true;
}
