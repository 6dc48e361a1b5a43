import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getIntrospectionQuery, getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { gateSettings, readTrustedDocuments, sha256 } from '../../config/gate-settings.ts';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../domain/segments/dimensions.ts';
import { growth } from '../../test/fixtures/growth.ts';
import fc from '../../test/fixtures/properties.ts';
import type { Caller } from '../caller.ts';
import { buildSchema } from '../schema/schema.ts';
import { Buckets } from './bucket.ts';
import { coerceVariables } from './coerce.ts';
import { costOf } from './cost.ts';
import { INTROSPECTION_COSTS } from './costs.ts';
import { DocumentCost } from './document-cost.ts';
import { openGate } from './gate.ts';
import { SCORE_COSTS } from './score-costs.ts';
import { refuseRepeats } from './screen.ts';

const SCHEMA = buildSchema(defineDimensions(DEFAULT_DIMENSIONS));

const cost = (query: string, variables: Record<string, unknown> = {}): number => {
  const document = parse(query);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('one operation is needed');
  const { variableDefinitions = [] } = operation;
  const coerced = coerceVariables(SCHEMA, variableDefinitions, variables, true);
  return costOf(new DocumentCost(SCHEMA, document).of(operation), coerced);
};

const screen = (text: string) => refuseRepeats(parse(text));

const caller = (role: string, id = role): Caller => ({
  id,
  name: id,
  role,
  policyVersion: 'test',
  attributes: {},
  sources: null,
  readOnly: false,
  expiresAt: null,
  scope: { fingerprint: id, smallestCount: 1, allows: () => true, allowsAll: () => true, grant: () => 'all' },
});

