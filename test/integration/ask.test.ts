import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openWorld, type World } from '../fixtures/scoped-client.ts';
import { completion, requestOf } from '../fixtures/stub-model.ts';
import { openStub, type StubTarget } from '../fixtures/stub-target.ts';

/* Questions in plain English, with and without a language model; the model is a stub that behaves or lies. */

const HOUR_MS = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS + 30 * 60_000;
const CALLERS = {
  all: {},
  german: { hidden: ['Japan'] },
  aggregates: { withheld: { readResponse: [], readComment: [], readPrediction: [] }, smallestCount: 5 },
};
let stub: StubTarget;
let world: World;
let folder: string;
beforeAll(async () => {
  stub = await openStub();
  folder = mkdtempSync(join(tmpdir(), 'scoreline-ask-'));
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    'dimensions:\n  - field: productLine\n  - field: region\nllm: { allow: [127.0.0.1], seconds: 2 }\n',
  );
  world = await openWorld(NOW, CALLERS, {
    SCORELINE_CONFIG: config,
    SCORELINE_LLM_URL: `${stub.url}/v1`,
    SCORELINE_LLM_MODEL: 'stub-1',
  });
  const answers = (region: string, good: number) =>
    Array.from({ length: 40 }, (_, i) => ({
      externalId: `${region} ${i}`,
      answeredAt: new Date(NOW - (1 + i) * 24 * HOUR_MS).toISOString(),
      region,
      productLine: i % 2 === 0 ? 'Rail' : 'Air',
      score: i < 30 ? (i % 10 < good ? 10 : 3) : 10,
    }));
  await world.submit([...answers('Germany', 7), ...answers('Japan', 3)]);
  await world.submit([
    { externalId: 'p', answeredAt: new Date(NOW - HOUR_MS).toISOString(), region: 'Peru', score: 0 },
    {
      ...{ externalId: 'o', answeredAt: new Date(NOW - 500 * 24 * HOUR_MS).toISOString(), score: 0 },
      ...{ region: 'Orient', productLine: 'Orient' },
    },
  ]);
});
afterAll(async () => {
  await world?.close();
  await stub?.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  stub.answer = () => 'break';
  stub.received.length = 0;
});

interface Answer {
  kind: string | null;
  by: string | null;
  sentences: string[];
  examples: string[];
  failure: string | null;
  data: Record<string, unknown> | null;
  query: { name: string; documentId: string; text: string; variables: object } | null;
}
const FIELDS = 'kind by sentences examples failure data query { name documentId text variables }';
const ask = async (caller: string, question: string, args = ''): Promise<Answer> => {
  const query = `query ($q: String!) { ask(question: $q${args}) { ${FIELDS} } }`;
  const { data, errors } = await world.ask<{ ask: Answer }>(caller, query, { q: question });
  expect(errors).toBeUndefined();
  return data.ask;
};

