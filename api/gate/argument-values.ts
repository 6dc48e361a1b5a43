import {
  type ArgumentNode,
  type GraphQLArgument,
  type GraphQLInputType,
  getArgumentValues,
  isNonNullType,
  Kind,
  type ValueNode,
  valueFromAST,
} from 'graphql';

/** Variables of an operation, as coerced. */
export type Variables = Readonly<Record<string, unknown>>;
type Values = Readonly<Record<string, unknown>>;

/** The arguments are invalid: the field will not run. */
export const FAILED = Symbol('invalid arguments');

/** Whether a value has no variable in it. */
export function isFixed(value: ValueNode): boolean {
  if (value.kind === Kind.VARIABLE) return false;
  if (value.kind === Kind.LIST) return value.values.every(isFixed);
  return value.kind !== Kind.OBJECT || value.fields.every((field) => isFixed(field.value));
}

/** An argument whose value has variables. */
interface Open {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly defaultValue: unknown;
  readonly value: ValueNode;
}

/**
 * The values of a field's arguments as a function of the variables, as `getArgumentValues` of graphql-js gives them: what has no variable
 * is read once.
 */
export function argumentsOf(
  definitions: readonly GraphQLArgument[],
  nodes: readonly ArgumentNode[] = [],
): { readonly of: (variables: Variables) => Values | typeof FAILED; readonly isFixed: boolean } {
  const byName = new Map(nodes.map((node) => [node.name.value, node]));
  const isOpen = ({ name }: GraphQLArgument) => {
    const node = byName.get(name);
    return node !== undefined && !isFixed(node.value);
  };
  const open = definitions.filter(isOpen).map(
    ({ name, type, defaultValue }): Open => ({
      ...{ name, type, defaultValue },
      value: (byName.get(name) as ArgumentNode).value,
    }),
  );
  const read = fixedValues(
    definitions.filter((one) => !isOpen(one)),
    nodes,
  );
  if (read === FAILED || open.length === 0) return { of: () => read, isFixed: true };
  const of = (variables: Variables) => {
    const values = { ...read };
    for (const one of open) {
      const value = openValue(one, variables);
      if (value === FAILED) return FAILED;
      if (value !== undefined) values[one.name] = value;
    }
    return values;
  };
  return { of, isFixed: false };
}

function fixedValues(
  args: readonly GraphQLArgument[],
  nodes: readonly ArgumentNode[],
): Record<string, unknown> | typeof FAILED {
  try {
    // Of the definition only the arguments are read, and of the node too.
    return getArgumentValues({ args } as never, { arguments: nodes } as never);
  } catch {
    return FAILED;
  }
}

/** Undefined: it is not given, and has no default. */
function openValue({ type, defaultValue, value }: Open, variables: Variables): unknown {
  if (value.kind !== Kind.VARIABLE) {
    const found = valueFromAST(value, type, variables);
    return found === undefined ? FAILED : found;
  }
  const name = value.name.value;
  if (!Object.hasOwn(variables, name))
    return defaultValue === undefined && isNonNullType(type) ? FAILED : defaultValue;
  const given = variables[name];
  return given === undefined || (given === null && isNonNullType(type)) ? FAILED : given;
}
