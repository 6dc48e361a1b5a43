import { describe, expect, it } from 'vitest';
import { FIELD_GROUPS, type FieldGroup } from '../../domain/access/scope.ts';
import { type Cell, cellKey } from '../../domain/segments/cell.ts';
import { defineDimensions } from '../../domain/segments/dimensions.ts';
import fc from '../../test/fixtures/properties.ts';
import { type Policies, parsePolicies } from './policies.ts';
import { compileResidual, NotInterpretedError } from './residual.ts';
import { decideCell, scopesUnder } from './scope-of.ts';

const DIMENSIONS = defineDimensions([{ field: 'region' }, { field: 'channel' }]);
const ROLES = ['reader', 'writer'];
const SCHEMA = `
entity Role enum ["reader", "writer"];
entity Caller in [Role] { DIMENSION?: Set<String> };
entity Cell { DIMENSION?: String };
action ${FIELD_GROUPS.join(', ')} appliesTo { principal: Caller, resource: Cell };`;
const policiesOf = (...policies: readonly string[]): Policies =>
  parsePolicies(
    { folder: 'policies', files: { 'schema.cedarschema': SCHEMA, 'all.cedar': policies.join('\n') } },
    DIMENSIONS,
  );

const VALUES = ['a', 'b', 'a*', ''];
const value = fc.constantFrom(...VALUES);
const attribute = fc.constantFrom('region', 'channel');
const list = fc.array(value, { minLength: 1, maxLength: 3 }).map((values) => JSON.stringify(values));
const cells = fc
  .record({ region: value, channel: value }, { requiredKeys: [] })
  .map((attributes, id = 1): Cell => ({ id, key: cellKey(attributes), attributes }));
const attributes = fc.dictionary(attribute, fc.uniqueArray(value, { minLength: 1 }), { maxKeys: 2 });
const groups = fc.constantFrom<FieldGroup>('readScore', 'readComment', 'administer');

/** Valid conditions with every common operator, including some that are left to Cedar. */
const conditions = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc
      .tuple(attribute, value)
      .map(([name, v]) => `(resource has ${name} && resource.${name} == ${JSON.stringify(v)})`),
    fc
      .tuple(attribute, value)
      .map(([name, v]) => `(resource has ${name} && resource.${name} != ${JSON.stringify(v)})`),
    fc.tuple(attribute, list).map(([name, l]) => `(resource has ${name} && ${l}.contains(resource.${name}))`),
    fc
      .tuple(attribute, list)
      .map(([name, l]) => `(resource has ${name} && [resource.${name}, "x"].containsAny(${l}))`),
    fc
      .tuple(attribute, list)
      .map(([name, l]) => `(resource has ${name} && ${l}.containsAll([resource.${name}]))`),
    fc
      .tuple(attribute, list)
      .map(([name, l]) => `(resource has ${name} && [resource.${name}, "a"].containsAll(${l}))`),
    attribute.map(
      (name) =>
        `(principal has ${name} && resource has ${name} && principal.${name}.contains(resource.${name}))`,
    ),
    attribute.map((name) => `(resource has ${name} && resource.${name} like "a*")`),
    attribute.map((name) => `(resource has ${name} && resource.${name} like "a\\*")`),
    fc.constant(`(resource has region && resource has channel && resource.region == resource.channel)`),
    fc.constant(`(resource has region && [[resource.region]] == [["a"], ["a"]])`),
    fc.constant(`resource == Cell::"${cellKey({ region: 'a', channel: 'b' })}"`),
    fc.constant(`resource in Cell::"${cellKey({ region: 'a', channel: 'b' })}"`),
    fc.constant('principal has region'),
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a} && ${b})`),
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a} || ${b})`),
    tie('condition').map((a) => `!(${a})`),
    fc
      .tuple(tie('condition'), tie('condition'), tie('condition'))
      .map(([a, b, c]) => `(if ${a} then ${b} else ${c})`),
  ),
})).condition;
const policy = (effect: 'permit' | 'forbid') =>
  fc
    .record({
      role: fc.constantFrom('', ...ROLES.map((role) => ` in Role::"${role}"`)),
      action: fc.constantFrom(
        '',
        ' == Action::"readScore"',
        ' in [Action::"readScore", Action::"readComment"]',
      ),
      clause: fc
        .tuple(fc.constantFrom('when', 'unless'), conditions)
        .map(([kind, body]) => `${kind} { ${body} }`),
      bare: fc.boolean(),
    })
    .map(
      ({ role, action, clause, bare }) =>
        `${effect} (principal${role}, action${action}, resource) ${bare ? '' : clause};`,
    );
