import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runProgram } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* What is stored of a comment, and the command that shows it beforehand. */

const CASES = new URL('../fixtures/cases/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'scoreline-redaction-'));
const server = useServer({ follow: true });
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
