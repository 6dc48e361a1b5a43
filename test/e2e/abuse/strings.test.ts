import {
  buildClientSchema,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  type IntrospectionQuery,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import fc from '../../fixtures/properties.ts';
import { ADMIN_KEY } from '../../fixtures/server.ts';
import { useServer } from '../../fixtures/use-server.ts';

/* Every text at every endpoint: an invalid one is rejected on its own, and the items beside it are stored. */

const CONFIG = `export default {
  dimensions: [{ field: 'region' }],
  nameBounds: { sources: 2, surveys: 3, mappings: 5, minute: 5 },
};`;
const SUBMIT = `mutation ($input: [ResponseInput!]!) { submitResponses(input: $input) {
  accepted duplicates rejected { index code message } rejectedTotal } }`;
const server = useServer({
  config: CONFIG,
  keys: { one: 'collector', two: 'collector', three: 'collector' },
});

interface Account {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly { readonly index: number; readonly code: string; readonly message: string }[];
  readonly rejectedTotal: number;
}
type Item = Record<string, unknown>;

const AT = '2026-01-01T00:00:00Z';
let next = 0;
const item = (more: Item = {}): Item => ({ externalId: `n${next++}`, answeredAt: AT, score: 9, ...more });

async function accountOf(answer: Response): Promise<Account> {
  const text = await answer.text();
  expect([202, 422], text.slice(0, 300)).toContain(answer.status);
  return JSON.parse(text) as Account;
}

const MAP = {
  source: 'api',
  survey: { name: 'nps', version: '1' },
  externalId: 'externalId',
  respondent: 'respondent',
  answeredAt: { column: 'answeredAt' },
  score: { column: 'score', scale: '0-10' },
  comment: 'comment',
  dimensions: { region: { column: 'region' } },
};

/** How each endpoint takes items in Scoreline's own form. */
const DOORS: Readonly<Record<string, (items: readonly Item[]) => Promise<Account>>> = {
  json: async (items) => accountOf(await server.post('/ingest/responses', items)),
  ndjson: async (items) =>
    accountOf(
      await server.post(
        '/ingest/responses',
        items.map((one) => JSON.stringify(one)).join('\n'),
        'application/x-ndjson',
      ),
    ),
  mutation: async (input) => {
    const { data, errors } = await server.graphql<{ submitResponses: Account }>(SUBMIT, { input });
    expect(errors).toBeUndefined();
    return data.submitResponses;
  },
  file: async (items) => {
    const rows = items.map((values, i) => ({
      line: i + 2,
      values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)])),
    }));
    const body = [{ map: MAP, file: 'f.ndjson' }, ...rows].map((one) => JSON.stringify(one)).join('\n');
    return accountOf(await server.post('/ingest/file', body));
  },
};

/** The fields of an item that each endpoint reads, under its names. */
const NAMED = ['externalId', 'respondent', 'region'];
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  json: [...NAMED, 'source', 'survey', 'surveyVersion'],
  ndjson: [...NAMED, 'source', 'survey', 'surveyVersion'],
  mutation: [...NAMED, 'source', 'survey', 'surveyVersion'],
  file: NAMED,
};
const BAD = [
  'a\u0000b',
  'a\u0001b',
  'a\u0085b',
  'a\u2028b\u2029',
  'a\ud800',
  '\udfffa',
  'a\u202eb',
  'x'.repeat(5_000),
];
/** What a value of a dimension may be: lines in it are joined, and what is too long is filed under "other". */
const KEPT_AS_VALUE = new Set(['a\u2028b\u2029', 'x'.repeat(5_000)]);

