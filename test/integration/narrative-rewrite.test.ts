import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addressGuard } from '../../agents/delivery/guard.ts';
import { openModel } from '../../agents/narrator/model.ts';
import { openWorld, type World } from '../fixtures/scoped-client.ts';
import { until } from '../fixtures/server.ts';
import { completion, type GivenFact, honest, requestOf, type Written } from '../fixtures/stub-model.ts';
import { openStub, type StubAnswer, type StubTarget } from '../fixtures/stub-target.ts';

/* A stub that behaves, lies, hangs, fails and talks without end stands for the endpoint of the language model. */

const HOUR_MS = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS + 30 * 60_000;
const at = (hours: number) => new Date(NOW - hours * HOUR_MS).toISOString();
const BAD = 'We waited for hours at the counter and the delay was never explained to us';
const GOOD = 'The staff were friendly and helpful and everything went very well';
const KEY = 'secret-of-the-endpoint';
const PER_HOUR = 30;
const CALLERS = {
  open: {},
  kept: { withheld: { sendComments: [] } },
  german: { hidden: ['Japan'], withheld: { sendComments: ['Germany'] } },
  numbers: { withheld: { readComment: [], readResponse: [], readPrediction: [] }, smallestCount: 5 },
  spender: {},
  liar: {},
};

let stub: StubTarget;
let world: World;
let folder: string;
const answers = (region: string, count: number) =>
  Array.from({ length: count }, (_, i) => {
    const isRecent = i % 2 === 0;
    const isGood = isRecent ? i % 10 < 4 : i % 10 < 8;
    return {
      externalId: `${region} ${i}`,
      source: 'web',
      answeredAt: at(1 + (isRecent ? 0 : 30 * 24) + (i % 600)),
      region,
      productLine: i % 3 === 0 ? 'Rail' : 'Air',
      score: isGood ? 10 : 2,
      comment: `${isGood ? GOOD : BAD}, in ${region} case ${i}.`,
    };
  });
