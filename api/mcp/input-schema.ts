import {
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  typeFromAST,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { mostOf } from '../gate/lists.ts';
import type { ToolEntry } from './tools.ts';

/** A JSON Schema (2020-12), as far as inputs need it. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly items?: JsonSchema;
  readonly maxItems?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

/** The schema of a tool's arguments. */
export interface InputSchema extends JsonSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, JsonSchema>>;
}

const SCALARS: Readonly<Record<string, JsonSchema>> = {
  String: { type: 'string' },
  ID: { type: 'string' },
  Int: { type: 'integer' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
  DateTime: {
    type: 'string',
    description:
      'RFC 3339 with offset, such as 2026-03-31T00:00:00Z, or relative: now, now-P7D, newest-P30D (newest: where the newest responses end).',
  },
  Duration: { type: 'string', description: 'ISO 8601, whole buckets only: PT6H, P30D, P12W, P3M.' },
  JSON: {},
};

/**
 * The JSON Schema of a tool's arguments: of the variables of its document, with their types, defaults and bounds, and with the
 * descriptions of the arguments that they are passed to.
 */
export function inputSchema(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { defaults = {}, most = {} }: Pick<ToolEntry, 'defaults' | 'most'>,
): InputSchema {
  const passedTo = argumentsOf(schema, document);
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const { variable, type, defaultValue } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    const found = typeFromAST(schema, type as never);
    if (!isInputType(found)) continue;
    const preset = defaults[name] ?? (defaultValue && valueFromASTUntyped(defaultValue));
    const maximum = most[name];
    properties[name] = {
      ...described(found, passedTo.get(name)),
      ...(preset === undefined ? {} : { default: preset }),
      ...(maximum === undefined ? {} : { maximum }),
    };
    if (isNonNullType(found) && preset === undefined) required.push(name);
  }
  return {
    type: 'object',
    properties,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

/** By variable: the first argument that it is passed to. */
function argumentsOf(schema: GraphQLSchema, document: DocumentNode): ReadonlyMap<string, GraphQLArgument> {
  const found = new Map<string, GraphQLArgument>();
  const info = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(info, {
      Argument: ({ value }) => {
        const argument = info.getArgument();
        if (argument && value.kind === Kind.VARIABLE && !found.has(value.name.value))
          found.set(value.name.value, argument);
      },
    }),
  );
  return found;
}

/** A type with the description and the bound of the argument or field that has it. */
function described(type: GraphQLInputType, place?: GraphQLArgument | GraphQLInputField): JsonSchema {
  const made = schemaOf(type);
  const says = [place?.description, made.description].filter((one) => !!one).join(' ');
  const maxItems = place && mostOf(place);
  return {
    ...made,
    ...(says === '' ? {} : { description: says }),
    ...(maxItems === undefined ? {} : { maxItems }),
  };
}

function schemaOf(given: GraphQLInputType): JsonSchema {
  const type = getNullableType(given) as GraphQLInputType;
  if (isListType(type)) return { type: 'array', items: schemaOf(type.ofType as GraphQLInputType) };
  if (isEnumType(type)) return { type: 'string', enum: type.getValues().map(({ name }) => name) };
  if (!isInputObjectType(type)) return SCALARS[type.toString()] ?? {};
  const fields = Object.values(type.getFields());
  const required = fields.filter((one) => isNonNullType(one.type) && one.defaultValue === undefined);
  return {
    type: 'object',
    ...(type.description ? { description: type.description } : {}),
    properties: Object.fromEntries(
      fields.map((field) => [
        field.name,
        {
          ...described(field.type, field),
          ...(field.defaultValue === undefined ? {} : { default: field.defaultValue }),
        },
      ]),
    ),
    ...(required.length > 0 ? { required: required.map(({ name }) => name) } : {}),
    additionalProperties: false,
  };
}