describe('the grammar', () => {
  it.each<[string, string, string, RegExp]>([
    [
      'What is the score of Germany in the last 30 days?',
      'SCORE',
      'McpScores',
      /^This is about region Germany\. The score of .* is \+44\.8 \(.* from 29 answers\.$/,
    ],
    ['What changed?', 'CHANGE', 'McpChange', /The score fell against .*: the difference is −/],
    [
      'Why did the score fall in Japan?',
      'WHY',
      'AskNarrative',
      /^This is about region Japan\. The score of .* It fell by /,
    ],
    [
      'Compare Germany and Japan',
      'COMPARE',
      'McpScores',
      / region Germany or Japan\. Germany: the score .* Japan: the score /,
    ],
    ['Which regions are the lowest?', 'RANKING', 'McpScores', /^Peru: the score .* Japan: .* Germany: /],
    ['Which themes are mentioned?', 'THEMES', 'McpThemes', /No theme can be shown\./],
  ])('%s', async (question, kind, name, says) => {
    const answer = await ask('all', question);
    expect(answer).toMatchObject({ kind, by: 'GRAMMAR', failure: null, query: { name } });
    expect(answer.sentences.join(' ')).toMatch(says);
    expect(stub.received).toEqual([]);
    const { query } = answer;
    expect(query?.documentId).toBe(
      createHash('sha256')
        .update(query?.text ?? '')
        .digest('hex'),
    );
    // The query that is shown gives the answer that is shown.
    const again = await world.ask('all', query?.text ?? '', query?.variables);
    expect(again.data).toEqual(answer.data);
  });

  it('asks back where a value is one of two dimensions, and says in the answer which one was taken', async () => {
    stub.answer = () => completion(form({ segment: [{ field: 'region', values: ['Orient'] }] }));
    const answer = await ask('all', 'Score of orient in the last 3 years?');
    expect(answer).toMatchObject({ kind: null, by: 'GRAMMAR', query: null, data: null, failure: null });
    expect(answer.sentences).toEqual([
      '"Orient" is a value of product line and a value of region. Which one do you mean?',
    ]);
    expect(stub.received).toEqual([]);
    const chosen = await Promise.all(answer.examples.map((one) => ask('all', one)));
    expect(chosen.map(({ query, sentences }) => [query?.variables, sentences[0]])).toEqual([
      [{ segment: { productLine: ['Orient'] }, window: 'P3Y' }, 'This is about product line Orient.'],
      [{ segment: { region: ['Orient'] }, window: 'P3Y' }, 'This is about region Orient.'],
    ]);
  });

  it('says which kinds of questions it can answer, and answers no part of what it does not understand', async () => {
    const answer = await ask('all', 'What is the score of Atlantis?', ', model: false');
    expect(answer).toMatchObject({ kind: null, by: null, query: null, data: null, failure: null });
    expect(answer.sentences.join()).toContain('"atlantis" is no value here');
    expect(answer.examples).toHaveLength(6);
    for (const example of answer.examples) expect((await ask('all', example)).kind, example).not.toBeNull();
  });
});

describe('what a caller does not see', () => {
  it('is answered as what does not exist', async () => {
    const hidden = await ask('german', 'score of Japan', ', model: false');
    const absent = await ask('german', 'score of Narnia', ', model: false');
    expect(JSON.stringify(hidden).replaceAll('japan', 'narnia')).toBe(JSON.stringify(absent));
    expect((await ask('german', 'Which regions are the lowest?')).sentences.join()).not.toContain('Japan');
    expect((await ask('aggregates', 'score of Peru', ', model: false')).kind).toBeNull();
    stub.answer = () => completion(form({ kind: 'NONE' }));
    await ask('german', 'anything at all that the grammar does not read');
    expect(stub.received.at(-1)?.body).not.toContain('Japan');
  });
});

const form = (more: object) => ({
  ...{ kind: 'SCORE', segment: [], window: 'P30D', asOf: null, groupBy: null, direction: 'ASC' },
  ...more,
});

describe('a language model', () => {
  const QUESTION = 'Kindly inform me about Germany, mail me at jo@example.org';

  it('fills in the form where the grammar does not read the question, which it gets redacted', async () => {
    stub.answer = () => completion(form({ segment: [{ field: 'region', values: ['Germany'] }] }));
    const answer = await ask('all', QUESTION);
    expect(answer).toMatchObject({ kind: 'SCORE', by: 'MODEL', failure: null });
    expect(answer.query?.variables).toEqual({ segment: { region: ['Germany'] }, window: 'P30D' });
    const { data } = requestOf<{ question: string; dimensions: object[] }>(stub.received[0] as never);
    expect(data.question).not.toContain('jo@example.org');
    expect(data.dimensions).toContainEqual({
      field: 'region',
      values: ['Germany', 'Japan', 'Orient', 'Peru'],
    });
  });

  it('that finds no kind leaves the question unanswered', async () => {
    stub.answer = () => completion(form({ kind: 'NONE' }));
    expect(await ask('all', QUESTION)).toMatchObject({ kind: null, failure: null });
  });

  it.each<[string, object]>([
    ['a value that does not exist', form({ segment: [{ field: 'region', values: ['Narnia'] }] })],
    ['a field that does not exist', form({ segment: [{ field: 'respondent', values: ['x'] }] })],
    ['an argument that is not declared', { ...form({}), query: '{ apiKeys { id } }' }],
    ['a kind that does not exist', form({ kind: 'DELETE' })],
    ['a window that does not exist', form({ window: 'P1000Y' })],
    ['a division of no dimension', form({ kind: 'RANKING', groupBy: 'respondent' })],
    ['GraphQL text', { query: 'mutation { revokeKey(id: "x") }' }],
  ])('that answers %s is refused', async (_what, content) => {
    stub.answer = () => completion(content);
    expect(await ask('all', QUESTION)).toMatchObject({ kind: null, query: null, failure: 'MALFORMED' });
  });

  it('that hangs or fails is said, with what can be asked without it', async () => {
    stub.answer = () => 'hang';
    expect(await ask('all', QUESTION)).toMatchObject({ kind: null, failure: 'TIMEOUT' });
    stub.answer = () => ({ status: 500 });
    expect(await ask('all', QUESTION)).toMatchObject({ kind: null, failure: 'STATUS' });
  });
});

it('refuses long questions', async () => {
  const { errors } = await world.ask('all', `{ ask(question: "${'score '.repeat(60)}") { kind } }`);
  expect(errors?.[0]?.message).toContain('at most 200');
});
