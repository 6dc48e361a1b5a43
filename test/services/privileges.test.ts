import { randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explained } from '../../store/database/database-refused.ts';
import { openPostgres } from '../../store/database/postgres.ts';
import { migrate } from '../../store/setup/migrate.ts';
import { emptyDatabase } from '../fixtures/database.ts';
import { freshInstance, type Instance, runProgram } from '../fixtures/server.ts';

/* What PostgreSQL must allow, with users that an administrator made as tightly as can be. */

let instance: Instance;
const adminUrl = () => instance.env.DATABASE_URL ?? '';
beforeAll(async () => {
  instance = await freshInstance({ DATABASE_URL: (await emptyDatabase()) ?? '' });
  chmodSync(instance.dataDir, 0o700);
});
const users: string[] = [];
afterAll(async () => {
  for (const user of users) await asAdmin(`DROP OWNED BY ${user} CASCADE; DROP ROLE ${user};`);
  instance.remove();
});

async function asAdmin(statements: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl() });
  await admin.connect();
  try {
    await admin.query(statements);
  } finally {
    await admin.end();
  }
}

/** The URL of a user with login and the given options. */
async function urlOfUser(options = ''): Promise<{ url: string; user: string }> {
  const user = `u_${randomBytes(4).toString('hex')}`;
  await asAdmin(`CREATE ROLE ${user} LOGIN ${options}`);
  users.push(user);
  const url = new URL(adminUrl());
  url.username = user;
  return { url: url.href, user };
}

/** What a start says, on one line; null where it succeeds. */
async function refusal(url: string): Promise<string | null> {
  const store = openPostgres(url, () => undefined);
  try {
    await migrate(store);
    return null;
  } catch (error) {
    const { message } = explained(error, url) as Error;
    expect(message).not.toContain('\n');
    return message;
  } finally {
    await store.close();
  }
}

const statementsIn = (text: string) => text.split('runs in that database: ')[1] ?? '';

describe('a user of PostgreSQL without privileges', () => {
  it('gets every missing one at once, with statements that work', async () => {
    const { url, user } = await urlOfUser();
    const line = await refusal(url);
    expect(line).toContain(`GRANT USAGE, CREATE ON SCHEMA public TO ${user};`);
    expect(line).toContain(`GRANT scoreline_reader TO ${user};`);
    await asAdmin(statementsIn(line ?? ''));
    expect(await refusal(url)).toBeNull();
    // A second start needs nothing more, and what it made is its own.
    expect(await refusal(url)).toBeNull();

    const other = await urlOfUser();
    const foreign = await refusal(other.url);
    expect(foreign).toContain(`GRANT ${user} TO ${other.user};`);
    await asAdmin(statementsIn(foreign ?? ''));
    expect(await refusal(other.url)).toBeNull();
    await asAdmin(`REVOKE scoreline_reader FROM ${other.user}; REVOKE ${user} FROM ${other.user}`);
    await asAdmin(`DROP OWNED BY ${user} CASCADE`);
  });

  it('may create roles instead of having a role prepared', async () => {
    const { url, user } = await urlOfUser('CREATEROLE');
    await asAdmin(`GRANT CREATE ON DATABASE ${new URL(url).pathname.slice(1)} TO ${user};
      GRANT USAGE, CREATE ON SCHEMA public TO ${user}`);
    // From PostgreSQL 16 on such a user is given nothing of roles that others made.
    const line = await refusal(url);
    if (line !== null) {
      expect(statementsIn(line)).toBe(`GRANT scoreline_reader TO ${user};`);
      await asAdmin(statementsIn(line));
      expect(await refusal(url)).toBeNull();
    }
    await asAdmin(`DROP OWNED BY ${user} CASCADE`);
  });

  it('that does not exist, or an unknown database, is one line too', async () => {
    const noUser = new URL(adminUrl());
    noUser.username = 'not-there';
    expect(await refusal(noUser.href)).toContain(`CREATE ROLE "not-there" LOGIN`);
    const noDatabase = new URL(adminUrl());
    noDatabase.pathname = 'nowhere';
    expect(await refusal(noDatabase.href)).toContain('CREATE DATABASE nowhere OWNER');
    const noServer = new URL(adminUrl());
    noServer.port = '1';
    expect(await refusal(noServer.href)).toMatch(/127\.0\.0\.1:1 does not answer: .*ECONNREFUSED/);
  });

  it('ends a start, and the doctor, in lines that help', async () => {
    const { url } = await urlOfUser();
    const env = { ...instance.env, DATABASE_URL: url };
    const [start, doctor] = await Promise.all([
      runProgram(['start'], env).finished,
      runProgram(['doctor'], env).finished,
    ]);
    expect(start.code).toBe(1);
    expect(start.output).toContain('GRANT USAGE, CREATE ON SCHEMA public TO');
    expect(start.output).not.toMatch(/^ +at /m);
    expect(doctor.code).toBe(1);
    const failures = doctor.output.split('\n').filter((line) => line.startsWith('FAIL'));
    expect(failures.length).toBeGreaterThanOrEqual(2);
    expect(failures.filter((line) => !line.includes('it may not '))).toEqual([]);
    const advice = doctor.output.split('\n').filter((line) => line.includes('runs in that database: '));
    expect(advice).toHaveLength(failures.length);
    for (const line of advice) await asAdmin(statementsIn(line));
    const after = await runProgram(['doctor'], env).finished;
    expect(after.output).toContain('Nothing is wrong.');
    expect(after.output).not.toContain(instance.env.SCORELINE_ADMIN_KEY);
    expect(after.code).toBe(0);
  });
});
