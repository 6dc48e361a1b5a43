import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_QUERIES } from '../../web/example-queries.ts';
import { ADMIN_KEY, runProgram } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/** A newcomer's first hour: the README and the tour must show what a reader gets. */
const page = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const README = page('README.md');
const TOUR = page('docs/guides/tour.md');
const CONFIGURATION = page('docs/guides/configuration.md');

/** The queries of a page, each with the answer shown below it, if any. */
const queriesOf = (text: string) =>
  [...text.matchAll(/```graphql\n(.*?)\n```\n(?:\n```json\n(.*?)\n```)?/gs)].map(
    ([, query = '', answer]) =>
      [query, answer === undefined ? undefined : (JSON.parse(answer) as unknown)] as const,
  );
const shown = new Map(queriesOf(TOUR));
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

describe('the README and the tour', () => {
  it('open with how to start and how to test', () => {
    expect(README).toMatch(/^# Scoreline\n\n```\nnpm ci && npm start\nnpm ci && npm test\n```\n/);
  });

  it('show the queries of the console, all and no others', () => {
    expect([...shown.keys()]).toEqual(EXAMPLE_QUERIES.map(({ query }) => query));
  });

  it('show the same answers: those of the README are in the tour', () => {
    const inReadme = queriesOf(README);
    expect(inReadme.length).toBeGreaterThan(0);
    for (const [query, answer] of inReadme) {
      expect(answer).toBeDefined();
      expect(answer).toEqual(shown.get(query));
    }
  });

  it("show the summary of the example's import", async () => {
    const command = /npm run import -- (examples\S+) --map (\S+)\n/.exec(README) ?? [];
    const { code, output } = await runProgram(
      [
        'import',
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
    for (const text of [README, TOUR]) {
      const [, summary = ''] = /```\n(accepted {4}.*?)```/s.exec(text) ?? [];
      expect(summary).toContain('accepted    56\n');
      expect(output).toContain(summary);
    }
  });

  const answered = EXAMPLE_QUERIES.filter(({ query }) => shown.get(query) !== undefined);
  it('show an answer to every query but the live one', () => {
    expect(answered.map(({ name }) => name)).toEqual(
      EXAMPLE_QUERIES.map(({ name }) => name).filter((name) => name !== 'Live'),
    );
  });

  it.each(answered)('show the answer to $name', async ({ query }) => {
    const [score] = (shown.get(queryNamed('OneScore')) as { nps: { id: string }[] }).nps;
    const { data, errors } = await server.graphql(query, query.includes('$id') ? { id: score?.id } : {});
    expect(errors).toBeUndefined();
    if (query.includes('classify')) return expect(said(data)).toEqual(said(shown.get(query)));
    expect(rounded(data)).toEqual(rounded(shown.get(query)));
  });

  it('print a report of the newest responses, even when they are in the past', async () => {
    const { code, output } = await runProgram(['report'], server.instance.env).finished;
    expect(code, output).toBe(0);
    expect(output).toContain('from 2026-07-29T00:00:00.000Z to 2026-10-21T00:00:00.000Z');
    expect(output).toContain('<!doctype html>');
    expect(output).not.toContain('no responses');
  });

  it('match the first tab of the console', async () => {
    const headers = { authorization: `Bearer ${ADMIN_KEY}` };
    const tabs = (await (await fetch(`${server.url}/console-tabs.json`, { headers })).json()) as {
      query: string;
    }[];
    const shownFirst = queryNamed('NpsByRegion');
    expect(tabs[0]?.query).toBe(
      `# The newest answer is of 2026-10-20: windows end there, not at the present.\n${shownFirst}`,
    );
  });

  it('show the result of responses sent over HTTP', async () => {
    const [, body = '', answer = ''] = /-d '(\[.*?\])'\n```\n\n```json\n(.*?)```/s.exec(TOUR) ?? [];
    const response = await server.post('/ingest/responses', body);
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual(JSON.parse(answer));
  });

  it('show how to create a key and what it sees', async () => {
    const [, body = ''] = /-d '(\{"query": "mutation \{ createApiKey.*?\})'\n```/s.exec(TOUR) ?? [];
    expect(await (await server.post('/graphql', body)).json()).toMatchObject({
      data: { createApiKey: { key: expect.stringMatching(/^sl_/) } },
    });
    const [, seen = ''] =
      /```\nnpm run policies -- --key "BI Germany"\n```\n\nOne of its parts:\n\n```\n(.*?)```/s.exec(TOUR) ??
      [];
    expect(seen).toContain('readComment');
    const { code, output } = await runProgram(['policies', '--key', 'BI Germany'], server.instance.env)
      .finished;
    expect(code).toBe(0);
    expect(output).toContain(seen);
  });

  it('lead to a guide that lists every environment variable that is read', () => {
    const config = readFileSync(new URL('../../config/environment.ts', import.meta.url), 'utf8');
    const read = [...config.matchAll(/^ {4}([A-Z][A-Z0-9_]+): /gm)].map(([, name]) => name);
    expect(read.length).toBeGreaterThan(8);
    expect(README).toContain('docs/guides/configuration.md');
    for (const name of read) expect(CONFIGURATION).toContain(`\`${name}\``);
  });
});
