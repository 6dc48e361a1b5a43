import { readFileSync } from 'node:fs';
import {
  buildSchema as buildPrinted,
  type GraphQLField,
  type GraphQLNamedType,
  getNamedType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { taggedFields } from '../../api/schema/access-tags.ts';
import { buildSchema } from '../../api/schema/schema.ts';
import { FIELD_GROUPS } from '../../domain/access/scope.ts';
import { responseId } from '../../domain/responses/normalised-response.ts';
import { DIMENSIONS } from '../fixtures/database.ts';
import { openWorld, type World } from '../fixtures/scoped-client.ts';
import { until } from '../fixtures/server.ts';

/*
 * Every access tag of the schema's queries, tried by a caller who has everything but that group: each field with the tag is
 * withheld, and the answer says so: by an error, or by its path in extensions.masked. Nothing is silently empty.
 */
/** As printed: the program's own is of another copy of the library. */
const SHAPE = buildPrinted(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const HOUR_MS = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS + 30 * 60_000;
const at = (minutes: number) => `${new Date(NOW - minutes * 60_000).toISOString().slice(0, 16)}:00Z`;
const CALLERS = Object.fromEntries([
  ['everything', {}],
  ['steward', { withheld: { readResponse: [] }, smallestCount: 5 }],
  ['blind', { withheld: { readResponse: [], manageModels: [] }, smallestCount: 5 }],
  ...FIELD_GROUPS.map((group) => {
    // What managers of models see, callers who read every prediction see too.
    const more = group === 'manageModels' ? { readPrediction: [] } : {};
    return [`no-${group}`, { withheld: { [group]: [], ...more } }];
  }),
]);
const TAGS = new Map(
  taggedFields(buildSchema(DIMENSIONS)).map(({ type, field, shows }) => [`${type}.${field}`, shows]),
);

let world: World;
let ids: Record<string, string> = {};
beforeAll(async () => {
  world = await openWorld(NOW, CALLERS, { TEST_FOLLOW: 'true' });
  await world.submit(
    Array.from({ length: 12 }, (_, i) => ({
      externalId: `a${i}`,
      source: 'web',
      answeredAt: at(1 + i * 7),
      score: i % 11,
      respondent: `person ${i}`,
      comment: `The staff were friendly and all of it went well, as we hoped, on day ${i}.`,
    })),
  );
  const bought = `mutation { submitOutcomes(input: [{ externalId: "o", kind: PAYMENT, at: "${at(5)}", respondent: "person 1", account: "one", amount: 5, currency: "EUR" }, { externalId: "w", kind: OWNER_CHANGED, at: "${at(5)}", account: "one", owner: "Zoe" }]) { accepted } }`;
  expect(await world.ask('everything', bought)).toMatchObject({ data: { submitOutcomes: { accepted: 2 } } });
  type Node = { prediction: object | null };
  await until(async () => {
    const query = '{ responses(first: 500) { edges { node { prediction { uncertainty } } } } }';
    const { data } = await world.ask<{ responses: { edges: { node: Node }[] } }>('everything', query);
    return data.responses.edges.every(({ node }) => node.prediction !== null);
  }, 'all are scored');
  const { data } = await world.ask<{ nps: { id: string }[] }>('everything', '{ nps(window: "P7D") { id } }');
  ids = {
    node: `Response:${responseId('web', 'a0')}`,
    impact: 'Source:web',
    other: data.nps[0]?.id ?? '',
  };
});
afterAll(() => world?.close());

/** Arguments that must be given, and those that make an answer be there. */
function argumentsOf(root: string, field: GraphQLField<unknown, unknown>): string {
  const known: Record<string, string> = {
    id: JSON.stringify(ids[root] ?? ids.other),
    rule: '{ kind: "threshold", below: 50, windowDays: 2, confidence: 0.5 }',
    from: root === 'path' ? JSON.stringify(ids.node) : JSON.stringify(at(60 * 24)),
    to: root === 'path' ? JSON.stringify(ids.other) : JSON.stringify(at(0)),
    knownAt: JSON.stringify(at(1)),
    beforeFrom: JSON.stringify(at(300)),
    beforeTo: JSON.stringify(at(200)),
    afterFrom: JSON.stringify(at(200)),
    afterTo: JSON.stringify(at(0)),
    respondent: '"person 1"',
    texts: '["a text of some words"]',
    challenger: '"ModelVersion:1"',
    response: JSON.stringify(ids.node),
    about: `[${JSON.stringify(ids.other)}]`,
    every: 'HOUR',
    kind: '"Rollup"',
    dimension: 'REGION',
    field: 'COMMENTS',
    keep: '"P1Y"',
    config: '"dimensions: { region: [{ default: elsewhere }] }"',
    role: '"analyst"',
    name: '"sample"',
    item: '"QuarantinedItem:00000000-0000-4000-8000-000000000000"',
    question: '"score of the last 7 days"',
  };
  const given = field.args
    .filter(
      ({ name, type, defaultValue }) =>
        (isNonNullType(type) && defaultValue === undefined) || ['from', 'to', 'knownAt'].includes(name),
    )
    .map(({ name }) => `${name}: ${known[name] ?? 'null'}`);
  return given.length > 0 ? `(${given.join(', ')})` : '';
}

interface Way {
  readonly names: readonly string[];
  readonly query: string;
  readonly group: string;
}

const DEEPEST = 5;
/**
 * Nothing of the caller's own text is masked; models that learnt from erased persons and connections do not occur here, and are
 * tested elsewhere.
 */
const NOT_WALKED: Readonly<Record<string, (tag: unknown) => boolean>> = {
  classify: () => true,
  erasures: (tag) => tag === 'manageModels',
  connections: (tag) => tag === 'readAudit',
};

/** No version has a companion here, or is one; its fields are those of the version that names it, which are walked. */
const EMPTY_HERE = ['ModelVersion.companion', 'ModelVersion.companionOf'];

/** The ways from each query to fields whose tag none above them has. */
function ways(): Way[] {
  const found: Way[] = [];
  const visit = (type: GraphQLNamedType, names: string[], text: string[], tags: Set<unknown>) => {
    // Its holder, a score or a response, decides whether it is shown; the walk asks for the holder.
    if (!isObjectType(type) || type.name === 'SegmentValue' || names.length >= DEEPEST) return;
    for (const field of Object.values(type.getFields())) {
      const tag = TAGS.get(`${type.name}.${field.name}`);
      const inner = getNamedType(field.type);
      const fresh = tag !== 'public' && !tags.has(tag) && !NOT_WALKED[names[0] ?? field.name]?.(tag);
      const given = argumentsOf(names[0] ?? field.name, field);
      const part = `${field.name}${given}`;
      if (fresh) {
        const leaf = isLeafType(inner) ? part : `${part} { __typename }`;
        const query = [...text, leaf].reduceRight(
          (inside, one) => (inside === '' ? one : `${one} { ${inside} }`),
          '',
        );
        found.push({ names: [...names, field.name], query: `{ ${query} }`, group: String(tag) });
      }
      if (!isLeafType(inner) && !EMPTY_HERE.includes(`${type.name}.${field.name}`))
        visit(inner, [...names, field.name], [...text, part], new Set([...tags, tag]));
    }
  };
  const query = SHAPE.getQueryType();
  if (query) visit(query, [], [], new Set());
  return found;
}

interface Masked {
  readonly path: readonly (string | number)[];
  readonly reason: string;
}

describe('a group that the caller does not have', () => {
  it('is reported wherever a field of it is requested', async () => {
    const all = ways();
    expect(new Set(all.map(({ group }) => group)).size).toBeGreaterThan(8);
    const silent: object[] = [];
    let masked = 0;
    for (const { names, query, group } of all) {
      const answer = await world.ask(`no-${group}`, query);
      if (answer.errors) {
        const codes = answer.errors.map(({ extensions }) => extensions.code);
        if (!codes.every((code) => code === 'FORBIDDEN' || code === 'BAD_USER_INPUT'))
          silent.push({ query, group, errors: answer.errors });
        continue;
      }
      const received = ((answer.extensions?.masked ?? []) as Masked[]).filter(({ reason }) =>
        reason.startsWith('not granted: '),
      );
      const covers = received.some(({ path }) => {
        const fields = path.filter((one) => typeof one === 'string');
        return fields.every((one, i) => one === names[i]);
      });
      if (covers) masked += 1;
      else silent.push({ query, group, data: answer.data });
    }
    expect(silent).toEqual([]);
    expect(masked).toBeGreaterThan(15);
  });

  it('is missed in nothing by a caller with every group', async () => {
    for (const { query } of ways()) {
      const answer = await world.ask('everything', query);
      expect(answer.extensions?.masked, query).toBeUndefined();
    }
  });
});

describe('how models judge responses that the caller may not read', () => {
  const quality = (key: string, from: string, to: string, segment = '') =>
    world.ask<{ modelQuality: { judged: number | null } }>(
      key,
      `{ modelQuality(from: "${from}", to: "${to}"${segment}) { judged accuracy } }`,
    );
  const WEEK_MS = 7 * 24 * HOUR_MS;
  const week = Math.floor(NOW / WEEK_MS) * WEEK_MS;
  const day = (time: number) => new Date(time).toISOString();

  it('is shown to no caller, except that managers of models see everything in whole weeks', async () => {
    const whole = await quality('everything', at(60), at(0));
    expect(whole.data.modelQuality.judged).toBeGreaterThan(0);
    const none = await quality('blind', day(week), day(week + WEEK_MS));
    expect(none).toMatchObject({ data: { modelQuality: { judged: null, accuracy: null } } });
    expect(none.extensions?.masked).toEqual([
      { path: ['modelQuality'], reason: 'not granted: readResponse' },
    ]);
    for (const [from, to, segment] of [
      [at(60), at(0), ''],
      [day(week), day(week + WEEK_MS), ', segment: { region: ["unknown"] }'],
    ] as const) {
      const { errors } = await quality('steward', from, to, segment);
      expect(errors?.[0]?.message).toContain('in whole weeks such as');
    }
    const { data } = await quality('steward', day(week - WEEK_MS), day(week + WEEK_MS));
    expect(data.modelQuality.judged).toBe(
      (await quality('everything', day(week - WEEK_MS), day(week + WEEK_MS))).data.modelQuality.judged,
    );
  });
});
