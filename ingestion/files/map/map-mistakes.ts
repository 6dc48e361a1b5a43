import { z } from 'zod';
import { UserError } from '../../../domain/errors/user-error.ts';
import { hasPrototype } from '../../../domain/text/named-values.ts';
import { cut } from '../../../domain/text/text.ts';
import { MOST } from './map-parts.ts';

/** An unusable map; the message names each path and what would be right. */
export class InvalidMapError extends UserError {
  override readonly name = 'InvalidMapError';
}

/** Values in a map, of any kind and depth. */
const MOST_VALUES = 20_000;
const DEEPEST = 8;
const MISTAKES_TOLD = 20;
const MOST_MISTAKES = 1_000;
const LONGEST_MISTAKE = 300;

/** A part of a path, as quoted in a message. */
export const partOf = (part: PropertyKey): string => cut(String(part), 40);

/**
 * The declaration as parsed by the schema, for so many configured dimensions.
 * @throws InvalidMapError with one line per mistake.
 */
export function readChecked<Schema extends z.ZodType>(
  schema: Schema,
  declared: unknown,
  dimensions: number,
): z.output<Schema> {
  checkSize(declared);
  checkCounts(declared, dimensions);
  const read = schema.safeParse(declared, { error: mistakeCounter() });
  if (read.success) return read.data;
  const keys = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const mistakes = read.error.issues
    .flatMap((issue) => mistakesOf(issue))
    .map((mistake) => ({ ...mistake, message: whatIsRight(mistake, keys) ?? mistake.message }));
  const listed = mistakes
    .slice(0, MISTAKES_TOLD)
    .map(({ path, message }) => cut(`${path.map(partOf).join('.') || 'map'}: ${message}`, LONGEST_MISTAKE));
  const more = mistakes.length - listed.length;
  throw new InvalidMapError([...listed, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
}

/** Checked first: validating a large map costs more than its size, mistake by mistake. */
function checkSize(declared: unknown): void {
  let values = 0;
  const path: string[] = [];
  const count = (value: unknown): void => {
    values += 1;
    if (values > MOST_VALUES) throw new InvalidMapError(`map: more than ${MOST_VALUES} values`);
    if (path.length > DEEPEST) throw new InvalidMapError(`map: nested more than ${DEEPEST} deep`);
    if (typeof value !== 'object' || value === null) return;
    if (hasPrototype(value))
      throw new InvalidMapError(
        `${[...path, '__proto__'].map(partOf).join('.')}: is no name that a map can have`,
      );
    for (const [name, inner] of Object.entries(value)) {
      path.push(name);
      count(inner);
      path.pop();
    }
  };
  count(declared);
}

/** A list or object with too many entries is refused before its entries are checked: each could be a mistake. */
function checkCounts(declared: unknown, dimensions: number): void {
  const check = (most: number, path: readonly string[]): string[] => {
    const given = path.reduce(partNamed, declared);
    const names = typeof given === 'object' && given !== null ? Object.keys(given) : [];
    if (names.length <= most) return names;
    throw new InvalidMapError(`${path.map(partOf).join('.')}: has ${names.length} entries; at most ${most}`);
  };
  for (const name of check(dimensions, ['dimensions'])) check(MOST.values, ['dimensions', name, 'values']);
  for (const name of check(MOST.columns, ['where'])) check(MOST.values, ['where', name]);
  check(MOST.labels, ['score', 'scale', 'labels']);
  for (const name of check(MOST.scales, ['score', 'scale', 'when']))
    check(MOST.labels, ['score', 'scale', 'when', name, 'labels']);
  check(MOST.missing, ['answeredAt', 'missing']);
  check(MOST.formats, ['answeredAt', 'format']);
  check(MOST.languages, ['answeredAt', 'language']);
  check(MOST.columns, ['comment']);
  check(MOST.columns, ['externalId', 'hash']);
}

const partNamed = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

/** Throws after so many mistakes; the remaining ones are named once there are fewer. */
function mistakeCounter(): () => undefined {
  let mistakes = 0;
  return () => {
    mistakes += 1;
    if (mistakes > MOST_MISTAKES) throw new InvalidMapError(`map: more than ${MOST_MISTAKES} mistakes`);
    return undefined;
  };
}

/** What a part of a map should be, for the message about a wrong kind. */
const FORMS: Readonly<Record<string, string>> = {
  '': 'must be a JSON object, whose keys examples/README.md describes',
  survey: 'must be { "name": text, "version": text }',
  answeredAt:
    'must be { "column": column }, with "format" and "zone" where its times are not of ISO 8601 in UTC',
  'answeredAt.format': 'must be "iso", a pattern such as "dd/MM/yyyy HH:mm", or a list of them',
  score: 'must be { "column": column, "scale": scale }',
  where: 'must be { column: [values] }',
};

/** What would be right, if the library only says what is wrong. */
function whatIsRight({ code, path, message }: Mistake, keys: readonly string[]): string | null {
  if (code === 'too_small' && message.includes('expected array')) return 'must not be empty';
  if (code === 'unrecognized_keys' && path.length === 0) return `${message}; there are ${keys.join(', ')}`;
  if (code !== 'invalid_type' && code !== 'invalid_union') return null;
  if (path.length === 2 && path[0] === 'where') return 'must be a list of values';
  return message.startsWith('Invalid input') ? (FORMS[path.map(String).join('.')] ?? null) : null;
}

interface Mistake {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string | undefined;
}

/** If several forms are possible and one was clearly meant, what is wrong with that one. */
function mistakesOf(issue: z.core.$ZodIssue): Mistake[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors
    .map((inner) => inner.flatMap(mistakesOf))
    .filter((inner) => inner.length > 0 && inner.every((one) => isWithin(one) || one.code === 'custom'));
  const [only] = meant;
  if (!only || meant.length > 1) return [issue];
  return only.map(({ path, message }) => ({ path: [...issue.path, ...path], message }));
}

/** A wrong kind fails as a whole; our own checks only see the right kind. */
const isWithin = ({ path }: Mistake) => path.length > 0 && path[0] !== 'kind';