describe.each(Object.keys(DOORS))('an invalid text in %s', (door) => {
  const take = DOORS[door] as (typeof DOORS)[string];

  it('is rejected by its field, and the items beside it are stored', async () => {
    const bad = (FIELDS[door] ?? []).flatMap((field) =>
      BAD.filter((text) => field !== 'region' || !KEPT_AS_VALUE.has(text)).map((text) => ({ field, text })),
    );
    const account = await take([item(), ...bad.map(({ field, text }) => item({ [field]: text })), item()]);
    expect(account).toMatchObject({ accepted: 2, rejectedTotal: bad.length });
    for (const [i, { field, text }] of bad.entries()) {
      const received = account.rejected[i];
      expect(received?.index).toBe(i + 1);
      expect(
        received?.message.startsWith(`${field}:`),
        `${field} ${JSON.stringify(text.slice(0, 9))}: ${received?.message}`,
      ).toBe(true);
    }
  });

  it('never fails a request, for any text', async () => {
    const texts = fc.sample(fc.string({ unit: 'binary', maxLength: 300 }), { numRuns: 40, seed: 13 });
    const fields = [...NAMED, 'comment', 'answeredAt'];
    const items = texts.flatMap((text, i) => [item({ [fields[i % fields.length] as string]: text }), item()]);
    const { accepted, duplicates, rejectedTotal, rejected } = await take(items);
    expect(accepted + duplicates + rejectedTotal).toBe(items.length);
    expect(accepted + duplicates).toBeGreaterThanOrEqual(texts.length);
    expect(rejected.every(({ index, message }) => index % 2 === 0 && message.length <= 300)).toBe(true);
  });
});

it('the same id through every endpoint is one response, however it is typed', async () => {
  const typed = ['Cafe\u0301 7', '\u00a0Caf\u00e9 7 ', 'Caf\u00e9 7\t', ' Cafe\u0301 7\u2003'];
  const doors = ['json', 'ndjson', 'mutation', 'file'];
  const same = (text: string) =>
    item({ externalId: text, region: ` Sa\u0303o  Paulo${text.slice(-1).trim() && ' '}` });
  const accounts: Account[] = [];
  for (const [i, door] of doors.entries())
    accounts.push(await (DOORS[door] as (typeof DOORS)[string])([same(typed[i] as string)]));
  expect(accounts.map(({ accepted, duplicates }) => [accepted, duplicates])).toEqual([
    [1, 0],
    [0, 1],
    [0, 1],
    [0, 1],
  ]);
  // The source too.
  const sources = await (DOORS.json as (typeof DOORS)[string])([
    item({ externalId: 'Caf\u00e9 7', source: ' api ', region: 'S\u00e3o Paulo' }),
  ]);
  expect(sources).toMatchObject({ duplicates: 1 });
});

describe('names are bounded for each key', () => {
  const send = async (key: string, items: readonly Item[]): Promise<Account> =>
    accountOf(
      await fetch(`${server.url}/ingest/responses`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(items),
      }),
    );
  const codes = ({ rejected }: Account) => rejected.map(({ code }) => code);

  it('of sources, of surveys and of mappings; existing ones may still be used', async () => {
    const { one = '', two = '', three = '' } = server.keys;
    const named = await send(
      one,
      [1, 2, 3, 4].map((i) => item({ source: `mine ${i}` })),
    );
    expect(named.accepted).toBe(2);
    expect(codes(named)).toEqual(['TOO_MANY_SOURCES', 'TOO_MANY_SOURCES']);
    expect((await send(one, [item({ source: 'mine 1' }), item({ source: 'mine 3' })])).accepted).toBe(1);

    const surveys = await send(
      two,
      [1, 2, 3, 4].map((i) => item({ source: 'mine 1', survey: `s${i}` })),
    );
    expect(surveys.accepted).toBe(3);
    expect(codes(surveys)).toEqual(['TOO_MANY_SURVEYS']);

    const many = await send(
      three,
      Array.from({ length: 50 }, (_, i) => item({ source: 'mine 1', surveyVersion: `v${i}` })),
    );
    expect([many.accepted, many.rejectedTotal]).toEqual([3, 47]);
    expect(new Set(codes(many))).toEqual(new Set(['TOO_MANY_SURVEYS', 'TOO_MANY_MAPPINGS']));
  });
});

