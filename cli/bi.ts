import { attributesByField } from '../api/access/attributes.ts';
import { loadPolicies, type Policies } from '../api/access/policies.ts';
import { scopesUnder } from '../api/access/scope-of.ts';
import { grantSqlLogin } from '../api/access/sql-grant.ts';
import { type Config, loadConfig } from '../config/config.ts';
import { safeMessage } from '../domain/errors/error-facts.ts';
import type { AuditEntry, AuditSubject } from '../domain/seals/audit.ts';
import { quoted } from '../domain/text/text.ts';
import { type OpenDatabase, openDatabase } from '../instance/open-database.ts';
import { type ApiKeyRow, listApiKeys } from '../store/access/api-keys.ts';
import { audit } from '../store/audit/audit.ts';
import {
  type BiLoginRow,
  endBiSession,
  listBiLogins,
  readBiSessions,
  removeBiLogin,
} from '../store/bi/logins.ts';
import { revokeStatements, SESSIONS_PER_LOGIN, withRoleChange } from '../store/bi/roles.ts';
import { UsageError } from './command.ts';

const say = (text = '') => process.stdout.write(`${text}\n`);

/** SQL needs a server; the embedded database belongs to one process. */
const EMBEDDED =
  'the embedded database has no SQL logins, because only one process can open it: run Scoreline on PostgreSQL (DATABASE_URL), ' +
  'or let the tool read the files over HTTP (/bi/NAME.csv, .json, .parquet, .arrow; docs/guides/bi.md)';

async function withDatabase<T>(work: (database: OpenDatabase, config: Config) => Promise<T>): Promise<T> {
  const config = await loadConfig();
  if (config.databaseUrl === undefined) throw new Error(EMBEDDED);
  const database = await openDatabase(config, (error) => process.stderr.write(`${safeMessage(error)}\n`));
  try {
    return await work(database, config);
  } finally {
    await database.close();
  }
}

const needName = (key: string | undefined): string => {
  if (!key) throw new UsageError('--key is needed: the name or the id of an API key');
  return key;
};

/** The key of that name or id that is neither revoked nor expired. @throws Error saying what there is. */
async function keyCalled({ store }: OpenDatabase, name: string): Promise<ApiKeyRow> {
  const id = name.replace(/^ApiKey:/, '');
  const found = (await listApiKeys(store)).filter((key) => key.name === name || key.id === id);
  const live = found.filter(
    ({ revokedAt, expiresAt }) =>
      revokedAt === null && (expiresAt === null || expiresAt.getTime() > Date.now()),
  );
  const [key] = live;
  if (!key && found.length > 0)
    throw new Error(`the key ${quoted(name)} is revoked or expired: create another one`);
  if (!key)
    throw new Error(`no key is called ${quoted(name)}; keys are created with the mutation createApiKey`);
  if (live.length > 1)
    throw new Error(
      `several keys are called ${quoted(name)}; take one id: ${live.map((one) => `ApiKey:${one.id}`).join(', ')}`,
    );
  return key;
}

/** Without an API key: a person with the database's URL did it. */
function entryOf(action: string, subject: AuditSubject, policies: Policies): AuditEntry {
  const who = { actor: 'system', actorName: 'scoreline bi', role: 'system', purpose: null };
  return { ...who, policyVersion: policies.version, at: Date.now(), action, subject, outcome: 'done' };
}

/** Where a BI tool connects, as this process does. */
function placeOf(databaseUrl: string) {
  const url = new URL(databaseUrl);
  return {
    host: url.hostname || 'localhost',
    port: url.port || '5432',
    database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
  };
}