const permits = fc.array(policy('permit'), { maxLength: 3 });
const forbids = fc.array(policy('forbid'), { maxLength: 2 });

describe('a scope', () => {
  it('allows what full authorisation allows, for any policies, caller and cell', () => {
    const [seen, whole] = [new Set<boolean>(), new Set<boolean>()];
    fc.assert(
      fc.property(
        permits,
        forbids,
        fc.constantFrom(...ROLES),
        attributes,
        groups,
        fc.array(cells, { minLength: 1 }),
        (p, f, role, narrowedTo, group, some) => {
          const policies = policiesOf(...p, ...f);
          const scope = scopesUnder(policies, 5)(role, narrowedTo);
          for (const cell of some) {
            const allowed = scope.allows(group, { ...cell, id: 0 });
            expect(allowed).toBe(decideCell(policies, role, narrowedTo, group, cell));
            seen.add(allowed);
            if (scope.allowsAll(group)) expect(allowed).toBe(true);
          }
          whole.add(scope.allowsAll(group));
        },
      ),
      { numRuns: 150 },
    );
    // The cases are meaningful only if both answers occur.
    expect([...seen].sort()).toEqual([false, true]);
    expect([...whole].sort()).toEqual([false, true]);
  });

  it('has equal grant names only for equal cells', () => {
    let equal = 0;
    fc.assert(
      fc.property(
        permits,
        forbids,
        fc.constantFrom(...ROLES),
        attributes,
        fc.array(cells, { minLength: 1 }),
        (p, f, role, narrowedTo, some) => {
          const scope = scopesUnder(policiesOf(...p, ...f), 5)(role, narrowedTo);
          for (const group of ['readScore', 'readComment', 'traceLineage'] as const) {
            expect(scope.grant(group) === 'all').toBe(scope.allowsAll(group));
            if (scope.grant(group) === 'none')
              for (const cell of some) expect(scope.allows(group, { ...cell, id: 0 })).toBe(false);
          }
          if (scope.grant('readScore') !== scope.grant('readComment')) return;
          equal += 1;
          for (const cell of some)
            expect(scope.allows('readScore', { ...cell, id: 0 })).toBe(
              scope.allows('readComment', { ...cell, id: 0 }),
            );
        },
      ),
      { numRuns: 100 },
    );
    expect(equal).toBeGreaterThan(10);
  });

  it.each([
    'resource has region && [resource.region, "a"].containsAll(["a", "b"])',
    'resource has region && ["a", "b"].containsAll([resource.region, "a"])',
    'resource has region && [resource.region, "x"].containsAny(["a", "b"])',
    'resource has region && ["a", "a*"].contains(resource.region)',
    'resource has region && resource.region like "a*"',
    'resource has region && resource.region like "a\\*"',
    'resource has region && resource has channel && [resource.region] == [resource.channel, "a"]',
    'resource has region && resource has channel && resource.region != resource.channel',
    'if resource has region then resource.region == "a" else true',
    'resource has region || resource has channel',
    '!(resource has region)',
    'resource is Cell',
  ])('answers as Cedar does for %s, in every cell', (condition) => {
    const values = [undefined, ...VALUES];
    const cells = values.flatMap((region) =>
      values.map((channel): Cell => {
        const given = Object.entries({ region, channel }).filter(([, value]) => value !== undefined);
        const attributes = Object.fromEntries(given) as Record<string, string>;
        return { id: 0, key: cellKey(attributes), attributes };
      }),
    );
    const answers = (['when', 'unless'] as const).flatMap((kind) => {
      const policies = policiesOf(`permit (principal, action, resource) ${kind} { ${condition} };`);
      const scope = scopesUnder(policies, 5)('reader', {});
      return cells.map((cell) => {
        const allowed = scope.allows('readScore', cell);
        expect(allowed).toBe(decideCell(policies, 'reader', {}, 'readScore', cell));
        return allowed;
      });
    });
    expect(new Set(answers).size).toBe(2);
  });

  it('never shrinks by another permit, and never grows by another prohibition', () => {
    fc.assert(
      fc.property(
        permits,
        forbids,
        policy('permit'),
        policy('forbid'),
        fc.constantFrom(...ROLES),
        attributes,
        groups,
        cells,
        (p, f, permit, forbid, role, narrowedTo, group, cell) => {
          const allows = (...policies: string[]) =>
            scopesUnder(policiesOf(...policies), 5)(role, narrowedTo).allows(group, cell);
          const allowed = allows(...p, ...f);
          if (allowed) expect(allows(...p, permit, ...f)).toBe(true);
          else expect(allows(...p, ...f, forbid)).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is shared by equal callers, and differs under other policies or restrictions', () => {
    const scopeOf = scopesUnder(policiesOf('permit (principal, action, resource);'), 5);
    const scope = scopeOf('reader', { region: ['a', 'b'], channel: ['a'] });
    expect(scopeOf('reader', { channel: ['a'], region: ['b', 'a', 'a'] })).toBe(scope);
    const others = [
      scopeOf('reader', { region: ['a', 'b'] }),
      scopeOf('writer', { region: ['a', 'b'], channel: ['a'] }),
    ];
    const elsewhere = scopesUnder(policiesOf('permit (principal, action, resource); '), 5);
    others.push(elsewhere('reader', { region: ['a', 'b'], channel: ['a'] }));
    expect(new Set([scope, ...others].map(({ fingerprint }) => fingerprint)).size).toBe(4);
  });

  it('decides about future cells, and does not confuse those without a number', () => {
    const policies = policiesOf(
      'permit (principal, action, resource) when { resource has region && resource.region == "a" };',
    );
    const scope = scopesUnder(policies, 5)('reader', {});
    const cell = (region: string, id: number): Cell => ({
      id,
      key: cellKey({ region }),
      attributes: { region },
    });
    expect([cell('a', 0), cell('b', 0), cell('a', 0)].map((one) => scope.allows('readScore', one))).toEqual([
      true,
      false,
      true,
    ]);
    expect([cell('a', 7), cell('b', 9), cell('a', 7)].map((one) => scope.allows('readScore', one))).toEqual([
      true,
      false,
      true,
    ]);
    expect(scope.allowsAll('readScore')).toBe(false);
  });
});

describe('a residual', () => {
  const body = (expression: object) =>
    compileResidual({
      effect: 'permit',
      principal: { op: 'All' },
      action: { op: 'All' },
      resource: { op: 'All' },
      conditions: [{ kind: 'when', body: expression as never }],
    });
  const cell: Cell = { id: 1, key: 'k', attributes: { region: 'a' } };
  const resource = { unknown: [{ Value: 'resource' }] };

  it('with an error in it is not satisfied, in when or unless', () => {
    const missing = { '==': { left: { '.': { left: resource, attr: 'nothing' } }, right: { Value: 'a' } } };
    expect(body(missing)(cell)).toBe(false);
    expect(body({ '!': { arg: missing } })(cell)).toBe(false);
    expect(body({ '||': { left: { Value: true }, right: missing } })(cell)).toBe(true);
    expect(body({ '&&': { left: { Value: false }, right: missing } })(cell)).toBe(false);
    expect(body({ '&&': { left: { Value: 'text' }, right: { Value: true } } })(cell)).toBe(false);
  });

  it('with unknown parts is left to Cedar', () => {
    for (const expression of [
      { '<': { left: { Value: 1 }, right: { Value: 2 } } },
      { ip: [{ Value: '10.0.0.1' }] },
      { Var: 'context' },
      { has: { left: { Var: 'principal' }, attr: 'region' } },
    ])
      expect(() => body(expression)).toThrow(NotInterpretedError);
  });
});
