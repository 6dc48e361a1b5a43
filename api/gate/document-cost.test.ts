import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
  TypeInfo,
  ValidationContext,
} from 'graphql';
import { type ComplexityEstimator, createComplexityRule } from 'graphql-query-complexity';
import { describe, expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../domain/segments/dimensions.ts';
import fc from '../../test/fixtures/properties.ts';
import { InvalidArgumentError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { buildSchema } from '../schema/schema.ts';
import { Costs, costOf } from './cost.ts';
import { fieldCost, listed } from './costs.ts';
import { DocumentCost } from './document-cost.ts';
import { countItems } from './lists.ts';

const SCHEMA = buildSchema(defineDimensions(DEFAULT_DIMENSIONS));
type Values = Record<string, unknown>;

const estimator: ComplexityEstimator = ({ type, field, args, childComplexity }) =>
  listed(countItems(field.args, args)) +
  (fieldCost(type.name, field)?.points(args, childComplexity) ?? childComplexity);
const rule = createComplexityRule({
  estimators: [estimator],
  maximumComplexity: Number.MAX_SAFE_INTEGER,
  maxQueryNodes: 2 * LIMITS.fields,
});

/** The same by a walk of the document with these variables, by a library. */
function walked(document: DocumentNode, variables: Values): number {
  const operation = getOperationAST(document);
  if (!operation) throw new Error('one operation is needed');
  const counting = rule(new ValidationContext(SCHEMA, document, new TypeInfo(SCHEMA), () => undefined));
  counting.variableValues = { ...variables };
  try {
    const root = SCHEMA.getRootType(operation.operation);
    return Math.max(1, Math.ceil(counting.nodeComplexity(operation, root as never)));
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error;
    return Number.POSITIVE_INFINITY;
  }
}

function compiled(document: DocumentNode) {
  const operation = getOperationAST(document);
  if (!operation) throw new Error('one operation is needed');
  const count = new DocumentCost(SCHEMA, document).of(operation);
  return (variables: Values) => costOf(count, variables);
}

const outcome = (of: (variables: Values) => number, variables: Values): unknown => {
  try {
    return of(variables);
  } catch (error) {
    return (error as Error).message;
  }
};

/** Makes documents of the schema; a choice is a number below the given one. */
class Maker {
  readonly fragments: string[] = [];
  readonly #choose: (below: number) => number;
  #left = 60;

  constructor(choose: (below: number) => number) {
    this.#choose = choose;
  }

  document(): string {
    const root = SCHEMA.getQueryType() as GraphQLNamedType;
    // Objects of several types are rare among the fields.
    const node = SCHEMA.getType('Node') as GraphQLNamedType;
    const some = Array.from({ length: this.#choose(4) }, () => this.#selections(node, 0));
    const nodes = some.map((inside, i) => `n${i}: node(id: "x") { ${inside} }`);
    return `query { ${this.#selections(root, 0)} ${nodes.join(' ')} } ${this.fragments.join(' ')}`;
  }

  #selections(type: GraphQLNamedType, depth: number): string {
    const made = Array.from({ length: 1 + this.#choose(3) }, () => this.#selection(type, depth));
    return ['__typename', ...made].join(' ');
  }

  #selection(type: GraphQLNamedType, depth: number): string {
    this.#left -= 1;
    if (this.#left < 0 || depth > 5) return '__typename';
    const within = isAbstractType(type)
      ? SCHEMA.getPossibleTypes(type)[this.#choose(SCHEMA.getPossibleTypes(type).length)]
      : type;
    const kind = this.#choose(isAbstractType(type) ? 4 : 8);
    if (kind === 0)
      return `... on ${within} ${this.#directive()} { ${this.#selections(within as never, depth + 1)} }`;
    if (kind === 1) return `... ${this.#directive()} { ${this.#selections(type, depth + 1)} }`;
    if (kind === 2) {
      const name = `f${this.fragments.push('')}`;
      const body = this.#selections(within as never, depth + 1);
      this.fragments[Number(name.slice(1)) - 1] = `fragment ${name} on ${within} { ${body} }`;
      return `...${name} ${this.#directive()} ...${name}`;
    }
    return isObjectType(type) || isInterfaceType(type) ? this.#field(type, depth) : '__typename';
  }

  #field(type: GraphQLObjectType | GraphQLInterfaceType, depth: number): string {
    const fields = Object.values(type.getFields());
    const field = fields[this.#choose(fields.length)] as (typeof fields)[number];
    const args = field.args.flatMap((arg) => (this.#choose(3) === 0 ? [] : [this.#argument(arg)]));
    const inner = getNamedType(field.type);
    const inside = isCompositeType(inner) ? `{ ${this.#selections(inner, depth + 1)} }` : '';
    const given = args.length > 0 ? `(${args.join(', ')})` : '';
    return `a${Math.abs(this.#left)}x: ${field.name}${given} ${this.#directive()} ${inside}`;
  }

  #argument({ name, type }: GraphQLArgument): string {
    return `${name}: ${this.#choose(2) === 0 ? `$${variableOf(type)}` : this.#literal(type, 0)}`;
  }

  #literal(type: GraphQLInputType, depth: number): string {
    if (isNonNullType(type)) return this.#literal(type.ofType, depth);
    if (this.#choose(8) === 0) return this.#choose(2) === 0 ? 'null' : `$${variableOf(type)}`;
    if (isListType(type))
      return `[${Array.from({ length: this.#choose(4) }, () => this.#literal(type.ofType, depth + 1)).join(', ')}]`;
    if (isInputObjectType(type)) {
      if (depth > 3) return '{}';
      const fields = Object.values(type.getFields()).filter(() => this.#choose(2) === 0);
      return `{ ${fields.map((one) => `${one.name}: ${this.#literal(one.type, depth + 1)}`).join(', ')} }`;
    }
    if (isEnumType(type)) return type.getValues()[0]?.name ?? 'null';
    return { Int: '7', Float: '0.5', Boolean: 'true' }[type.name] ?? '"2026-01-01T00:00:00Z"';
  }

  #directive(): string {
    const names = [
      '',
      '',
      '',
      '@include(if: $yes)',
      '@skip(if: $no)',
      '@skip(if: true)',
      '@include(if: $missing)',
    ];
    return names[this.#choose(names.length)] as string;
  }
}

/** A variable for each type, whose value may be missing. */
const variableOf = (type: GraphQLInputType): string =>
  `v${String(type).replaceAll(/\W/g, (one) => `_${one.charCodeAt(0)}`)}`;

/** Values of the variables that a text names, as coerced. */
function valuesFor(text: string, choose: (below: number) => number): Values {
  const values: Values = { yes: choose(2) === 0, no: choose(2) === 0 };
  const moment = (days: number) => ({ text: '', value: new Date(Date.UTC(2026, 0, 1 + days)) });
  for (const [, name = ''] of text.matchAll(/\$(v\w+)/g)) {
    const scalar = name.includes('Int')
      ? choose(500)
      : name.includes('DateTime')
        ? moment(choose(400))
        : 'text';
    const one = name.includes('SegmentInput')
      ? { region: Array.from({ length: choose(300) }, () => 'eu') }
      : scalar;
    const value = name.startsWith('v_91') ? Array.from({ length: choose(80) }, () => one) : one;
    const kind = choose(10);
    if (kind !== 0) values[name] = kind === 1 ? null : kind === 2 ? undefined : value;
  }
  if (choose(3) > 0) values['missing'] = choose(2) === 0;
  return values;
}

describe('the compiled cost of a document', () => {
  it('equals that of a walk, for any document of the schema and any variables', () => {
    const seen = new Set<unknown>();
    const numbers = fc.array(fc.nat(1_000_000), { minLength: 20, maxLength: 400 });
    fc.assert(
      fc.property(numbers, (given) => {
        let next = 0;
        const choose = (below: number) => (given[next++ % given.length] ?? 0) % below;
        const text = new Maker(choose).document();
        const document = parse(text);
        const count = compiled(document);
        for (let times = 0; times < 3; times++) {
          const variables = valuesFor(text, choose);
          const found = outcome(count, variables);
          seen.add(found);
          expect(found, text).toBe(outcome((values) => walked(document, values), variables));
        }
      }),
      { numRuns: 400 },
    );
    // Numbers, refusals of long lists, and directives without a value occurred.
    expect(seen.size).toBeGreaterThan(100);
    expect(seen).toContain(Number.POSITIVE_INFINITY);
    expect([...seen].some((one) => typeof one === 'string')).toBe(true);
  });

  it('is compiled once for a fragment, however many operations have it', () => {
    const names = ['A', 'B', 'C'];
    const text = names.map((name) => `query ${name}($no: Boolean!) { ...f }`).join(' ');
    const document = parse(`${text} fragment f on Query { nps @skip(if: $no) { score } }`);
    const fragment = document.definitions.at(-1) as FragmentDefinitionNode;
    const { selectionSet } = fragment;
    let reads = 0;
    const get = () => {
      reads += 1;
      return selectionSet;
    };
    Object.defineProperty(fragment, 'selectionSet', { get });
    const costs = new Costs();
    const points = (name: string, no: boolean) => {
      const operation = getOperationAST(document, name);
      if (!operation) throw new Error(`there is no operation ${name}`);
      const asked = { document, operation, operationName: name, variables: { no } };
      return costs.of(SCHEMA, asked, { size: 1, suggests: true });
    };
    for (const name of names) expect([points(name, false), points(name, true)]).toEqual([5, 1]);
    expect(reads).toBe(1);
  });
});
