import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../cli/commands.ts';
import { runProgram } from '../fixtures/server.ts';

/* The program as a shell calls it: help, wrong calls, exit codes, and what the doctor finds. */

const scoreline = (...args: string[]) => runProgram(args, {}).finished;
const { version, scripts } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as {
  version: string;
  scripts: Record<string, string>;
};

describe('scoreline', () => {
  it('says its version and its commands', async () => {
    expect(await scoreline('--version')).toEqual({ code: 0, output: `${version}\n` });
    const help = await scoreline('--help');
    expect(help.code).toBe(0);
    for (const { name } of COMMANDS) expect(help.output).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
    expect(help.output).toContain('scoreline COMMAND --help');
  });

  it.each(COMMANDS.map(({ name }) => name))(
    '%s --help has every option, an example and the exit codes',
    async (name) => {
      const command = COMMANDS.find((one) => one.name === name);
      const { code, output } = await scoreline(...name.split(' '), '--help');
      expect(code).toBe(0);
      expect(output).toContain(`usage: scoreline ${name}`);
      for (const option of Object.keys(command?.options ?? {})) expect(output).toContain(`  --${option}`);
      expect(output).toMatch(/\nexamples?:\n {2}.*scoreline /);
      expect(output).toMatch(/\nexit codes: 0 done, 1 failed/);
    },
  );

  it('has a script of npm for each command', () => {
    for (const { name } of COMMANDS)
      expect(scripts[name.replace(' ', ':')]).toBe(`node cli/scoreline.mjs ${name}`);
  });

  it.each([
    [['imprt', 'x.csv'], 2, 'there is no command "imprt"; did you mean "import"?'],
    [['audit', 'exprt'], 2, 'there is no command "audit exprt"; did you mean "audit export"?'],
    [['audit'], 2, 'audit verify'],
    [[], 2, 'usage: scoreline COMMAND'],
    [
      ['train', '--reson', 'x'],
      2,
      "train: Unknown option '--reson'; did you mean --reason?\nusage: scoreline train",
    ],
    [['train'], 2, 'train: --reason is needed'],
    [['report', 'a', 'b'], 2, "report: Unexpected argument 'b'\nusage:"],
    [['keys', 'burn'], 2, 'keys: name one action: rotate'],
    [['audit:export', '--from', 'yesterday'], 2, 'audit export: --from: yesterday is not RFC 3339'],
    [
      ['audit:export', '--from', '9999-12-31T23:59:59-01:00'],
      2,
      'audit export: --from: 9999-12-31T23:59:59-01:00 is not within the years 1000 to 8999',
    ],
    [
      ['audit:export', '--from', '2026-02-01T00:00:00Z', '--to', '2026-01-01T00:00:00Z'],
      2,
      'audit export: --to must be later than --from',
    ],
    [['import', 'x.csv', '--mapp', 'y'], 1, "import: Unknown option '--mapp'; did you mean --map?"],
  ])('%j is refused with %i, and what would be right', async (args, code, says) => {
    const finished = await scoreline(...args);
    expect(finished.output).toContain(says);
    expect(finished.code).toBe(code);
    expect(finished.output).not.toContain('    at ');
  });
});

