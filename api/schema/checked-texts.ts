import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { cut, problemOf, TEXT_RULES, type TextRule } from '../../domain/text/text.ts';
import type { ApiContext } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';

/** Their items are checked one by one, by the reader of all endpoints. */
const CHECKED_PER_ITEM = new Set(['ResponseInput', 'OutcomeInput', 'ChangeInput', 'InvitationInput']);
/** Of a JSON argument. */
const MOST_VALUES = 1_000;
const RULES: Readonly<Record<string, TextRule>> = TEXT_RULES;

/**
 * Checks the texts of each field's arguments before it runs: length and characters (`TEXT_RULES`). So resolvers
 * never pass on what the database cannot store.
 */
export function checkTexts(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) if (takesTexts(field)) guard(field);
  }
  return schema;
}

function guard(field: GraphQLField<unknown, ApiContext>): void {
  const checked = <F extends NonNullable<typeof field.resolve>>(inner: F): F =>
    ((parent, args: Record<string, unknown>, context, info) => {
      for (const argument of field.args) checkValue(argument, args[argument.name], argument.name);
      return inner(parent, args, context, info);
    }) as F;
  if (field.subscribe) field.subscribe = checked(field.subscribe);
  else if (field.resolve) field.resolve = checked(field.resolve);
}

function takesTexts({ args }: GraphQLField<unknown, ApiContext>): boolean {
  return args.some(
    ({ type }) => ruleOf('', type) !== null || isInputObjectType(getNamedType(type)) || isJson(type),
  );
}

const isJson = (type: GraphQLInputType) => getNamedType(type).name === 'JSON';

/** The rule for a text of that name; null if the type has none. */
function ruleOf(name: string, type: GraphQLInputType): TextRule | null {
  const kind = getNamedType(type).name;
  if (kind === 'ID') return RULES[name] ?? TEXT_RULES.id;
  if (kind === 'String') return RULES[name] ?? TEXT_RULES.value;
  return kind === 'Duration' ? TEXT_RULES.window : null;
}

/** @throws InvalidArgumentError that names the argument, its field or its element. */
function checkValue({ name, type }: GraphQLArgument | GraphQLInputField, value: unknown, path: string): void {
  if (value === null || value === undefined) return;
  const inner = isNonNullType(type) ? type.ofType : type;
  if (isListType(inner) && Array.isArray(value)) {
    if (CHECKED_PER_ITEM.has(getNamedType(inner).name)) return;
    const element = { name, type: inner.ofType } as GraphQLInputField;
    for (const [index, one] of value.entries()) checkValue(element, one, `${path}.${index}`);
  } else if (isInputObjectType(inner)) {
    for (const field of Object.values(inner.getFields()))
      checkValue(field, (value as Record<string, unknown>)[field.name], `${path}.${field.name}`);
  } else if (isJson(inner)) checkJson(value, path);
  else if (typeof value === 'string') checkText(ruleOf(name, inner), value, path);
}

function checkJson(value: unknown, path: string): void {
  const left: unknown[] = [value];
  for (let count = 1; left.length > 0; count++) {
    if (count > MOST_VALUES) throw new InvalidArgumentError(`${path}: more than ${MOST_VALUES} values`);
    const one = left.pop();
    if (typeof one === 'string') checkText(TEXT_RULES.value, one, path);
    else if (typeof one === 'object' && one !== null)
      for (const [name, inner] of Object.entries(one)) {
        checkText(TEXT_RULES.value, name, path);
        left.push(inner);
        if (left.length > MOST_VALUES) break;
      }
  }
}

function checkText(rule: TextRule | null, text: string, path: string): void {
  const problem = rule && problemOf(rule, text);
  if (problem) throw new InvalidArgumentError(`${cut(path, 80)}: ${problem.message}`);
}
