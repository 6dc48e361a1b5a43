import type { ColumnGuess, FileMap, Role, RoleGuess, Understood } from '../upload-client.ts';

/** What one column is taken for, as the person has it. */
export interface Choice {
  readonly role: Role | 'none';
  readonly field?: string | undefined;
  /** The entry of the map: the name of the column, or an object with `column`. */
  readonly entry: unknown;
}

/** The map as the person edits it, by columns. */
export interface MapDraft {
  readonly source: string;
  readonly survey: { readonly name: string; readonly version: string };
  readonly choices: Readonly<Record<string, Choice>>;
  /** Entries about the form of the file: sheet, headings, separator, encoding. */
  readonly form: FileMap & { readonly sheet?: string };
}

const FORM = ['encoding', 'separator', 'sheet', 'headings'];

/** The draft that a guess begins with. */
export function draftOf({ map, columns }: Understood): MapDraft {
  const choices = columns.map(({ name, guess }) => [name, choiceOf(guess)] as const);
  return {
    source: String(map['source'] ?? ''),
    survey: map['survey'] as MapDraft['survey'],
    choices: Object.fromEntries(choices),
    form: Object.fromEntries(Object.entries(map).filter(([key]) => FORM.includes(key))),
  };
}

const choiceOf = ({ role, field, entry }: RoleGuess): Choice => ({ role, field, entry });

/** The key of a choice in lists: "score", "dimension:region". */
export const choiceKey = ({ role, field }: Pick<Choice, 'role' | 'field'>): string =>
  role === 'dimension' ? `dimension:${field}` : role;

/**
 * Takes the column for something else. Comments may be several columns; what else one column is, no other one can be, so
 * that the one before becomes nothing.
 */
export function assign(draft: MapDraft, column: ColumnGuess, key: string, zone: string): MapDraft {
  const [role, field] = key.split(':') as [Role | 'none', string | undefined];
  const known = [column.guess, ...column.alternatives].find((one) => choiceKey(one) === key);
  const choice: Choice = known ? choiceOf(known) : { role, field, entry: entryOf(role, column.name, zone) };
  const others = Object.entries(draft.choices).map(([name, before]) => {
    const isTaken =
      name !== column.name && role !== 'none' && role !== 'comment' && choiceKey(before) === key;
    return [name, isTaken ? NONE : before] as const;
  });
  return { ...draft, choices: { ...Object.fromEntries(others), [column.name]: choice } };
}

const NONE: Choice = { role: 'none', entry: null };

/** The entry of a column that nothing was guessed for. */
function entryOf(role: Role | 'none', column: string, zone: string): unknown {
  if (role === 'answeredAt') return { column, format: 'iso', zone };
  if (role === 'score') return { column, scale: '0-10' };
  if (role === 'revision') return { column, format: 'number' };
  if (role === 'dimension') return { column };
  return role === 'none' ? null : column;
}

/** Changes parts of the entry of a column: its format, zone, scale. */
export function amend(draft: MapDraft, column: string, change: Readonly<Record<string, unknown>>): MapDraft {
  const before = draft.choices[column];
  if (!before || typeof before.entry !== 'object' || before.entry === null) return draft;
  const entry = { ...before.entry, ...change };
  return { ...draft, choices: { ...draft.choices, [column]: { ...before, entry } } };
}

/** Takes the entry of a doubt's choice for the column that it names. */
export function decide(draft: MapDraft, entry: unknown): MapDraft {
  const { column } = entry as { readonly column: string };
  const before = draft.choices[column];
  return before ? { ...draft, choices: { ...draft.choices, [column]: { ...before, entry } } } : draft;
}

const of = (draft: MapDraft, role: Role): Choice[] =>
  Object.values(draft.choices).filter((choice) => choice.role === role);

/** What the map still needs, in words; empty where it is whole. */
export function lacks(draft: MapDraft): string[] {
  const missing: string[] = [];
  if (of(draft, 'answeredAt').length === 0)
    missing.push('Choose the column that says when each answer was given.');
  if (of(draft, 'score').length + of(draft, 'comment').length === 0)
    missing.push('Choose the column of the score, or of the comment.');
  if (draft.source.trim() === '') missing.push('Name the source.');
  if (draft.survey.name.trim() === '') missing.push('Name the survey.');
  return missing;
}

/** The map as the command line takes it. */
export function mapOf(draft: MapDraft): FileMap {
  const used = Object.entries(draft.choices).filter(([, { role }]) => role !== 'none');
  const [id] = of(draft, 'externalId');
  const map: Record<string, unknown> = {
    ...draft.form,
    source: draft.source.trim(),
    survey: { name: draft.survey.name.trim(), version: draft.survey.version.trim() || '1' },
    // Without an id rows with the same values are the same answer.
    externalId: id?.entry ?? { hash: used.slice(0, 50).map(([name]) => name) },
  };
  for (const role of ['respondent', 'answeredAt', 'revision', 'score'] as const) {
    const [choice] = of(draft, role);
    if (choice) map[role] = choice.entry;
  }
  const comments = of(draft, 'comment').map(({ entry }) => entry);
  if (comments.length > 0) map['comment'] = comments.length === 1 ? comments[0] : comments;
  const dimensions = of(draft, 'dimension').map(({ field = '', entry }) => [field, entry] as const);
  if (dimensions.length > 0) map['dimensions'] = Object.fromEntries(dimensions);
  return map;
}