describe('arguments of GraphQL', () => {
  /** A value of the type in which the first text is the hostile one. */
  function valueFor(type: GraphQLInputType, text: string): unknown {
    if (isNonNullType(type)) return valueFor(type.ofType, text);
    if (isListType(type)) return [valueFor(type.ofType, text)];
    if (isInputObjectType(type))
      return Object.fromEntries(
        Object.values(type.getFields())
          .filter(
            ({ type: inner }) =>
              isNonNullType(inner) || ['String', 'JSON'].includes(getNamedType(inner).name),
          )
          .map(({ name, type: inner }) => [name, valueFor(inner, text)]),
      );
    if (isEnumType(type)) return type.getValues()[0]?.name;
    const { name } = getNamedType(type);
    if (name === 'String' || name === 'ID') return text;
    if (name === 'JSON') return { region: [text] };
    return { DateTime: AT, Duration: 'P30D', Int: 1, Float: 0.95, Boolean: true }[name];
  }

  const holdsText = ({ type }: GraphQLArgument) =>
    ['String', 'ID', 'JSON'].includes(getNamedType(type).name) || isInputObjectType(getNamedType(type));

  it('are refused with what is wrong, each of them; nothing is a server error', async () => {
    const { data } = await server.graphql<IntrospectionQuery>(getIntrospectionQuery());
    const schema: GraphQLSchema = buildClientSchema(data);
    const asked: string[] = [];
    for (const [operation, type] of [
      ['query', schema.getQueryType()],
      ['mutation', schema.getMutationType()],
    ] as const)
      for (const field of Object.values(type?.getFields() ?? {})) {
        for (const hostile of field.args.filter(holdsText))
          for (const text of ['a\u0000b', 'a\ud800', 'x'.repeat(100_000)]) {
            const args = field.args.filter(
              (argument) => argument === hostile || isNonNullType(argument.type),
            );
            const declared = args.map(({ name, type: inner }) => `$${name}: ${String(inner)}`).join(', ');
            const passed = args.map(({ name }) => `${name}: $${name}`).join(', ');
            // What submits lists accounts for each item.
            const isList = getNamedType(field.type).name === 'SubmitPayload';
            const fields = isList ? ' { rejected { code } }' : ' { __typename }';
            const inner = 'getFields' in getNamedType(field.type) ? fields : '';
            const variables = Object.fromEntries(
              args.map((argument) => [
                argument.name,
                valueFor(argument.type, argument === hostile ? text : 'plain'),
              ]),
            );
            const query = `${operation} (${declared}) { ${field.name}(${passed})${inner} }`;
            const answer = await server.graphql<Record<string, { rejected?: { code: string }[] }>>(
              query,
              variables,
            );
            const name = `${field.name}(${hostile.name}) ${JSON.stringify(text.slice(0, 5))}`;
            const said = `${name}: ${JSON.stringify(answer).slice(0, 300)}`;
            if (isList) expect(answer.data?.[field.name]?.rejected, said).toHaveLength(1);
            else expect(answer.errors?.[0]?.extensions.code, said).toBe('BAD_USER_INPUT');
            expect(JSON.stringify(answer).length, name).toBeLessThan(3_000);
            asked.push(name);
          }
      }
    expect(asked.length).toBeGreaterThan(60);
    expect(server.output()).not.toContain('unexpected error');
  });

  it('and the purpose of a request', async () => {
    const ask = (purpose: string) =>
      fetch(`${server.url}/ingest/responses`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${ADMIN_KEY}`,
          'content-type': 'application/json',
          'x-scoreline-purpose': Buffer.from(purpose).toString('latin1'),
        },
        body: JSON.stringify(item()),
      });
    expect((await ask('audit of May, caf\u00e9')).status).toBe(202);
    for (const purpose of ['a\u0085b', 'a\u202eb', 'x'.repeat(201)])
      expect((await ask(purpose)).status).toBe(400);
  });
});
