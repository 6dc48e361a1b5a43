import { buildSchema as fromText, getVariableValues, type OperationDefinitionNode, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { cutMessage } from '../../domain/text/text.ts';
import { measure } from './bounds.ts';
import { coerceVariables } from './coerce.ts';
import type { InvalidOperationError } from './invalid-operation.ts';

const SCHEMA = fromText(`
  enum Colour { RED GREEN }
  input Point { x: Int!, label: String = "here", colours: [Colour!], within: Point }
  type Query { ask(p: Point, ps: [Point!], c: Colour, n: Float, id: ID, b: Boolean): Int }
`);
const QUERY = `query ($p: Point, $ps: [Point!], $c: Colour! = RED, $n: Float, $id: ID, $b: Boolean, $must: Int!) {
  ask(p: $p, ps: $ps, c: $c, n: $n, id: $id, b: $b)
}`;
const { variableDefinitions = [] } = parse(QUERY).definitions[0] as OperationDefinitionNode;

/** The message without the value, which graphql-js quotes in full. */
const afterValue = (message: string) =>
  message.replace(/got invalid value .*? at "/, 'at "').replace(/ value .{0,80}?; /, '; ');

function mistakes(inputs: Record<string, unknown>, suggests = true): string[] {
  try {
    coerceVariables(SCHEMA, variableDefinitions, inputs, suggests);
    return [];
  } catch (error) {
    return (error as InvalidOperationError).errors.map(({ message }) => message);
  }
}

describe('coercing variables', () => {
  it.each<Record<string, unknown>>([
    { must: 1 },
    { must: 1, p: { x: 2 } },
    { must: 1, p: { x: 2, label: null, colours: 'RED', within: { x: 3, colours: [] } } },
    { must: 1, ps: { x: 1 } },
    { must: 1, ps: [{ x: 1 }, { x: 2, label: 'there' }], n: 1, id: 7, b: false, c: 'GREEN' },
    { must: 1, p: null, n: null, id: null, unknown: { a: 1 } },
  ])('returns what graphql-js returns: %j', (inputs) => {
    const theirs = getVariableValues(SCHEMA, variableDefinitions, inputs).coerced;
    expect({ ...coerceVariables(SCHEMA, variableDefinitions, inputs, true) }).toEqual({ ...theirs });
  });

  it.each<Record<string, unknown>>([
    {},
    { must: null },
    { must: 1.5 },
    { must: 1, c: 'BLUE' },
    { must: 1, c: 'GREN' },
    { must: 1, c: null },
    { must: 1, p: 5 },
    { must: 1, p: {} },
    { must: 1, p: { x: 1, y: 2 } },
    { must: 1, p: { x: 1, lable: 'a' } },
    { must: 1, p: { x: 1, within: { x: 'a' } } },
    { must: 1, ps: [{ x: 1 }, null] },
    { must: 1, ps: [{ x: 1, colours: ['RED', 'PINK'] }] },
    { must: 1, n: 'a', b: 1, id: true },
  ])('reports what graphql-js reports: %j', (inputs) => {
    for (const hideSuggestions of [true, false]) {
      const theirs = getVariableValues(SCHEMA, variableDefinitions, inputs, { hideSuggestions }).errors ?? [];
      expect(mistakes(inputs, !hideSuggestions).map(afterValue)).toEqual(
        theirs.map(({ message }) => afterValue(message)),
      );
    }
  });

  it('names three mistakes and says that there are more', () => {
    const ps = Array.from({ length: 1_000 }, () => ({ x: 'a' }));
    const found = mistakes({ must: 1, ps });
    expect(found).toHaveLength(4);
    expect(found[3]).toMatch(/error limit reached/);
  });

  it('quotes no more than the beginning of a value', () => {
    const long = 'a"b'.repeat(100_000);
    for (const bad of [long, [long], { [long]: long }, 1e300, [[[[]]]]])
      for (const name of ['p', 'ps', 'c', 'n', 'b', 'must'])
        for (const message of mistakes({ must: 1, [name]: bad })) expect(message.length).toBeLessThan(420);
  });

  it('reads no names from the prototype', () => {
    expect(mistakes({ must: 1, p: JSON.parse('{"__proto__": {"x": 1}}') }).length).toBeGreaterThan(0);
    const { variableDefinitions: odd = [] } = parse('query ($constructor: Int, $__proto__: Int) { ask }')
      .definitions[0] as OperationDefinitionNode;
    expect({ ...coerceVariables(SCHEMA, odd, {}, true) }).toEqual({});
  });
});

describe('variables may be', () => {
  const nested = (depth: number) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown;

  it('nested 50 deep', () => {
    expect(() => measure('variables', { a: nested(50) })).not.toThrow();
    expect(() => measure('variables', { a: nested(51) })).toThrow(
      'variables.a: nested deeper than 50 levels',
    );
    expect(() => measure('variables', { a: { b: nested(100_000) } })).toThrow('nested deeper');
  });

  it('up to 100,000 values over all variables', () => {
    const half = Array.from({ length: 50_000 }, () => 1);
    expect(() => measure('variables', { a: half })).not.toThrow();
    expect(() => measure('variables', { a: half, b: half })).toThrow('more than 100000 values');
  });

  it('estimated close to the size of their JSON', () => {
    for (const value of [{ a: 'x'.repeat(10_000) }, { a: Array.from({ length: 1_000 }, (_, i) => `v${i}`) }])
      expect(measure('variables', value) / JSON.stringify(value).length).toBeCloseTo(1, -0.5);
    expect(measure('extensions', null)).toBe(0);
  });
});

describe('a message of a library', () => {
  it('is cut in its quotations, and as a whole, in linear time', () => {
    expect(cutMessage(`Value "${'x'.repeat(500)}" is wrong. Did you mean "y"?`)).toBe(
      `Value "${'x'.repeat(39)}…" is wrong. Did you mean "y"?`,
    );
    expect(cutMessage('short')).toBe('short');
    for (const unit of ['Did you mean ', '"', '\\"', ' ', '"a'])
      expect(cutMessage(unit.repeat(100_000)).length).toBeLessThanOrEqual(400);
  });
});