it('keeps the reason for the replacement of a lost signing key in the audit log', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'scoreline-lost-'));
  const run = (...args: string[]) => runProgram(args, { SCORELINE_DATA_DIR: dataDir }).finished;
  try {
    expect((await run('audit', 'export')).code).toBe(0);
    rmSync(join(dataDir, 'signing-key'));
    const lost = await run('keys', 'rotate', '--signing', '--lost', '--reason', 'the disk broke');
    expect(lost.output).toContain('the database is now signed with');
    expect((await run('audit', 'export')).output).toContain('"reason":"the disk broke"');
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

describe('scoreline doctor', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'scoreline-doctor-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const doctor = (env: Record<string, string>) =>
    runProgram(['doctor'], { SCORELINE_DATA_DIR: join(folder, 'data'), PORT: '0', ...env }).finished;

  it('finds nothing wrong with an empty environment', async () => {
    const { code, output } = await doctor({});
    expect(output).toContain('Nothing is wrong.');
    expect(output).not.toContain('FAIL');
    expect(code).toBe(0);
    for (const what of [
      'Node.js',
      'configuration',
      'data folder',
      'MiB are free',
      'secret pepper',
      'policies',
      'PORT',
      '"scoreline model multilingual" builds an encoder',
    ])
      expect(output).toContain(what);
  });

  it('notes what is sent to another machine without encryption', async () => {
    const { code, output } = await doctor({
      VAULT_ADDR: 'http://vault.internal:8200',
      VAULT_TOKEN: 'token',
      SCORELINE_LLM_URL: 'http://127.0.0.1:11434/v1',
      SCORELINE_LLM_MODEL: 'm',
      SCORELINE_SEAL_SINK: 'http://witness.internal/heads',
    });
    expect(output.match(/note {2}\S+ is asked by plain http/g)).toEqual([
      'note  VAULT_ADDR is asked by plain http',
      'note  SCORELINE_SEAL_SINK is asked by plain http',
    ]);
    expect(code).toBe(0);
  });

  it('names a port that is taken, and what to do', async () => {
    const server = createServer();
    const port = await new Promise<number>((done) => {
      server.listen(0, '127.0.0.1', () => done((server.address() as { port: number }).port));
    });
    const { code, output } = await doctor({ PORT: String(port) });
    server.close();
    expect(output).toContain(
      `FAIL  port 127.0.0.1:${port} cannot be used: EADDRINUSE\n        stop the program`,
    );
    expect(code).toBe(1);
  });

  it('asks the provider of logins, the key set of tokens and the brokers, where they are configured', async () => {
    const provider = createHttpServer((request, response) => {
      const issuer = `http://127.0.0.1:${(provider.address() as { port: number }).port}/sound`;
      const [endpoint, keys] = [`${issuer}/x`, `${issuer}/keys`];
      const description = {
        issuer,
        ...{ authorization_endpoint: endpoint, token_endpoint: endpoint, jwks_uri: keys },
      };
      const text = request.url?.endsWith('/keys') ? { keys: [{ kty: 'OKP' }] } : description;
      response.setHeader('content-type', 'application/json').end(JSON.stringify(text));
    });
    await new Promise<void>((done) => provider.listen(0, '127.0.0.1', done));
    const base = `http://127.0.0.1:${(provider.address() as { port: number }).port}`;
    const config = join(folder, 'doctor.yaml');
    writeFileSync(config, 'dimensions: [{ field: region }]\njwt: { role: role }\n');
    const env = {
      ...{ SCORELINE_CONFIG: config, SCORELINE_OIDC_CLIENT_ID: 'scoreline' },
      SCORELINE_PUBLIC_URL: 'https://nps.example.org',
      ...{ SCORELINE_JWT_ISSUER: base, SCORELINE_JWT_AUDIENCE: 'scoreline' },
      SCORELINE_JWT_JWKS: `${base}/keys`,
    };
    const sound = await doctor({ ...env, SCORELINE_OIDC_ISSUER: `${base}/sound` });
    expect(sound.output).toContain(
      `ok    login provider ${base}/sound answers; register https://nps.example.org/session`,
    );
    expect(sound.output).toContain('ok    key set of tokens: readable');
    expect(sound.code).toBe(0);
    // Its description names another one, which no login would accept.
    const other = await doctor({
      ...{ ...env, SCORELINE_OIDC_ISSUER: `${base}/other` },
      ...{ SCORELINE_KAFKA_URL: 'kafka://127.0.0.1:1', SCORELINE_KAFKA_TOPICS: 'answers' },
    });
    provider.close();
    expect(other.output).toMatch(/FAIL {2}login provider .*\/other: \S.*\n {8}check SCORELINE_OIDC_ISSUER/);
    expect(other.output).toMatch(/FAIL {2}Kafka: \S.*\n {8}check SCORELINE_KAFKA_URL/);
    expect(other.code).toBe(1);
  });

  it('names each mistake of the configuration, the encoder and the servers', async () => {
    const wrong = await doctor({ SCORELINE_DISK_RESERVE: 'much' });
    expect(wrong.output).toMatch(/FAIL {2}configuration: SCORELINE_DISK_RESERVE .*\n {8}set it as/);
    const away = await doctor({
      SCORELINE_ENCODER: folder,
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      NEO4J_URL: 'bolt://127.0.0.1:1',
    });
    expect(away.output).toMatch(/FAIL {2}encoder .*\n {8}SCORELINE_ENCODER must name/);
    expect(away.output).toMatch(/FAIL {2}.*(PostgreSQL|127\.0\.0\.1:1).*\n {8}\S/);
    expect(away.output).toMatch(/FAIL {2}Neo4j.*\n {8}check NEO4J_URL/);
    expect(away.code).toBe(1);
  });
});
