import {
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isScalarType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { cut, quoted } from '../../domain/text/text.ts';
import { InvalidArgumentError } from '../errors.ts';

/** Parameters that are not variables: how the file is written. */
export const OPTIONS = ['bom'] as const;
/** Names under which tools put a key into an address. */
const KEYS = /^(key|api[-_]?key|apikey|x-api-key|token|access[-_]?token|auth|authorization|password)$/i;
const KEY_IN_URL =
  'a key in the URL is not accepted, because URLs are kept in logs and histories: send Authorization: Bearer KEY, or Basic ' +
  'authentication with the key as password. Regard the key as disclosed, and revoke it';
/** Names of parameters that an error lists. */
const MOST_NAMED = 40;

/** Why a request with a key in its query string is refused; null: it has none. */
export function keyInUrl(query: unknown): string | null {
  const names = typeof query === 'object' && query !== null ? Object.keys(query) : [];
  return names.some((name) => KEYS.test(name)) ? KEY_IN_URL : null;
}

/** The query string of an address, as it was split: a repeated name has several values. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The variables that a query string gives, as JSON values of the declared types; whether they are valid is decided by the
 * gate, as at /graphql. An empty value is none.
 * @throws InvalidArgumentError that names the parameter, and for an unknown one the known ones
 */
export function variablesOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  query: Query,
): Record<string, unknown> {
  const known = parametersOf(schema, operation);
  const variables: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(query)) {
    const texts = (Array.isArray(given) ? given : [given]).filter((one): one is string => !!one);
    if ((OPTIONS as readonly string[]).includes(name)) continue;
    const type = known.get(name);
    if (!type)
      throw new InvalidArgumentError(
        `${quoted(name)} is not a parameter of this document; ${listed([...known.keys()])}`,
      );
    if (texts.length === 0) continue;
    put(variables, name.split('.'), valueIn(name, type, texts));
  }
  return variables;
}

/** Every parameter of an operation with its type: variables, and the fields of those that are input objects (segment.region). */
export function parametersOf(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
): Map<string, GraphQLInputType> {
  const known = new Map<string, GraphQLInputType>();
  const add = (name: string, type: GraphQLInputType, depth: number) => {
    known.set(name, type);
    const object = getNullableType(type);
    if (!isInputObjectType(object) || depth === 0) return;
    for (const field of Object.values(object.getFields()))
      add(`${name}.${field.name}`, field.type, depth - 1);
  };
  for (const { variable, type } of variableDefinitions) {
    const found = typeFromAST(schema, type as never);
    if (isInputType(found)) add(variable.name.value, found, 2);
  }
  return known;
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'it has none';
  const more = names.length > MOST_NAMED ? `, and ${names.length - MOST_NAMED} more` : '';
  return `there are ${names.slice(0, MOST_NAMED).join(', ')}${more}`;
}

function put(into: Record<string, unknown>, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    into[name] = value;
    return;
  }
  const before = into[name];
  const inner = typeof before === 'object' && before !== null ? before : {};
  into[name] = inner;
  put(inner as Record<string, unknown>, rest, value);
}

function valueIn(name: string, type: GraphQLInputType, texts: readonly string[]): unknown {
  const bare = isNonNullType(type) ? (getNullableType(type) as GraphQLInputType) : type;
  if (isListType(bare)) {
    const items = texts.flatMap(splitAtCommas).filter((text) => text !== '');
    return items.map((text) => valueIn(name, bare.ofType as GraphQLInputType, [text]));
  }
  const [text = ''] = texts;
  if (texts.length > 1)
    throw new InvalidArgumentError(`${name}: given ${texts.length} times, but it has one value`);
  if (isInputObjectType(bare) || bare.toString() === 'JSON') return json(name, text);
  return isScalarType(bare) ? scalar(bare.name, text) : text;
}

/** Items of a list in one value: "Germany,Japan". A comma of an item itself is written "\,". */
function splitAtCommas(text: string): string[] {
  return text
    .replaceAll('\\,', '\u0000')
    .split(',')
    .map((part) => part.replaceAll('\u0000', ',').trim());
}

const NUMBER = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/;

/** What is no number or truth value stays a text, and the gate says what is wrong with it. */
function scalar(type: string, text: string): unknown {
  if ((type === 'Int' || type === 'Float') && NUMBER.test(text)) return Number(text);
  if (type === 'Boolean' && /^(true|false|1|0)$/i.test(text)) return /^(true|1)$/i.test(text);
  return text;
}

function json(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError(
      `${name}: ${quoted(cut(text))} is not JSON; write its fields as parameters of their own, such as ${name}.field=value`,
    );
  }
}
