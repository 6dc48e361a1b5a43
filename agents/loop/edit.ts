import { UserError } from '../../domain/errors/user-error.ts';

/** The action that a person wrote is not the proposed one with other values of what people may change; the message says where. */
class EditError extends UserError {
  override readonly name = 'EditError';
}

/** What people may change of a proposed action. */
export interface Editing<Action> {
  /** Paths of fields, "alert.severity" for example. All else is what was observed, and what later runs know the matter by. */
  readonly fields: readonly string[];
  /** Checks these fields; all others are as they were proposed. @throws UserError */
  parse(given: unknown): Action;
}

/**
 * The action that a person wrote instead of the proposed one. It may differ in the fields that the agent leaves to people, and in
 * nothing else: callers who settle a proposal act on what it is about, and not on other alerts, accounts or models.
 * @throws UserError
 */
export function editedAction<Action>(
  editing: Editing<Action> | null,
  proposed: unknown,
  given: unknown,
): Action {
  if (!editing) throw new EditError('action: it follows from what was observed; approve it or reject it');
  const { fields } = editing;
  const changed = firstChange(proposed, given, 'action', new Set(fields.map((field) => `action.${field}`)));
  if (changed !== null)
    throw new EditError(
      `${changed}: it stays as it was proposed; what can be edited is ${fields.join(', ')} where the proposal has it`,
    );
  return editing.parse(given);
}

/** The path of the first field that differs, of those that may not; null: there is none. */
function firstChange(
  proposed: unknown,
  given: unknown,
  path: string,
  editable: ReadonlySet<string>,
): string | null {
  if (editable.has(path)) return null;
  if (!isObject(proposed) || !isObject(given) || Array.isArray(proposed) !== Array.isArray(given))
    return proposed === given ? null : path;
  for (const name of new Set([...Object.keys(proposed), ...Object.keys(given)])) {
    const changed = firstChange(own(proposed, name), own(given, name), `${path}.${name}`, editable);
    if (changed !== null) return changed;
  }
  return null;
}

type Given = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Given => typeof value === 'object' && value !== null;
const own = (value: Given, name: string): unknown => (Object.hasOwn(value, name) ? value[name] : undefined);
