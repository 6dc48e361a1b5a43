import {
  GraphQLError,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isSpecifiedScalarType,
  print,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromAST,
} from 'graphql';
import { didYouMean } from 'graphql/jsutils/didYouMean.js';
import { suggestionList } from 'graphql/jsutils/suggestionList.js';
import { cut, cutMessage, quoted, summary } from '../../domain/text/text.ts';
import { badInput, InvalidOperationError } from './invalid-operation.ts';

/** Mistakes in variables that one answer names: more do not help, and collecting them costs. */
const MOST_MISTAKES = 3;
/** Texts of scalars and enums other than String and ID: no valid one is as long. */
const LONGEST_LEAF = 60;

/**
 * The path of a value in a variable: a linked list, because it is built for every value and read only for
 * mistakes.
 */
interface Path {
  readonly within: Path | null;
  readonly key: string | number;
}
type Values = Readonly<Record<string, unknown>>;

/** Ends the coercion once enough mistakes are known. */
class MistakesLimitError extends Error {}

/**
 * Coerces variables to the operation's declarations, as graphql-js does and with its messages, but gives up
 * after a few mistakes and never quotes a long value.
 * @param suggests whether mistakes may be answered with names of the schema
 * @throws InvalidOperationError
 */
export function coerceVariables(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  inputs: Values,
  suggests: boolean,
): Record<string, unknown> {
  const mistakes: GraphQLError[] = [];
  const coerced: Record<string, unknown> = Object.create(null);
  const report = (message: string, nodes: VariableDefinitionNode) => {
    if (mistakes.length === MOST_MISTAKES) {
      mistakes.push(
        badInput('Too many errors processing variables, error limit reached. Execution aborted.'),
      );
      throw new MistakesLimitError();
    }
    mistakes.push(badInput(cutMessage(message), undefined, nodes));
  };
  try {
    for (const definition of definitions) {
      const found = coerceOne(schema, definition, inputs, suggests, report);
      if (found !== undefined) coerced[definition.variable.name.value] = found;
    }
  } catch (error) {
    if (!(error instanceof MistakesLimitError)) throw error;
  }
  if (mistakes.length > 0) throw new InvalidOperationError(mistakes);
  return coerced;
}

function coerceOne(
  schema: GraphQLSchema,
  definition: VariableDefinitionNode,
  inputs: Values,
  suggests: boolean,
  report: (message: string, nodes: VariableDefinitionNode) => void,
): unknown {
  const name = definition.variable.name.value;
  const type = typeFromAST(schema, definition.type);
  if (!isInputType(type)) {
    const written = print(definition.type);
    report(
      `Variable "$${name}" expected value of type "${written}" which cannot be used as an input type.`,
      definition,
    );
    return undefined;
  }
  const value = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
  if (value === undefined) {
    if (definition.defaultValue) return valueFromAST(definition.defaultValue, type);
    if (isNonNullType(type))
      report(`Variable "$${name}" of required type "${type}" was not provided.`, definition);
    return undefined;
  }
  if (value === null && isNonNullType(type)) {
    report(`Variable "$${name}" of non-null type "${type}" must not be null.`, definition);
    return undefined;
  }
  return coerceValue(value, type, null, suggests, (path, invalid, message) => {
    const place = path === null ? '' : ` at "${name}${spelled(path)}"`;
    report(`Variable "$${name}" got invalid value ${quoted(invalid)}${place}; ${message}`, definition);
  });
}

function spelled(path: Path | null): string {
  if (path === null) return '';
  return `${spelled(path.within)}${typeof path.key === 'number' ? `[${path.key}]` : `.${path.key}`}`;
}

type Note = (path: Path | null, invalid: unknown, message: string) => void;

function coerceValue(
  value: unknown,
  type: GraphQLInputType,
  path: Path | null,
  suggests: boolean,
  note: Note,
): unknown {
  if (isNonNullType(type)) {
    if (value !== null && value !== undefined) return coerceValue(value, type.ofType, path, suggests, note);
    note(path, value, `Expected non-nullable type "${type}" not to be null.`);
    return undefined;
  }
  if (value === null || value === undefined) return null;
  if (isListType(type)) {
    if (!Array.isArray(value)) return [coerceValue(value, type.ofType, path, suggests, note)];
    return value.map((item, i) => coerceValue(item, type.ofType, { within: path, key: i }, suggests, note));
  }
  if (isInputObjectType(type)) return coerceObject(value, type, path, suggests, note);
  return coerceLeaf(value, type, path, suggests, note);
}

function coerceObject(
  value: unknown,
  type: GraphQLInputObjectType,
  path: Path | null,
  suggests: boolean,
  note: Note,
): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    note(path, value, `Expected type "${type.name}" to be an object.`);
    return undefined;
  }
  const fields = type.getFields();
  const coerced: Record<string, unknown> = {};
  for (const { name, type: wanted, defaultValue } of Object.values(fields)) {
    const given = Object.hasOwn(value, name) ? (value as Values)[name] : undefined;
    if (given !== undefined)
      coerced[name] = coerceValue(given, wanted, { within: path, key: name }, suggests, note);
    else if (defaultValue !== undefined) coerced[name] = defaultValue;
    else if (isNonNullType(wanted))
      note(path, value, `Field "${name}" of required type "${wanted}" was not provided.`);
  }
  for (const name in value) {
    if (Object.hasOwn(fields, name)) continue;
    const similar = suggests ? suggestionList(cut(name), Object.keys(fields)) : [];
    note(path, value, `Field "${cut(name)}" is not defined by type "${type.name}".${didYouMean(similar)}`);
  }
  return coerced;
}

/** The value as the type's own messages may quote it: only Strings, IDs and our own scalars accept long ones. */
function presentable(value: unknown, type: GraphQLLeafType): unknown {
  if (!isEnumType(type) && !isSpecifiedScalarType(type)) return value;
  if (typeof value !== 'string') return summary(value);
  const takesText = type.name === 'String' || type.name === 'ID';
  return takesText || value.length <= LONGEST_LEAF ? value : cut(value);
}

function coerceLeaf(
  value: unknown,
  type: GraphQLLeafType,
  path: Path | null,
  suggests: boolean,
  note: Note,
): unknown {
  try {
    const parsed: unknown = isEnumType(type)
      ? type.parseValue(presentable(value, type), !suggests)
      : type.parseValue(presentable(value, type));
    if (parsed !== undefined) return parsed;
    note(path, value, `Expected type "${type.name}".`);
  } catch (error) {
    if (error instanceof MistakesLimitError) throw error;
    const message = (error as Error).message;
    note(path, value, error instanceof GraphQLError ? message : `Expected type "${type.name}". ${message}`);
  }
  return undefined;
}