const scored = async () => {
  type Edge = { node: { prediction: object | null } };
  await until(async () => {
    const query = '{ responses(first: 500) { edges { node { prediction { uncertainty } } } } }';
    const { data } = await world.ask<{ responses: { edges: Edge[] } }>('open', query);
    return data.responses.edges.every(({ node }) => node.prediction !== null);
  }, 'all are scored');
};
beforeAll(async () => {
  stub = await openStub();
  folder = mkdtempSync(join(tmpdir(), 'scoreline-llm-'));
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    `dimensions:\n  - field: productLine\n  - field: region\nllm: { allow: [127.0.0.1], seconds: 2, requestsPerHour: ${PER_HOUR} }\n`,
  );
  world = await openWorld(NOW, CALLERS, {
    TEST_FOLLOW: 'true',
    SCORELINE_CONFIG: config,
    SCORELINE_LLM_URL: `${stub.url}/v1/`,
    SCORELINE_LLM_MODEL: 'stub-1',
    SCORELINE_LLM_KEY: KEY,
  });
  await world.submit(answers('Germany', 300));
  await scored();
});
afterAll(async () => {
  await world?.close();
  await stub?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Narrative {
  by: string;
  model: string | null;
  refused: string[];
  failure: string | null;
  sentences: { text: string; facts: { kind: string; quote: string | null }[] }[];
}
const narrative = async (caller: string, args = 'rewrite: true'): Promise<Narrative> => {
  const query = `{ narrative(${args}) { by model refused failure sentences { text facts { kind quote } } } }`;
  const { data, errors } = await world.ask<{ narrative: Narrative }>(caller, query);
  expect(errors).toBeUndefined();
  return data.narrative;
};
const textOf = ({ sentences }: Narrative) => sentences.map(({ text }) => text).join(' ');
const writing = (write: (facts: GivenFact[]) => Written[]) => {
  stub.answer = (request) => completion({ sentences: write(requestOf(request).data.facts) });
};
const lastBody = () => stub.received.at(-1)?.body ?? '';
beforeEach(() => writing(honest));

describe('a model that behaves', () => {
  it('writes the text, from the facts alone', async () => {
    const said = await narrative('open');
    expect(said).toMatchObject({ by: 'MODEL', model: 'stub-1', refused: [], failure: null });
    expect(said.sentences[0]?.text).toMatch(/^The score of .* It fell by /);
    const last = stub.received.at(-1);
    expect(last?.path).toBe('/v1/chat/completions');
    expect(last?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(requestOf({ body: lastBody() })).toMatchObject({
      model: 'stub-1',
      temperature: 0,
      response_format: { type: 'json_schema' },
    });
  });

  it('is asked only where that is wanted', async () => {
    const before = stub.received.length;
    expect(await narrative('open', 'rewrite: false')).toMatchObject({
      by: 'TEMPLATE',
      model: null,
      failure: null,
    });
    expect(stub.received).toHaveLength(before);
  });
});

describe('comments', () => {
  it('leave under the right to send them, and are quoted without it too', async () => {
    const open = await narrative('open');
    expect(textOf(open)).toContain(`“${GOOD}`);
    expect(lastBody()).toContain(GOOD);
    const kept = await narrative('kept');
    expect(kept.by).toBe('MODEL');
    expect(textOf(kept)).toContain(`“${GOOD}`);
    expect(kept.sentences.at(-1)?.facts[0]?.kind).toBe('QUOTE');
    expect(lastBody()).not.toMatch(/waited|friendly|counter|case \d/);
    expect(lastBody()).not.toContain('QUOTE');
    await narrative('numbers');
    expect(lastBody()).not.toMatch(/waited|friendly|counter|case \d/);
  });

  it('of segments that a caller does not see change nothing of what leaves', async () => {
    await narrative('german');
    const before = lastBody();
    expect(before).not.toMatch(/waited|friendly/);
    await world.submit(answers('Japan', 100));
    await scored();
    await narrative('german');
    expect(lastBody()).toBe(before);
    await narrative('open');
    expect(lastBody()).not.toBe(before);
  });
});

describe('a model that lies', () => {
  const lie = (change: (sentence: Written, fact: GivenFact | undefined) => Written) =>
    writing((facts) =>
      facts.map(({ sentence, id }) =>
        change(
          { text: sentence, facts: [id] },
          facts.find((fact) => fact.id === id),
        ),
      ),
    );
  const swapped = (text: string) =>
    text.replace(/Germany|Japan/g, (name) => (name === 'Japan' ? 'Germany' : 'Japan'));

  it.each<[string, string, () => void]>([
    [
      'changes numbers',
      'NUMBER',
      () => lie((one) => ({ ...one, text: one.text.replace(/(\d)\.(\d)/, '$1$1.$2') })),
    ],
    ['adds a number', 'NUMBER', () => lie((one) => ({ ...one, text: `${one.text} That is 17 points.` }))],
    ['swaps segments', 'NAME', () => lie((one) => ({ ...one, text: swapped(`Germany: ${one.text}`) }))],
    ['names another segment', 'NAME', () => lie((one) => ({ ...one, text: `In Peru, ${one.text}` }))],
    [
      'turns the direction',
      'DIRECTION',
      () => lie((one) => ({ ...one, text: one.text.replace('fell', 'rose') })),
    ],
    ['invents a quote', 'QUOTE', () => lie((one) => ({ ...one, text: `${one.text} “It is a scam.”` }))],
    [
      'states a cause',
      'CAUSE',
      () => lie((one) => ({ ...one, text: `${one.text} This is due to the staff.` })),
    ],
    ['cites what is not there', 'UNKNOWN_FACT', () => lie((one) => ({ ...one, facts: ['f99'] }))],
    [
      'leaves out the score',
      'OMITTED',
      () => writing((facts) => honest(facts.filter(({ kind }) => kind === 'THEME'))),
    ],
  ])('and %s is refused: %s', async (_what, why, begin) => {
    begin();
    const said = await narrative('liar');
    expect(said).toMatchObject({ by: 'TEMPLATE', failure: null });
    expect(said.refused).toContain(why);
    expect(textOf(said)).toBe(textOf(await narrative('liar', 'rewrite: false')));
  });
});

describe('an endpoint that fails', () => {
  const huge = () => completion({ sentences: [{ text: 'x'.repeat(300_000), facts: ['f1'] }] });
  it.each<[string, string, () => StubAnswer | Promise<StubAnswer>]>([
    ['does not answer', 'TIMEOUT', () => 'hang'],
    ['answers 500', 'STATUS', () => ({ status: 500, body: 'oops' })],
    ['answers without end', 'TOO_LONG', huge],
    ['closes the connection', 'UNREACHABLE', () => 'break'],
    ['answers no JSON', 'MALFORMED', () => ({ status: 200, body: '<html>' })],
    ['answers other JSON', 'MALFORMED', () => completion({ sentences: 'all is well' })],
    [
      'redirects elsewhere',
      'ADDRESS_REFUSED',
      () => ({ status: 307, headers: { location: 'http://10.0.0.1/' } }),
    ],
  ])('because it %s leaves the text of the templates: %s', async (_what, failure, answer) => {
    stub.answer = answer;
    const said = await narrative('kept');
    expect(said).toMatchObject({ by: 'TEMPLATE', failure, refused: [], model: 'stub-1' });
    expect(textOf(said)).toBe(textOf(await narrative('kept', 'rewrite: false')));
  });

  it('is not asked at a private address that the configuration does not allow', async () => {
    const model = openModel({
      ...{ url: stub.url, model: 'm', key: undefined, seconds: 5, now: Date.now },
      guard: addressGuard([], undefined, 'llm.allow'),
    });
    const body = model.bodyOf({ instructions: '', data: {}, answer: { name: 'a', schema: {} } });
    const before = stub.received.length;
    await expect(model.ask(body)).rejects.toMatchObject({ failure: 'ADDRESS_REFUSED' });
    await expect(model.ask(body)).rejects.toThrow('llm.allow');
    expect(stub.received).toHaveLength(before);
  });
});

it('asks for a caller so often an hour, and no more', async () => {
  const failures: (string | null)[] = [];
  for (let i = 0; i <= PER_HOUR; i++)
    failures.push((await narrative('spender', 'rewrite: true, quotes: false')).failure);
  expect(failures).toEqual([...Array.from({ length: PER_HOUR }, () => null), 'BUDGET']);
  expect((await narrative('open')).failure).toBeNull();
});

it('records what left, to which model, and what became of the answer, without texts and secrets', async () => {
  await narrative('open');
  const query = `{ auditLog(first: 20) { edges { node { action subject } } } }`;
  const { data } = await world.ask<{ auditLog: { edges: { node: { action: string; subject: object } }[] } }>(
    'open',
    query,
  );
  const rows = data.auditLog.edges.map(({ node }) => node);
  const asked = rows.find(({ action }) => action === 'model.ask');
  expect(asked?.subject).toMatchObject({
    model: 'stub-1',
    host: new URL(stub.url).host,
    prompt: 'narrative@2',
    promptHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    requestHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    sheetHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    comment: { responses: expect.arrayContaining([expect.stringMatching(/^[0-9a-f-]{36}$/)]) },
  });
  expect(rows.find(({ action }) => action === 'model.answer')?.subject).toMatchObject({
    by: 'MODEL',
    refused: [],
  });
  expect(JSON.stringify(rows)).not.toMatch(/waited|friendly|secret-of/);
});
