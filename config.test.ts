import { describe, expect, it } from 'vitest';
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
  it('needs nothing', async () => {
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

  it('refuses tokens that are half configured', async () => {
    const lines = await mistakes({ SCORELINE_JWT_JWKS: 'https://login.example/jwks.json' });
    expect(lines.join('\n')).toMatch(
      /SCORELINE_JWT_ISSUER is missing.*\nSCORELINE_JWT_AUDIENCE is missing.*\njwt is missing/,
    );
    expect((await loadConfig({})).jwt).toBeUndefined();
  });

  it('takes an empty value as absent', async () => {
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

  it('wants a long key where the server can be reached from outside', async () => {
    const key = 'k'.repeat(16);
    expect((await loadConfig({ SCORELINE_ADMIN_KEY: key })).adminKey).toBe(key);
    expect(await mistakes({ SCORELINE_ADMIN_KEY: key, HOST: '0.0.0.0' })).toEqual([
      'SCORELINE_ADMIN_KEY must have at least 32 characters when HOST is reachable from outside',
    ]);
    expect((await loadConfig({ SCORELINE_ADMIN_KEY: LONG_KEY, HOST: '0.0.0.0' })).host).toBe('0.0.0.0');
  });

  it('says which file cannot be read', async () => {
    expect(await mistakes({ SCORELINE_CONFIG: '/nowhere/scoreline.config.ts' })).toEqual([
      expect.stringMatching(/^SCORELINE_CONFIG: \/nowhere\/scoreline.config.ts cannot be read/),
    ]);
  });
});
