import pg from 'pg';
import type { OwnerSession, Session, Store } from '../database/client.ts';
import { LOCKS } from '../database/locks.ts';
import { statement, unnamed } from '../database/statement.ts';
import { BI_READERS } from './names.ts';
import { OPEN_TO_READERS } from './views.ts';

/** Sessions of one login at once: BI tools keep a few open. */
export const SESSIONS_PER_LOGIN = 10;
/** Defaults that a session may change; the server ends longer transactions itself (api/access/sql-logins.ts). */
const SETTINGS = [
  'search_path = bi',
  "statement_timeout = '120s'",
  "idle_in_transaction_session_timeout = '60s'",
  'default_transaction_read_only = on',
];

interface Role {
  readonly login: string;
  /** What PostgreSQL stores of the password. */
  readonly verifier: string;
  readonly expiresAt: Date | null;
}

const FACTS = statement(
  'bi_role_facts',
  `SELECT current_user::text AS owner, current_database()::text AS database,
    current_setting('server_version_num')::integer AS version,
    EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS exists,
    EXISTS (SELECT FROM pg_roles WHERE rolname = '${BI_READERS}') AS "readersExist"`,
);

interface Facts {
  readonly owner: string;
  readonly database: string;
  readonly version: number;
  readonly exists: boolean;
  readonly readersExist: boolean;
}

async function factsOf(session: Session, login: string): Promise<Facts> {
  const [facts] = await session.rows<Facts>(FACTS, [login]);
  if (!facts) throw new Error('PostgreSQL answers without a row');
  return facts;
}

/** Roles belong to the whole cluster: another database's first grant may be making it right now. */
const MAKE_READERS = `DO $$ BEGIN CREATE ROLE ${BI_READERS} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`;

/** What makes the role, or gives it another password: for an administrator too, if this user may not. */
export async function grantStatements(
  session: Session,
  { login, verifier, expiresAt }: Role,
): Promise<string[]> {
  const { owner, database, version, exists, readersExist } = await factsOf(session, login);
  const until = expiresAt === null ? 'infinity' : expiresAt.toISOString();
  return [
    ...(readersExist ? [] : [MAKE_READERS]),
    ...OPEN_TO_READERS,
    `GRANT CONNECT ON DATABASE ${pg.escapeIdentifier(database)} TO ${BI_READERS}`,
    `${exists ? 'ALTER' : 'CREATE'} ROLE ${login} LOGIN INHERIT CONNECTION LIMIT ${SESSIONS_PER_LOGIN}
      PASSWORD ${pg.escapeLiteral(verifier)} VALID UNTIL '${until}'`.replace(/\s+/g, ' '),
    `GRANT ${BI_READERS} TO ${login}`,
    // So that the server sees and ends its sessions.
    `GRANT ${login} TO ${pg.escapeIdentifier(owner)}${version >= 160_000 ? ' WITH INHERIT TRUE' : ''}`,
    ...SETTINGS.map((setting) => `ALTER ROLE ${login} SET ${setting}`),
  ];
}

/** What removes the role and what it made (large objects; nothing else is possible); empty if there is none. */
export async function revokeStatements(session: Session, login: string): Promise<string[]> {
  const { exists } = await factsOf(session, login);
  return exists ? [`DROP OWNED BY ${login} CASCADE`, `DROP ROLE ${login}`] : [];
}

/** PostgreSQL: insufficient_privilege, and that of a role that owns something in another database, where DROP OWNED does not reach. */
const NOT_ALLOWED = new Set(['42501', '2BP01']);

/** Two changes at once of the same rights fail: "tuple concurrently updated". */
const ONE_CHANGE = statement('bi_role_lock', `SELECT pg_advisory_xact_lock(${LOCKS.sqlLogins})`);

/**
 * Runs `work` and the statements in one transaction; false, with nothing done, if this user may not run them, or cannot from here.
 */
export async function withRoleChange(
  store: Store,
  statements: readonly string[],
  work: (session: OwnerSession) => Promise<void>,
): Promise<boolean> {
  try {
    await store.transaction(async (session) => {
      await session.rows(ONE_CHANGE, []);
      for (const text of statements) await session.rows(unnamed(text), []);
      await work(session);
    });
    return true;
  } catch (error) {
    if (!NOT_ALLOWED.has((error as { code?: string }).code ?? '')) throw error;
    return false;
  }
}
