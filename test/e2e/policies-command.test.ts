import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* npm run policies, before there is a database, beside a running server, and on the database that it left. */

const SHIPPED = fileURLToPath(new URL('../../policies', import.meta.url));
const GUIDE = fileURLToPath(new URL('../../docs/guides/security.md', import.meta.url));
const server = useServer({ started: false });

const policies = async (...args: string[]) => {
  const { code, output } = await runProgram(['policies', ...args], server.instance.env).finished;
  return { code, output };
};
const lineOf = (output: string, group: string) => new RegExp(`^ +${group} +(.*)$`, 'm').exec(output)?.[1];

describe('npm run policies', () => {
  it('validates, and shows what a role sees without a database', async () => {
    const valid = await policies();
    expect(valid).toMatchObject({
      code: 0,
      output: expect.stringMatching(/policies: valid, version [0-9a-f]{12}/),
    });
    if (server.instance.env.DATABASE_URL) return;
    const { output } = await policies(
      '--role',
      'segment-owner',
      '--attributes',
      '{"region":["Germany"],"channel":"web"}',
    );
    expect(lineOf(output, 'readComment')).toBe('region: Germany and channel: web');
    expect(lineOf(output, 'readRespondent')).toBe('nothing');
    // The fields of the schema, by their tags; of a group that is not granted none.
    const after = (group: string) =>
      output.slice(output.indexOf(`  ${group} `) + 2).split(/^ {2}\S/m)[0] ?? '';
    expect(after('readComment')).toMatch(/Prediction\.explanation.*Response\.comment/s);
    expect(output).toContain('NpsRow.score');
    expect(output).not.toContain('Response.respondent');
    const free = await policies('--role', 'analyst');
    expect(lineOf(free.output, 'readScore')).toBe('everything');
  });

  it.each([
    [['--role', 'king'], '--role: "king" is not a role here; there are admin, analyst'],
    [['--role', 'feed', '--attributes', '{"planet":["Mars"]}'], '"planet" is not a dimension here'],
    [['--against', '/nowhere'], 'these policies cannot be used:'],
  ])('%j reports what is wrong', async (args, message) => {
    const { code, output } = await policies(...args);
    expect(code).toBe(1);
    expect(output).toContain(message);
    expect(output).not.toContain('    at ');
  });

  it('shows a key and the difference of a change, on the cells of the server and of the database', async () => {
    await server.start();
    const answeredAt = new Date(Date.now() - 60_000).toISOString();
    const items = ['Germany', 'Chile', 'Peru'].map((region) => ({
      externalId: region,
      answeredAt,
      score: 9,
      region,
    }));
    await server.post('/ingest/responses', items);
    await server.graphql(
      'mutation { createApiKey(input: { name: "BI south", role: "analyst", attributes: { region: ["Chile", "Peru", "Fiji"] } }) { id } }',
    );
    const before = join(server.instance.dataDir, 'before');
    cpSync(SHIPPED, before, { recursive: true });
    const roles = readFileSync(join(before, 'roles.cedar'), 'utf8');
    writeFileSync(join(before, 'roles.cedar'), roles.replace('Action::"readComment", ', ''));
    const withSupport = join(server.instance.dataDir, 'support');
    cpSync(SHIPPED, withSupport, { recursive: true });
    const [, rule = ''] = /```\n(@id\("support.*?)```/s.exec(readFileSync(GUIDE, 'utf8')) ?? [];
    writeFileSync(join(withSupport, 'support.cedar'), rule);
    const schema = join(withSupport, 'schema.cedarschema');
    writeFileSync(schema, readFileSync(schema, 'utf8').replace('"analyst"', '"analyst", "support"'));
    const check = async (source: RegExp) => {
      const { output } = await policies('--key', 'BI south');
      expect(output).toMatch(source);
      expect(lineOf(output, 'readComment')).toBe('region: Chile, Peru');
      const change = await policies('--against', before);
      const fields = String.raw`\n\+ +[^\n]*Response\.comment`;
      expect(change.output).toMatch(
        new RegExp(String.raw`^role analyst; [^\n]*\n\+ readComment +all cells${fields}`, 'm'),
      );
      expect(change.output).toMatch(/^key BI south, [^\n]*\n\+ readComment +region: Chile, Peru$/m);
      expect(change.output).not.toContain('role dpo');
      expect(change.output).toContain('no other difference');
      const [keys = ''] = /^key BI south.*$(\n.*)*/m.exec(change.output) ?? [];
      expect(keys).toContain('cells to come included: region: Chile, Fiji, Peru');
      // The example of security.md, with a channel without responses: no current cell shows it.
      const ahead = await runProgram(['policies', '--against', SHIPPED], {
        ...server.instance.env,
        SCORELINE_POLICIES: withSupport,
      }).finished;
      expect(ahead.output).toMatch(
        /^role support; .*\n\+ readScore +no cell of today; of cells to come: channel: e-mail$/m,
      );
      expect(ahead.output).toMatch(/^\+ readComment +no cell of today; of cells to come: channel: e-mail$/m);
      expect(ahead.output).not.toMatch(/^(role analyst|role dpo|key)/m);
    };
    try {
      await check(
        server.instance.env.DATABASE_URL ? /3 cells of the database/ : /3 cells of the server at http/,
      );
    } finally {
      await server.stop();
    }
    await check(/3 cells of the database/);
  });
});
