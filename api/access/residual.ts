import type { Clause, Expr, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Cell } from '../../domain/segments/cell.ts';

/*
 * The residual of a policy after partial evaluation is an expression over the cell. It is compiled once into a
 * function, by Cedar's rules: && and || stop early, a wrong type or a missing attribute is an error, and a
 * policy with an error counts as not satisfied.
 */

/** The residual uses something that is not compiled here; Cedar has to decide it cell by cell. */
export class NotInterpretedError extends Error {
  override readonly name = 'NotInterpretedError';
}

/** Cedar would report an error: the policy is then skipped. */
class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
}

interface EntityValue {
  readonly entity: string;
}
type Value = boolean | number | string | EntityValue | readonly Value[];
type Compiled = (cell: Cell) => Value;

/** How policies name a cell. */
export const cellEntity = (key: string) => ({ type: 'Cell', id: key });

/**
 * Whether the residual policy is satisfied, as a function of the cell.
 * @throws NotInterpretedError
 */
export function compileResidual({
  principal,
  action,
  resource,
  conditions,
}: PolicyJson): (cell: Cell) => boolean {
  for (const constraint of [principal, action, resource])
    if (constraint.op !== 'All')
      throw new NotInterpretedError(`a constraint ${constraint.op} that is left over`);
  const clauses = conditions.map(compileClause);
  return (cell) => {
    try {
      return clauses.every((clause) => clause(cell));
    } catch (error) {
      if (error instanceof EvaluationError) return false;
      throw error;
    }
  };
}

function compileClause({ kind, body }: Clause): (cell: Cell) => boolean {
  const compiled = compile(body);
  return (cell) => bool(compiled(cell)) === (kind === 'when');
}

function compile(expression: Expr): Compiled {
  const [[operator, operand] = ['', undefined], ...others] = Object.entries(expression) as [string, never][];
  if (others.length > 0) throw new NotInterpretedError('an expression with several operators');
  const make = OPERATORS[operator];
  if (!make) throw new NotInterpretedError(`the operator ${operator}`);
  return make(operand as never);
}

interface Pair {
  readonly left: Expr;
  readonly right: Expr;
}

const OPERATORS: Readonly<Record<string, (operand: never) => Compiled>> = {
  Value: (value: unknown) => {
    const constant = constantOf(value);
    return () => constant;
  },
  unknown: ([name]: [{ Value?: unknown }]) => {
    if (name?.Value !== 'resource') throw new NotInterpretedError('an unknown that is not the resource');
    return resource;
  },
  Var: (name: string) => {
    if (name !== 'resource') throw new NotInterpretedError(`the variable ${name}`);
    return resource;
  },
  '!': ({ arg }: { arg: Expr }) => {
    const inner = compile(arg);
    return (cell) => !bool(inner(cell));
  },
  '&&': pair((left, right) => (cell) => bool(left(cell)) && bool(right(cell))),
  '||': pair((left, right) => (cell) => bool(left(cell)) || bool(right(cell))),
  '==': pair((left, right) => (cell) => equal(left(cell), right(cell))),
  '!=': pair((left, right) => (cell) => !equal(left(cell), right(cell))),
  contains: pair((left, right) => (cell) => {
    const [items, item] = [set(left(cell)), right(cell)];
    return items.some((one) => equal(one, item));
  }),
  containsAll: pair((left, right) => (cell) => {
    const [items, wanted] = [set(left(cell)), set(right(cell))];
    return wanted.every((item) => items.some((one) => equal(one, item)));
  }),
  containsAny: pair((left, right) => (cell) => {
    const [items, wanted] = [set(left(cell)), set(right(cell))];
    return wanted.some((item) => items.some((one) => equal(one, item)));
  }),
  isEmpty: ({ arg }: { arg: Expr }) => {
    const inner = compile(arg);
    return (cell) => set(inner(cell)).length === 0;
  },
  'if-then-else': (branches: { if: Expr; then: Expr; else: Expr }) => {
    const [condition, then, otherwise] = [
      compile(branches.if),
      compile(branches.then),
      compile(branches.else),
    ];
    return (cell) => (bool(condition(cell)) ? then(cell) : otherwise(cell));
  },
  Set: (items: Expr[]) => {
    const compiled = items.map(compile);
    return (cell) => compiled.map((item) => item(cell));
  },
  '.': ({ left, attr }: { left: Expr; attr: string }) => {
    ofResource(left);
    return ({ attributes }) => {
      if (Object.hasOwn(attributes, attr)) return attributes[attr] as string;
      throw new EvaluationError(`the cell has no ${attr}`);
    };
  },
  has: ({ left, attr }: { left: Expr; attr: string | string[] }) => {
    ofResource(left);
    const names = typeof attr === 'string' ? [attr] : attr;
    if (names.length !== 1) throw new NotInterpretedError('has with a path');
    return ({ attributes }) => Object.hasOwn(attributes, names[0] as string);
  },
  is: ({ left, entity_type, in: within }: { left: Expr; entity_type: string; in?: Expr }) => {
    ofResource(left);
    if (within) throw new NotInterpretedError('is … in');
    return () => entity_type === 'Cell';
  },
  like: ({ left, pattern }: { left: Expr; pattern: (string | { Literal: string })[] }) => {
    const inner = compile(left);
    const literals = literalsOf(pattern);
    return (cell) => isLike(text(inner(cell)), literals);
  },
};