describe('the cost of an operation', () => {
  it('follows from arguments, literals and variables alike', () => {
    expect(cost('{ nps { score } }')).toBe(5);
    expect(cost('{ nps(groupBy: [REGION, CHANNEL]) { score } }')).toBe(20);
    expect(cost('{ a: nps { score } b: nps { score } }')).toBe(10);
    const series = 'query ($to: DateTime!) { npsSeries(from: "2026-01-01T00:00:00Z", to: $to) { score } }';
    expect(cost(series, { to: '2026-04-11T00:00:00Z' })).toBe(10);
    expect(cost(series, { to: '2026-01-21T00:00:00Z' })).toBe(6);
    // Parts that a zone splits are read from the responses.
    const ofYear = (every: string, timeZone: string) =>
      cost(
        `{ npsSeries(from: "2025-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z", every: ${every}, timeZone: "${timeZone}") { score } }`,
      );
    expect(ofYear('HOUR', 'Europe/Berlin')).toBe(ofYear('HOUR', 'UTC'));
    expect(ofYear('DAY', 'Europe/Berlin') - 5).toBeGreaterThan(2 * (ofYear('DAY', 'UTC') - 5));
    expect(ofYear('HOUR', 'America/St_Johns') - 5).toBeGreaterThan(5 * (ofYear('HOUR', 'UTC') - 5));
    expect(ofYear('DAY', 'Nowhere/None')).toBe(ofYear('DAY', 'UTC'));
    expect(cost('{ responses(first: 100) { edges { node { id } } } }')).toBe(15);
    expect(
      cost('{ responses(first: 100) { edges { node { prediction { explanation { token } } } } } }'),
    ).toBe(1_115);
    expect(cost('query ($t: [String!]!) { classify(texts: $t) { class } }', { t: ['a', 'b'] })).toBe(20);
    expect(
      cost('query ($no: Boolean!) { verify(id: "x") @include(if: $no) { reason } viewer { name } }', {
        no: false,
      }),
    ).toBe(1);
  });

  it('follows from the possible rows first, and from the actual rows in the end', () => {
    const grouped = (more: string) =>
      cost(
        `{ npsSeries(from: "2025-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z", groupBy: [REGION, CHANNEL, PRODUCT_LINE], every: HOUR${more}) { score } }`,
      );
    const reading = cost(
      '{ npsSeries(from: "2025-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z", every: HOUR) { score } }',
    );
    expect(grouped('')).toBe(reading + 1_000);
    expect(grouped(', first: 100')).toBe(reading + 5);
    expect(cost('{ nps(groupBy: [REGION, CHANNEL], first: 20) { score } }')).toBe(6);
    expect(cost('{ nps { score change } }')).toBe(10);
    expect(cost('{ nps(orderBy: { by: CHANGE }) { score } }')).toBe(10);
    const args = { groupBy: ['region', 'channel'] };
    expect(SCORE_COSTS.nps.points(args, 0)).toBe(20);
    expect([0, 20, 300, 10_000].map((rows) => SCORE_COSTS.nps.unused(args, rows))).toEqual([15, 14, 0, 0]);
    expect(SCORE_COSTS.nps.unused({ groupBy: [] }, 1)).toBe(0);
  });

  it.each(['QUARTER', 'YEAR', 'WEEK'])('of buckets of one %s is less than of days', (every) => {
    const of = (unit: string) =>
      cost(
        `{ npsSeries(from: "2020-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z", every: ${unit}) { score } }`,
      );
    expect(of(every)).toBeLessThan(of('DAY') / 4);
  });

  it('includes fragments where they are spread', () => {
    expect(cost('{ ...f } fragment f on Query { nps { score } change: nps { low } }')).toBe(10);
    expect(cost('{ node(id: "x") { ... on Response { prediction { explanation { token } } } } }')).toBe(13);
  });

  it('names existing fields only', () => {
    for (const name of Object.keys(INTROSPECTION_COSTS)) {
      const [type, field] = name.split('.') as [string, string];
      const found = SCHEMA.getType(type);
      expect(found && 'getFields' in found && found.getFields()[field], name).toBeTruthy();
    }
  });

  it('counts what runs beside a field with invalid arguments', () => {
    const both =
      'query ($f: Int) { responses(first: $f) { pageInfo { endCursor } } verify(id: "x") { reason } }';
    expect(cost(both, { f: null })).toBe(200);
  });

  it('of introspection follows from the size of the schema, and leaves room for tools', () => {
    const whole = getIntrospectionQuery();
    expect(() => screen(whole)).not.toThrow();
    expect(cost(whole)).toBeGreaterThan(200);
    expect(cost(whole)).toBeLessThan(1_000);
    expect(
      cost('{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }'),
    ).toBeGreaterThan(10_000);
    const types = Array.from({ length: 28 }, (_, i) => `a${i}: types { ...T }`).join(' ');
    expect(() => screen(`{ __schema { ${types} } } fragment T on __Type { name }`)).toThrow('once');
    expect(() =>
      screen('{ a: __schema { types { name } } ...f } fragment f on Query { __schema { description } }'),
    ).toThrow('once');
  });

  it('includes fragments that expand without end', () => {
    const chain = Array.from(
      { length: 60 },
      (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`,
    );
    expect(cost(`{ ...f0 } ${chain.join(' ')} fragment f60 on Query { nps { score } }`)).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});

describe('the bucket', () => {
  it('refunds what was not used, up to its size', () => {
    const buckets = new Buckets();
    expect(buckets.take('a', 90, 100, 0)).toBe(0);
    expect(buckets.take('a', 50, 100, 0)).toBeGreaterThan(0);
    buckets.give('a', 45, 100);
    expect(buckets.take('a', 50, 100, 0)).toBe(0);
    buckets.give('a', 1_000, 100);
    expect(buckets.take('a', 100, 100, 0)).toBe(0);
    expect(buckets.take('a', 10, 100, 0)).toBeGreaterThan(0);
  });

  it('never gives more than its content and its refill', () => {
    const steps = fc.array(fc.record({ wait: fc.nat(30_000), amount: fc.integer({ min: 1, max: 100 }) }));
    fc.assert(
      fc.property(steps, (asked) => {
        const buckets = new Buckets();
        let now = 1_000;
        let given = 0;
        for (const { wait, amount } of asked) {
          now += wait;
          if (buckets.take('a', amount, 100, now) === 0) given += amount;
        }
        return given <= 100 + ((now - 1_000) * 100) / 60_000 + 1e-6;
      }),
    );
  });

  it('reports correctly when the amount will be available', () => {
    const buckets = new Buckets();
    expect(buckets.take('a', 60, 60, 0)).toBe(0);
    const wait = buckets.take('a', 30, 60, 0);
    expect(wait).toBe(30_000);
    expect(buckets.take('a', 30, 60, wait - 1_000)).toBeGreaterThan(0);
    expect(buckets.take('a', 30, 60, wait)).toBe(0);
    expect(buckets.take('b', 60, 60, 0)).toBe(0);
  });
});

describe('documents refused before validation', () => {
  it('repeat a field or a directive too often', () => {
    expect(() => screen(`{ ${'__typename '.repeat(500)} }`)).toThrow('__typename is repeated');
    expect(() => screen(`{ __typename ${'@aa'.repeat(10)} }`)).toThrow('directives');
    expect(() => screen(`{ ...f } fragment f on Query { ${'__typename '.repeat(500)} }`)).toThrow('repeated');
  });

  it('expand too far, detected in linear time', async () => {
    const bomb = (length: number) => {
      const chain = Array.from({ length }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`);
      return `{ ...f0 } ${chain.join(' ')} fragment f${length} on Query { __typename }`;
    };
    const refuse = (length: number) => expect(() => screen(bomb(length))).toThrow('unfolds');
    // Each fragment doubles the expansion of the ones before it.
    expect(await growth(refuse, { size: 50, times: 4 })).toBeLessThan(16);
    expect(() => screen('{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }')).not.toThrow();
  });
});

