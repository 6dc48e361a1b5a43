import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runProgram } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* What is stored of a comment, and the command that shows it beforehand. */

const CASES = new URL('../fixtures/cases/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'scoreline-redaction-'));
const server = useServer({ follow: true });
const NAMES_ON = 'dimensions:\n  - field: region\nredaction:\n  names: on\n  keep: [Grace]\n';
const nameless = useServer({ config: NAMES_ON });
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
});

/** By external id, as the README of the cases says. */
const STORED: Readonly<Record<string, string>> = {
  fullwidth: '連絡先は[phone]です',
  'fullwidth-mail': '[email] まで',
  'arabic-digits': 'اتصل بي على [phone]',
  'cn-mobile': '请打手机[phone]',
  'br-mobile': 'fone [phone]',
  glued: 'contact[phone]',
  ssn: 'my SSN is [id]',
  passport: 'passport number: [id]',
  bank: 'bank account: [account]',
  order: 'Order 00555501234 came late',
  growth: 'traffic grew by +100 000 000 visits',
};

it('stores comments redacted, and the rest as it was written', async () => {
  const file = readFileSync(join(CASES, '07-comments.ndjson'), 'utf8');
  const answer = await server.post('/ingest/responses', file, 'application/x-ndjson');
  expect(await answer.json()).toMatchObject({ accepted: 11, rejected: [] });
  const { data } = await server.graphql<{
    responses: { edges: { node: { externalId: string; comment: string } }[] };
  }>('{ responses(first: 20) { edges { node { externalId comment } } } }');
  expect(Object.fromEntries(data.responses.edges.map(({ node }) => [node.externalId, node.comment]))).toEqual(
    STORED,
  );
});

it('shows what would be stored of a text, a column or a field, and what was removed', async () => {
  const redact = (...args: string[]) => runProgram(['redact', ...args], server.instance.env).finished;
  const ndjson = await redact(join(CASES, '07-comments.ndjson'), '--field', 'comment');
  for (const text of Object.values(STORED)) expect(ndjson.output).toContain(`${text}\n`);
  expect(ndjson.output).toContain('11 texts, 9 changed; removed: email 1, phone 5, id 2, account 1');
  const csv = join(folder, 'a.csv');
  writeFileSync(csv, 'who,why\n1,"call 212-555-0123,\nplease"\n2,fine\n');
  expect((await redact(csv, '--column', 'why')).output).toContain('call [phone], please\nfine\n');
  const missing = await redact(csv, '--column', 'what');
  expect([missing.code, missing.output]).toEqual([
    1,
    expect.stringContaining('no column "what"; it has "who", "why"'),
  ]);
  const report = await redact('--report', '--size', '300', '--seed', '3');
  expect(report.output).toMatch(/phone +\d+ +\d+ +\d+\.\d % +\d+\.\d %/);
});