/** Gives the key a login of PostgreSQL, or its login another password. */
export async function grantSql(values: { readonly key: string | undefined }): Promise<number> {
  const name = needName(values.key);
  return withDatabase(async (database, config) => {
    const { store, cells } = database;
    const policies = await loadPolicies(config.policies, config.dimensions);
    const key = await keyCalled(database, name);
    const scopeOf = scopesUnder(policies, config.smallestCount);
    const { trustedOnly } = config.limits;
    const rights = { policies, scopeOf, trustedOnly, cells, store };
    const { login, password, statements } = await grantSqlLogin(rights, key, (session, subject) =>
      audit(session, entryOf('grantSql', subject, policies)),
    );
    const { role, attributes, expiresAt } = key;
    const fields = Object.entries(attributesByField(attributes, config.dimensions));
    const { host, port, database: db } = placeOf(config.databaseUrl as string);
    say(`key         ${key.name} (ApiKey:${key.id}), role ${role}`);
    say(
      `sees        ${fields.map(([field, list]) => `${field}: ${list.join(', ')}`).join(' and ') || 'all segments'} that the policies give it`,
    );
    say(`login       ${login}`);
    say(`password    ${password}`);
    say(`connection  postgresql://${login}:${password}@${host}:${port}/${encodeURIComponent(db)}`);
    say(
      `until       ${expiresAt?.toISOString() ?? 'the key is revoked'}; at most ${SESSIONS_PER_LOGIN} sessions at once`,
    );
    say(
      'The password is shown only now. Views: bi.score_hour, bi.score_day, bi.response, bi.theme_day (docs/guides/bi-sql.md).',
    );
    if (fields.length > 0)
      say(
        'PostgreSQL shows every login how large whole tables are and how they grow, also beyond its segments.',
      );
    if (statements.length === 0) return 0;
    say();
    say('The user of DATABASE_URL may not create roles. An administrator runs in that database:');
    for (const text of statements) say(`  ${text};`);
    return 0;
  });
}

/** Takes the login away again. */
export async function revokeSql(values: { readonly key: string | undefined }): Promise<number> {
  const name = needName(values.key);
  return withDatabase(async ({ store }, config) => {
    const policies = await loadPolicies(config.policies, config.dimensions);
    const id = name.replace(/^ApiKey:/, '');
    const rows = (await listBiLogins(store)).filter(
      ({ keyName, keyId, login }) => keyName === name || keyId === id || login === name,
    );
    const [row] = rows;
    if (!row)
      throw new Error(
        `the key ${quoted(name)} has no SQL login; scoreline bi:list shows those that have one`,
      );
    if (rows.length > 1)
      throw new Error(
        `several keys are called ${quoted(name)}; name the login: ${rows.map((one) => one.login).join(', ')}`,
      );
    const { login, keyId } = row;
    // First, so that the views are empty before anything else happens.
    await store.transaction(async (session) => {
      await removeBiLogin(session, login);
      await audit(session, entryOf('revokeSql', { login, key: `ApiKey:${keyId}` }, policies));
    });
    for (const session of await readBiSessions(store, [login])) await endBiSession(store, session);
    const statements = await revokeStatements(store, login);
    const isDone = await withRoleChange(store, statements, async () => undefined);
    say(`${login}: revoked; its views are empty and its sessions ended`);
    if (isDone) return 0;
    say(
      'The role is left: the user of DATABASE_URL may not drop it, or it owns something in another database too. An administrator runs, the first statement in each database of the server:',
    );
    for (const text of statements) say(`  ${text};`);
    return 0;
  });
}

/** Lists the logins. */
export async function listSql(): Promise<number> {
  return withDatabase(async ({ store }, config) => {
    const rows = await listBiLogins(store);
    if (rows.length === 0) {
      say('no key has an SQL login; scoreline bi:grant --key NAME makes one');
      return 0;
    }
    const open = await readBiSessions(
      store,
      rows.map(({ login }) => login),
    );
    for (const row of rows) {
      const sessions = open.filter(({ login }) => login === row.login).length;
      const narrowed = JSON.stringify(attributesByField(row.attributes, config.dimensions));
      say(
        `${row.login}  ${row.keyName}  ${row.role}${narrowed === '{}' ? '' : ` ${narrowed}`}  ${stateOf(row)}  ${sessions} open` +
          `  ${row.sessionAt ? `last session ${row.sessionAt.toISOString()}` : 'never used'}`,
      );
    }
    return 0;
  });
}

function stateOf({ revokedAt, expiresAt, refused }: BiLoginRow): string {
  if (revokedAt) return 'key revoked';
  if (expiresAt && expiresAt.getTime() <= Date.now()) return 'key expired';
  return refused === null ? 'active' : `sees nothing: ${refused}`;
}
