import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';

const mistakes = async (env: Record<string, string>): Promise<string[]> => {
  const error = await loadConfig(env).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw new Error(`no ConfigError but ${String(error)}`);
  return error.message.split('\n');
};
const LONG_KEY = 'k'.repeat(32);

describe('loadConfig', () => {
  it('needs no settings', async () => {
    const config = await loadConfig({});
    expect(config).toMatchObject({ host: '127.0.0.1', port: 4000, databaseUrl: undefined, neo4j: undefined });
    expect(config).toMatchObject({ sealAfter: 3_600_000, sealSink: undefined });
    expect([...config.roles]).toEqual(['api', 'ingest', 'follow']);
    expect(config.dimensions.map(({ field }) => field)).toEqual([
      'productLine',
      'region',
      'lifecycleStage',
      'channel',
    ]);
  });

  it('refuses partly configured tokens', async () => {
    const lines = await mistakes({ SCORELINE_JWT_JWKS: 'https://login.example/jwks.json' });
    expect(lines.join('\n')).toMatch(
      /SCORELINE_JWT_ISSUER is missing.*\nSCORELINE_JWT_AUDIENCE is missing.*\njwt is missing/,
    );
    expect((await loadConfig({})).jwt).toBeUndefined();
  });

  it('refuses a partly configured login, and one over plain HTTP', async () => {
    const issuer = { SCORELINE_OIDC_ISSUER: 'http://login.example' };
    expect((await mistakes(issuer)).join('\n')).toMatch(
      /SCORELINE_OIDC_ISSUER: must be https.*\nSCORELINE_OIDC_CLIENT_ID is missing.*\nSCORELINE_PUBLIC_URL is missing.*\njwt is missing/,
    );
    expect((await mistakes({ SCORELINE_JWT_JWKS: 'http://login.example/jwks.json' })).join('\n')).toMatch(
      /SCORELINE_JWT_JWKS: must be https or a file/,
    );
    const beside = await mistakes({ SCORELINE_OIDC_ISSUER: 'http://127.login.example' });
    expect(beside.join('\n')).toContain('SCORELINE_OIDC_ISSUER: must be https');
    for (const here of [
      'http://127.0.0.1:8080/jwks',
      'http://[::1]/jwks',
      'http://localhost/jwks',
      'jwks.json',
    ])
      expect((await mistakes({ SCORELINE_JWT_JWKS: here })).join('\n')).not.toContain('must be https');
    const scopes = await mistakes({ ...issuer, SCORELINE_OIDC_SCOPES: 'profile' });
    expect(scopes.join('\n')).toMatch(/SCORELINE_OIDC_SCOPES.*must name the scope openid/);
    expect((await loadConfig({})).oidc).toBeUndefined();
  });

  it('treats an empty value as absent', async () => {
    const config = await loadConfig({
      PORT: '',
      DATABASE_URL: '',
      SCORELINE_ADMIN_KEY: '',
      SCORELINE_PEPPER: '',
    });
    expect(config).toMatchObject({
      port: 4000,
      databaseUrl: undefined,
      adminKey: undefined,
      pepper: undefined,
      keys: { provider: 'file', kek: undefined, vault: undefined, kms: undefined },
      retention: { journal: 'P400D' },
    });
  });

  it('has one line per mistake, each naming its variable', async () => {
    const lines = await mistakes({
      PORT: '70000',
      DATABASE_URL: 'mysql://x',
      NEO4J_URL: 'http://x',
      SCORELINE_PEPPER: 'abc',
      SCORELINE_ROLES: 'api,cook',
      SCORELINE_LOG_LEVEL: 'loud',
    });
    expect(lines.map((line) => line.split(/[ .]/)[0]).sort()).toEqual([
      'DATABASE_URL',
      'NEO4J_URL',
      'PORT',
      'SCORELINE_LOG_LEVEL',
      'SCORELINE_PEPPER',
      'SCORELINE_ROLES',
    ]);
    expect(lines.join('\n')).toMatch(/DATABASE_URL is not a URL such as postgres:\/\//);
  });

  it('never repeats a secret', async () => {
    const lines = await mistakes({ SCORELINE_PEPPER: 'hunter2', SCORELINE_ADMIN_KEY: 'swordfish' });
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toMatch(/hunter2|swordfish/);
  });

  it('requires a long key when the server is reachable from outside', async () => {
    const key = 'k'.repeat(16);
    expect((await loadConfig({ SCORELINE_ADMIN_KEY: key })).adminKey).toBe(key);
    expect(await mistakes({ SCORELINE_ADMIN_KEY: key, HOST: '0.0.0.0' })).toEqual([
      'SCORELINE_ADMIN_KEY must have at least 32 characters when HOST is reachable from outside',
    ]);
    expect((await loadConfig({ SCORELINE_ADMIN_KEY: LONG_KEY, HOST: '0.0.0.0' })).host).toBe('0.0.0.0');
  });

  it('refuses an administrator key that no header can carry, or that looks like a token of a session', async () => {
    for (const key of ['correct horse battery staple', 'schlüssel-mit-umlaut-0123'])
      expect(await mistakes({ SCORELINE_ADMIN_KEY: key })).toEqual([
        'SCORELINE_ADMIN_KEY must consist of letters, digits and signs of ASCII, without spaces',
      ]);
    expect(await mistakes({ SCORELINE_ADMIN_KEY: `ss_${LONG_KEY}` })).toEqual([
      'SCORELINE_ADMIN_KEY must not begin with ss_, as the tokens of sessions do',
    ]);
  });

  it('names the file that cannot be read', async () => {
    expect(await mistakes({ SCORELINE_CONFIG: '/nowhere/scoreline.config.ts' })).toEqual([
      expect.stringMatching(/^SCORELINE_CONFIG: \/nowhere\/scoreline.config.ts cannot be read/),
    ]);
  });

  it('names the file and the position of what it cannot read', async () => {
    expect(await mistakes({ SCORELINE_CORS_ORIGINS: 'https://a.example/, *' })).toEqual([
      'SCORELINE_CORS_ORIGINS.0 has "https://a.example/", which is not an origin; write each as https://app.example.org',
      'SCORELINE_CORS_ORIGINS.1 has "*", which is not an origin; write each as https://app.example.org',
    ]);
    const { origins } = await loadConfig({
      SCORELINE_CORS_ORIGINS: 'https://a.example, http://localhost:5173',
    });
    expect([...origins]).toEqual(['https://a.example', 'http://localhost:5173']);
    expect(await mistakes({ SCORELINE_TRUSTED_PROXIES: '10.0.0.0/40, *' })).toEqual([
      'SCORELINE_TRUSTED_PROXIES.0 has "10.0.0.0/40", which has more than 32 bits',
      'SCORELINE_TRUSTED_PROXIES.1 has "*", which is not an address or a network such as 10.1.0.0/16',
    ]);
    expect(await loadConfig({ SCORELINE_TRUSTED_PROXIES: '10.0.0.0/8, ::1' })).toMatchObject({
      trustedProxies: ['10.0.0.0/8', '::1'],
    });
    expect(await loadConfig({})).toMatchObject({ trustedProxies: [] });
  });
});

describe('the deployment file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'scoreline-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const YAML =
    'dimensions:\n  - field: storeId\n  - field: planTier # what is paid for\n    values: [free, paid]\n';
  const JSON_TEXT =
    '\uFEFF{ "dimensions": [{ "field": "storeId" }, { "field": "planTier", "values": ["free", "paid"] }] }';

  it.each([
    ['scoreline.config.yaml', YAML],
    ['scoreline.config.yml', YAML],
    ['scoreline.config.json', JSON_TEXT],
  ])('may be %s, beside the TypeScript file or named', async (name, text) => {
    const file = write(name, text);
    const [beside, named] = [await loadConfig({}, folder), await loadConfig({ SCORELINE_CONFIG: file })];
    for (const { dimensions } of [beside, named]) {
      expect(dimensions.map(({ enumValue }) => enumValue)).toEqual(['STORE_ID', 'PLAN_TIER']);
      expect([...(dimensions[1]?.declared?.values ?? [])]).toEqual(['free', 'paid']);
    }
    // Absent entries are as in scoreline.config.ts; a named file stands alone.
    expect(beside.themePrecision).toEqual({ cancellation_risk: 0.8 });
    expect(named.themePrecision).toEqual({});
  });

  it('is a single one: two beside each other are refused by name, unless one is named', async () => {
    const file = write('scoreline.config.yaml', YAML);
    write('scoreline.config.json', JSON_TEXT);
    await expect(loadConfig({}, folder)).rejects.toThrow(
      /^scoreline\.config\.json and scoreline\.config\.yaml are both there, in .*: keep one of them/,
    );
    expect((await loadConfig({ SCORELINE_CONFIG: file }, folder)).dimensions).toHaveLength(2);
  });

  it.each([
    [
      'dimensions: [{ field: Store }]',
      /^scoreline.config.yaml: dimensions: "Store" is not a camelCase name such as/,
    ],
    ['dimensions: [{ field: a }, { field: a }]', /^scoreline.config.yaml: dimensions: "a" is named twice/],
    ['dimensions: region', /^scoreline.config.yaml: dimensions must be a list, not the string "region"$/],
    [
      'dimensions: [{ name: region }]',
      /dimensions\[0\]\.field is missing; it is a string\n.*dimensions\[0\] has "name", which is not an entry here; there are field, description, values, others/,
    ],
    [
      'dimensions: [{ field: a, others: drop }]',
      /dimensions\[0\]\.others must be one of "reject", "file", not the string "drop"$/,
    ],
    [
      'dimension: [{ field: a }]',
      /^scoreline.config.yaml: has "dimension", which is not an entry here; there are dimensions, formerDimensions, smallestCount, /,
    ],
    [
      'cellShares: { perkey: 1 }',
      /^scoreline.config.yaml: cellShares has "perkey", which is not an entry here; there are perKey, perSource, perMinute$/,
    ],
    ['smallestCount: many', /^scoreline.config.yaml: smallestCount must be a number, not the string "many"$/],
    [
      'agents: { accountWatch: { capacity: plenty } }',
      /^scoreline.config.yaml: agents\.accountWatch\.capacity must be a number, not the string "plenty"$/,
    ],
    [
      'agents: { accountWatch: { capacity: 0 } }',
      /agents\.accountWatch\.capacity must be a whole number from 1 to 10000$/,
    ],
    [
      'agents: { retraining: { restDays: 0.5, drift: { alarms: 1 } } }',
      /agents\.retraining\.drift has "alarms", which is not an entry here; there are fewestAlarms\n.*agents\.retraining\.restDays must be a whole number from 1 to 3650$/,
    ],
    ['dimensions: [{ field: a', /^scoreline.config.yaml: .* at line 1/],
    ['a: 1\na: 2', /^scoreline.config.yaml: .*unique.* at line 2/],
    ['smallestCount: 5\n---\nsmallestCount: 6', /^scoreline.config.yaml: holds several documents/],
    ['smallestCount: !!js/function "5"', /^scoreline.config.yaml: Unresolved tag: .* at line 1/],
    ['dimensions:\n\t- field: a', /^scoreline.config.yaml: Tabs are not allowed as indentation at line 2/],
    [
      'dimensions: [{ field: revision }]',
      /"revision" is already a field .* such as "revisionName".* formerDimensions: \["revision"\]/,
    ],
    ['dimensions: [{ field: constructor }]', /"constructor" is a name that every object has/],
    ['- field: a', /^scoreline.config.yaml: must hold entries such as "dimensions", not a list$/],
    ['', /^scoreline.config.yaml: must hold entries such as "dimensions", not nothing$/],
  ])('reports what is wrong: %j', async (text, says) => {
    write('scoreline.config.yaml', text);
    await expect(loadConfig({}, folder)).rejects.toThrow(ConfigError);
    await expect(loadConfig({}, folder)).rejects.toThrow(says);
  });

  it('refuses a duplicate key in JSON, and accepts JSON indented with tabs', async () => {
    write('scoreline.config.json', '{"dimensions": [{"field": "a"}],\n "dimensions": [{"field": "b"}]}');
    await expect(loadConfig({}, folder)).rejects.toThrow(/^scoreline.config.json: .*unique at line 2/);
    write('scoreline.config.json', '{\n\t"dimensions": [\n\t\t{"field": "a", "values": ["x:\\ty"]}\n\t]\n}');
    expect((await loadConfig({}, folder)).dimensions).toMatchObject([{ field: 'a' }]);
  });

  it('reports the position of invalid JSON', async () => {
    const file = write('scoreline.config.json', '{ "dimensions": [ }');
    await expect(loadConfig({}, folder)).rejects.toThrow(/^scoreline.config.json: .*JSON/);
    await expect(loadConfig({ SCORELINE_CONFIG: file })).rejects.toThrow(/^SCORELINE_CONFIG: .*JSON/);
  });
});