describe('names in comments', () => {
  const SAID =
    'Maria Gonzalez in support was great, so was Grace. I live at 12 Baker Street, call 212-555-0123.';
  const item = (externalId: string, comment: string) =>
    JSON.stringify({ externalId, answeredAt: '2026-03-01T10:00:00Z', score: 9, comment });
  const READ = '{ responses(first: 50) { edges { node { id externalId comment } } } }';
  type Read = { responses: { edges: { node: { id: string; externalId: string; comment: string } }[] } };
  const stored = async (of: typeof server) => {
    const { data } = await of.graphql<Read>(READ);
    return new Map(data.responses.edges.map(({ node }) => [node.externalId, node]));
  };
  const send = async (of: typeof server, ...items: string[]) =>
    (await of.post('/ingest/responses', items.join('\n'), 'application/x-ndjson')).json();

  it('are removed where a deployment asks for it, and stay where it does not', async () => {
    const long = `${'It was fine. '.repeat(150)}Thanks to Maria Gonzalez.`;
    const items = [
      item('said', SAID),
      item('ja', 'サポートの田中さんは親切でした。ありがとう。'),
      item('long', long),
      item('half', 'Ask Maria Gonzalez \ud83d'),
      item('placeholder', 'write to jane@example.com'),
    ];
    expect(await send(nameless, ...items)).toMatchObject({ accepted: 5, rejected: [] });
    const kept = await stored(nameless);
    expect(kept.get('said')?.comment).toBe(
      '[name] in support was great, so was Grace. I live at [address], call [phone].',
    );
    expect(kept.get('ja')?.comment).toBe('サポートの田中さんは親切でした。ありがとう。');
    expect(kept.get('long')?.comment).toBe(`${'It was fine. '.repeat(150)}Thanks to [name].`);
    expect(kept.get('half')?.comment).toBe('Ask [name] ');
    expect(kept.get('placeholder')?.comment).toBe('write to [email]');
    // The same answer again is the same content.
    expect(await send(nameless, item('said', SAID))).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(await send(server, item('said', SAID))).toMatchObject({ accepted: 1 });
    expect((await stored(server)).get('said')?.comment).toContain('Maria Gonzalez');
  });

  it('are removed from a corrected comment too, and the mapping says by what', async () => {
    const response = (await stored(nameless)).get('placeholder')?.id;
    const { errors } = await nameless.graphql(
      'mutation ($response: ID!) { correctResponse(response: $response, comment: "ask Maria Gonzalez", reason: "asked") }',
      { response },
    );
    expect(errors).toBeUndefined();
    expect((await stored(nameless)).get('placeholder')?.comment).toBe('ask [name]');
    const trace = '{ trace(id: "ID") { nodes { label } } }'.replace('ID', response as string);
    const { data } = await nameless.graphql<{ trace: { nodes: { label: string }[] } }>(trace);
    expect(data.trace.nodes.map(({ label }) => label)).toContainEqual(
      expect.stringMatching(/ mapping, .*names removed by rampart [0-9a-f]{12}$/),
    );
  });

  it('are nothing that segment rules read; the segment that rules give says which numbers are of its country', async () => {
    const config = `dimensions:
  region:
    - { attribute: comment, pattern: "*Gonzalez*", value: Peru }
    - { attribute: agent, equals: Maria Gonzalez, value: Chile }
    - { attribute: country, lookup: { DK: Denmark } }`;
    const { errors } = await nameless.graphql(
      'mutation ($config: String!) { applySegmentRules(config: $config, reason: "test") { version } }',
      { config },
    );
    expect(errors).toBeUndefined();
    const comment = 'Maria Gonzalez said 33 12 45 67 twice';
    const ruled = (externalId: string, attributes: object) =>
      JSON.stringify({ ...JSON.parse(item(externalId, comment)), attributes });
    const items = [
      ruled('nothing', { note: 'Maria Gonzalez' }),
      ruled('agent', { agent: 'Maria Gonzalez' }),
      ruled('country', { country: 'DK' }),
    ];
    expect(await send(nameless, ...items)).toMatchObject({ accepted: 3, rejected: [] });
    const { data } = await nameless.graphql<{
      responses: { edges: { node: { externalId: string; comment: string; region: string } }[] };
    }>('{ responses(first: 50) { edges { node { externalId comment region } } } }');
    const found = data.responses.edges.map(({ node }) => [node.externalId, [node.region, node.comment]]);
    expect(Object.fromEntries(found)).toMatchObject({
      nothing: ['unknown', '[name] said 33 12 45 67 twice'],
      agent: ['Chile', '[name] said 33 12 45 67 twice'],
      country: ['Denmark', '[name] said [phone] twice'],
    });
  });

  it('are shown beforehand', async () => {
    const file = join(folder, 'names.txt');
    writeFileSync(file, `${SAID}\n`);
    const shown = await runProgram(['redact', file], nameless.instance.env).finished;
    expect(shown.output).toContain(
      '[name] in support was great, so was Grace. I live at [address], call [phone].\n',
    );
    expect(shown.output).toContain('1 texts, 1 changed; removed: phone 1, address 1, name 1');
  });
});
