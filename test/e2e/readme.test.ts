import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_QUERIES } from '../../web/example-queries.ts';
import { ADMIN_KEY, runProgram } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/** A newcomer's first hour: what the README shows must be what they get. */
const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** Each query as the README shows it, with the answer shown below it, if one is. */
const shown = new Map(
  [...README.matchAll(/```graphql\n(.*?)\n```\n(?:\n```json\n(.*?)\n```)?/gs)].map(
    ([, query = '', answer]) => [query, answer === undefined ? undefined : (JSON.parse(answer) as unknown)],
  ),
);
const queryNamed = (name: string) => EXAMPLE_QUERIES.find((example) => example.name === name)?.query ?? '';

/** Numbers to nine places: the last bit of a logarithm may differ from machine to machine. */
const rounded = (value: unknown) =>
  JSON.parse(JSON.stringify(value), (_, item) =>
    typeof item === 'number' ? Number(item.toFixed(9)) : item,
  ) as unknown;

/** What a model says, without how surely: processors multiply eight-bit integers in different ways. */
const said = (answer: unknown) =>
  (answer as { classify: { class: string; sentiment: string; themes: { theme: string }[] }[] }).classify.map(
    (one) => [one.class, one.sentiment, one.themes[0]?.theme],
  );

const server = useServer({ follow: true });

describe('the README', () => {
  it('opens with how to start and how to test', () => {
    expect(README).toMatch(/^# Scoreline\n\n```\nnpm ci && npm start\nnpm ci && npm test\n```\n/);
  });

  it('shows the queries of the console, all and no others', () => {
    expect([...shown.keys()]).toEqual(EXAMPLE_QUERIES.map(({ query }) => query));
  });

  it("shows the account of the example's import", async () => {
    const command = /npm run import -- (examples\S+) --map (\S+)\n/.exec(README) ?? [];
    const { code, output } = await runProgram(
      [
        'cli/import.ts',
        command[1] ?? '',
        '--map',
        command[2] ?? '',
        '--url',
        server.url,
        '--rejects',
        `${server.instance.dataDir}/rejects`,
      ],
      server.instance.env,
    ).finished;
    expect(code).toBe(0);
    const [, account = ''] = /```\n(accepted {4}.*?)```/s.exec(README) ?? [];
    expect(account).toContain('accepted    56\n');
    expect(output).toContain(account);
  });

  const answered = EXAMPLE_QUERIES.filter(({ query }) => shown.get(query) !== undefined);
  it('shows an answer to every query but the live one', () => {
    expect(answered.map(({ name }) => name)).toEqual(
      EXAMPLE_QUERIES.map(({ name }) => name).filter((name) => name !== 'Live'),
    );
  });

  it.each(answered)('shows the answer to $name', async ({ query }) => {
    const [score] = (shown.get(queryNamed('OneScore')) as { nps: { id: string }[] }).nps;
    const { data, errors } = await server.graphql(query, query.includes('$id') ? { id: score?.id } : {});
    expect(errors).toBeUndefined();
    if (query.includes('classify')) return expect(said(data)).toEqual(said(shown.get(query)));
    expect(rounded(data)).toEqual(rounded(shown.get(query)));
  });

  it('shows a report of the newest answers, though they are of the past', async () => {
    const { code, output } = await runProgram(['cli/report.ts'], server.instance.env).finished;
    expect(code, output).toBe(0);
    expect(output).toContain('from 2026-07-29T00:00:00.000Z to 2026-10-21T00:00:00.000Z');
    expect(output).toContain('<!doctype html>');
    expect(output).not.toContain('no responses');
  });

  it('has the console begin with what it shows first', async () => {
    const headers = { authorization: `Bearer ${ADMIN_KEY}` };
    const tabs = (await (await fetch(`${server.url}/console-tabs.json`, { headers })).json()) as {
      query: string;
    }[];
    const shownFirst = queryNamed('NpsByRegion');
    expect(tabs[0]?.query).toBe(
      `# The newest answer is of 2026-10-20: windows end there, not at the present.\n${shownFirst}`,
    );
  });

  it('shows what becomes of answers sent by HTTP', async () => {
    const [, body = '', answer = ''] = /-d '(\[.*?\])'\n```\n\n```json\n(.*?)```/s.exec(README) ?? [];
    const response = await server.post('/ingest/responses', body);
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual(JSON.parse(answer));
  });

  it('shows how a key is made and what it sees', async () => {
    const [, body = ''] = /-d '(\{"query": "mutation \{ createApiKey.*?\})'\n```/s.exec(README) ?? [];
    expect(await (await server.post('/graphql', body)).json()).toMatchObject({
      data: { createApiKey: { key: expect.stringMatching(/^sl_/) } },
    });
    const [, seen = ''] =
      /```\nnpm run policies -- --key "BI Germany"\n```\n\nIt begins with:\n\n```\n(.*?)```/s.exec(README) ??
      [];
    expect(seen).toContain('readScore');
    const { code, output } = await runProgram(['cli/policies.ts', '--key', 'BI Germany'], server.instance.env)
      .finished;
    expect(code).toBe(0);
    expect(output).toContain(seen);
  });

  it('names every variable of the environment that is read', () => {
    const config = readFileSync(new URL('../../config/environment.ts', import.meta.url), 'utf8');
    const read = [...config.matchAll(/^ {4}([A-Z][A-Z0-9_]+): /gm)].map(([, name]) => name);
    expect(read.length).toBeGreaterThan(8);
    for (const name of read) expect(README).toContain(`\`${name}\``);
  });
});