describe('the gate', () => {
  const settings = gateSettings.parse({
    trustedOnly: ['feed'],
    cost: { default: { operation: 100, minute: 120 }, admin: { operation: 1_000, minute: null } },
  });
  const TRUSTED = '{ nps { score } }';
  const open = () => openGate(settings, new Map([[sha256(TRUSTED), TRUSTED]]), () => 0);
  const admit = (gate: ReturnType<typeof open>, who: Caller, query: string) =>
    gate.admit(who, SCHEMA, { query }).cost;

  it('refunds points charged for missing rows', () => {
    const gate = open();
    const analyst = caller('analyst');
    const grouped = '{ nps(groupBy: [REGION, CHANNEL, PRODUCT_LINE, LIFECYCLE_STAGE]) { score } }';
    const { requested } = admit(gate, analyst, grouped);
    expect(requested).toBe(80);
    expect(() => admit(gate, analyst, grouped)).toThrow(/the budget of 120 points a minute is spent/);
    const args = { groupBy: ['region', 'channel', 'product_line', 'lifecycle_stage'] };
    gate.giveBack(analyst, SCORE_COSTS.nps.unused(args, 3));
    expect(() => admit(gate, analyst, grouped)).not.toThrow();
    // Other callers do not get them.
    const other = caller('auditor');
    expect(admit(gate, other, grouped).requested).toBe(80);
    gate.giveBack(analyst, 80);
    expect(() => admit(gate, other, grouped)).toThrow(/budget/);
  });

  it('charges more of an operation that is under way, while there is more', () => {
    const gate = open();
    expect([gate.charge(caller('analyst'), 100), gate.charge(caller('analyst'), 30)]).toEqual([true, false]);
    expect(gate.charge(caller('analyst'), 20)).toBe(true);
    expect(gate.charge(caller('admin'), 1_000_000)).toBe(true);
  });

  it('accepts trusted documents by hash and by text, and only those from some roles', () => {
    const gate = open();
    const hash = sha256(TRUSTED);
    for (const request of [
      { query: TRUSTED },
      { documentId: hash },
      { documentId: `sha256:${hash}` },
      { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } },
    ])
      expect(gate.admit(caller('feed'), SCHEMA, request).document.loc?.source.body).toBe(TRUSTED);
    expect(() => gate.admit(caller('feed'), SCHEMA, { query: '{ nps { low } }' })).toThrow(
      expect.objectContaining({ code: 'DOCUMENT_NOT_TRUSTED', status: 403 }),
    );
    expect(() => gate.admit(caller('admin'), SCHEMA, { documentId: sha256('x') })).toThrow(
      expect.objectContaining({ code: 'PERSISTED_QUERY_NOT_FOUND' }),
    );
    expect(() => gate.admit(caller('admin'), SCHEMA, { query: '{ nps { low } }' })).not.toThrow();
    // A hash does not smuggle another text in.
    expect(() => gate.admit(caller('admin'), SCHEMA, { query: '{ x }', documentId: sha256('y') })).toThrow(
      'not the SHA-256',
    );
  });

  it('lets only some roles introspect, or get suggestions', () => {
    const gate = open();
    expect(() => admit(gate, caller('collector', 'c'), '{ __schema { types { name } } }')).not.toThrow();
    expect(() =>
      admit(gate, caller('stranger'), '{ ...f } fragment f on Query { __type(name: "Query") { name } }'),
    ).toThrow(expect.objectContaining({ code: 'INTROSPECTION_DISABLED' }));
    const guess = 'Cannot query field "npss" on type "Query".';
    expect(() => admit(gate, caller('admin'), '{ npss }')).toThrow(`${guess} Did you mean "nps"`);
    expect(() => admit(gate, caller('stranger'), '{ npss }')).toThrow(new RegExp(`${guess}$`));
  });

  it('counts each caller separately', () => {
    const gate = open();
    expect(admit(gate, caller('analyst', 'a'), '{ path(from: "a", to: "b") { lag } }')).toEqual({
      requested: 50,
      limit: 100,
    });
    admit(gate, caller('analyst', 'a'), '{ path(from: "a", to: "b") { lag } }');
    expect(() => admit(gate, caller('analyst', 'a'), '{ path(from: "a", to: "b") { lag } }')).toThrow(
      expect.objectContaining({ code: 'RATE_LIMITED', status: 429, retryAfter: 15 }),
    );
    expect(() => admit(gate, caller('analyst', 'b'), '{ path(from: "a", to: "b") { lag } }')).not.toThrow();
    expect(() => admit(gate, caller('analyst', 'c'), '{ verify(id: "x") { reason } }')).toThrow(
      expect.objectContaining({ code: 'COST_LIMIT_EXCEEDED', status: 400 }),
    );
  });

  it('counts the size of refused values, and what was charged before only once', () => {
    const gate = open();
    const deep = JSON.parse('['.repeat(60) + ']'.repeat(60));
    const request = { query: '{ nps { score } }', variables: { deep }, bytes: 50 * 4_096 };
    for (let i = 0; i < 2; i++)
      expect(() => gate.admit(caller('analyst', 'a'), SCHEMA, request)).toThrow('nested');
    // 102 of 120 are spent.
    expect(() => gate.admit(caller('analyst', 'a'), SCHEMA, request)).toThrow('budget');
    const large = { query: `{ nps { score } } #${' '.repeat(100_000)}`, bytes: 100_018, isPaid: true };
    gate.chargeBody(caller('analyst', 'b'), large.bytes);
    gate.admit(caller('analyst', 'b'), SCHEMA, large);
    gate.chargeBody(caller('analyst', 'b'), 89 * 4_096);
  });

  it('charges what is not valid by its length: it is read and validated each time', () => {
    const gate = open();
    const long = `{ ${'guess '.repeat(180)}}`;
    const codeOf = (query: string) => {
      try {
        gate.admit(caller('analyst', 'a'), SCHEMA, { query });
        return 'valid';
      } catch (error) {
        return (error as { code?: string }).code ?? 'invalid';
      }
    };
    expect(codeOf(long)).toBe('BAD_USER_INPUT');
    // 118 of 120 points are spent.
    expect(codeOf(TRUSTED)).toBe('RATE_LIMITED');
  });

  it('charges invalid requests too', () => {
    const gate = open();
    let refused = 0;
    for (let i = 0; i < 200; i++)
      try {
        gate.admit(caller('analyst', 'a'), SCHEMA, { query: `{ guess${i} }` });
      } catch (error) {
        if ((error as { code?: string }).code === 'RATE_LIMITED') refused++;
      }
    // Eleven points each, and the last ten points one by one.
    expect(refused).toBe(180);
  });
});