/** The literal parts of a `like` pattern between its wildcards: one text if there are none. */
function literalsOf(pattern: readonly (string | { Literal: string })[]): string[] {
  const literals = [''];
  for (const part of pattern)
    if (typeof part === 'string') literals.push('');
    else literals[literals.length - 1] += part.Literal;
  return literals;
}

/**
 * Whether the text consists of these parts, in this order, with anything between them: each is matched at its
 * first occurrence.
 */
function isLike(given: string, [first = '', ...others]: readonly string[]): boolean {
  const last = others.pop();
  if (last === undefined) return given === first;
  if (!given.startsWith(first)) return false;
  let at = first.length;
  for (const literal of others) {
    const found = given.indexOf(literal, at);
    if (found === -1) return false;
    at = found + literal.length;
  }
  return given.length - last.length >= at && given.endsWith(last);
}

const resource: Compiled = ({ key }) => entityValue(cellEntity(key));

function pair(make: (left: Compiled, right: Compiled) => Compiled) {
  return ({ left, right }: Pair): Compiled => make(compile(left), compile(right));
}

/** Only the resource's attributes are unknown during partial evaluation. */
function ofResource(expression: Expr): void {
  const isResource = 'unknown' in expression || ('Var' in expression && expression.Var === 'resource');
  if (!isResource) throw new NotInterpretedError('an attribute of something that is not the resource');
}

function entityValue({ type, id }: { type: string; id: string }): EntityValue {
  return { entity: JSON.stringify([type, id]) };
}

function constantOf(value: unknown): Value {
  if (typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number') return value;
  if (Array.isArray(value)) return value.map(constantOf);
  const entity = (value as { __entity?: { type: string; id: string } } | null)?.__entity;
  if (entity) return entityValue(entity);
  throw new NotInterpretedError('a record or an extension value');
}

function equal(a: Value, b: Value): boolean {
  if (isSet(a) && isSet(b))
    return (
      a.every((item) => b.some((one) => equal(one, item))) &&
      b.every((item) => a.some((one) => equal(one, item)))
    );
  if (typeof a === 'object' && typeof b === 'object' && 'entity' in a && 'entity' in b)
    return a.entity === b.entity;
  return a === b;
}

function isSet(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function bool(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw new EvaluationError('not a boolean');
}

function text(value: Value): string {
  if (typeof value === 'string') return value;
  throw new EvaluationError('not a string');
}

function set(value: Value): readonly Value[] {
  if (isSet(value)) return value;
  throw new EvaluationError('not a set');
}
