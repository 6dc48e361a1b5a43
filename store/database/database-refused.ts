import type { Session } from './client.ts';
import { isDatabaseAway } from './passing-errors.ts';
import { checkPrivileges } from './privileges.ts';

/** PostgreSQL cannot be used as it is; the message is one line that says what to do. */
export class DatabaseRefusedError extends Error {
  override readonly name = 'DatabaseRefusedError';
}

/** Errors that an operator resolves, not a developer: access, settings, room. */
const OPERATORS = /^(08|0A|25|28|3D|3F|42501|53|55|57|58)/;

/** PostgreSQL's error behind another one. */
function databaseError(error: unknown): (Error & { code: string }) | null {
  if (!(error instanceof Error)) return null;
  const { code, severity } = error as Error & { code?: string; severity?: string };
  if (code !== undefined && severity !== undefined) return error as Error & { code: string };
  return databaseError(error.cause);
}

export const isPrivilegeMissing = (error: unknown): boolean => databaseError(error)?.code === '42501';

/**
 * What to do about a refused privilege: every missing one, with the statements that grant them.
 * @throws the same error if the privileges cannot be read.
 */
export async function withPrivileges(session: Session, error: unknown): Promise<unknown> {
  if (!isPrivilegeMissing(error)) return error;
  const missing = (await checkPrivileges(session)).filter(({ granted }) => !granted);
  if (missing.length === 0) return error;
  const statements = [...new Set(missing.flatMap(({ statement }) => statement.split(/(?<=;) /)))].join(' ');
  return new DatabaseRefusedError(
    `PostgreSQL does not allow the user of DATABASE_URL to ${missing.map(({ what }) => what).join(', nor to ')}. ` +
      `An administrator runs in that database: ${statements}`,
    { cause: error },
  );
}

/** The error as one line for the operator, if an operator can resolve it; else the error as it is. */
export function explained(error: unknown, databaseUrl: string): unknown {
  if (error instanceof DatabaseRefusedError) return error;
  const { hostname, port, username, pathname } = new URL(databaseUrl);
  const place = `${hostname || 'localhost'}:${port || 5432}`;
  const [user, database] = [decoded(username), decoded(pathname.slice(1)) || 'postgres'];
  const refused = (message: string) => new DatabaseRefusedError(message, { cause: error });
  const found = databaseError(error);
  if (found && OPERATORS.test(found.code)) {
    const { code, message } = found;
    return refused(
      `PostgreSQL at ${place} refuses: ${message} (${code})${adviceOn(code, message, user, database)}`,
    );
  }
  if (!isDatabaseAway(error)) return error;
  return refused(`PostgreSQL at ${place} does not answer: ${messageOf(error)}`);
}

function adviceOn(code: string, message: string, user: string, database: string): string {
  const [role, place] = [quoted(user), quoted(database)];
  if (code === '28P01')
    return `; DATABASE_URL needs the password of this user, or an administrator sets it: ALTER ROLE ${role} PASSWORD '...';`;
  if (code === '3D000')
    return `; an administrator runs: CREATE DATABASE ${place} OWNER ${role} ENCODING 'UTF8';`;
  if (code === '28000' && message.includes('does not exist'))
    return `; an administrator runs: CREATE ROLE ${role} LOGIN PASSWORD '...';`;
  if (code === '28000' && message.includes('not permitted to log in'))
    return `; an administrator runs: ALTER ROLE ${role} LOGIN;`;
  if (code === '28000')
    return '; the pg_hba.conf of the server refuses the connection: add a line for this user and host';
  if (code === '42501' && message.includes('for database'))
    return `; an administrator runs: GRANT CONNECT ON DATABASE ${place} TO ${role};`;
  if (code === '53300') return '; raise max_connections of the server, or end other sessions';
  if (code === '42501') return '; npm run doctor lists the privileges that Scoreline needs';
  return '';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const quoted = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no reason is known';
  if (error.cause instanceof Error) return messageOf(error.cause);
  const first = error instanceof AggregateError ? error.errors[0] : undefined;
  return first instanceof Error ? first.message : error.message;
}