describe('the file of trusted documents', () => {
  it('is refused when a hash does not match its text', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trusted-'));
    const file = join(folder, 'documents.json');
    await writeFile(file, JSON.stringify({ [sha256('{ a }')]: '{ a }' }));
    expect([...(await readTrustedDocuments(file)).values()]).toEqual(['{ a }']);
    // As GraphQL Code Generator's client preset writes it.
    await writeFile(file, JSON.stringify({ [`sha256:${sha256('{ a }')}`]: '{ a }' }));
    expect([...(await readTrustedDocuments(file)).keys()]).toEqual([sha256('{ a }')]);
    await writeFile(file, JSON.stringify({ [sha256('{ a }')]: '{ b }' }));
    await expect(readTrustedDocuments(file)).rejects.toThrow('is not the SHA-256');
    await rm(folder, { recursive: true });
  });
});

it('keeps only declared variables, and few bytes of them for a subscription', () => {
  const gate = openGate(gateSettings.parse({}), new Map(), () => 0);
  const admit = (query: string, variables: object) =>
    gate.admit(caller('admin'), SCHEMA, { query, variables: { ...variables } }).variables;
  const live = 'subscription ($after: String) { npsUpdates(after: $after) { position } }';
  expect(admit(live, { after: 'x', more: 'y'.repeat(1_000_000) })).toEqual({ after: 'x' });
  expect(admit('{ nps { score } }', { more: 1 })).toEqual({});
  expect(() => admit(live, { after: 'x'.repeat(20_000) })).toThrow(
    'variables: at most 16384 bytes in a subscription',
  );
});
