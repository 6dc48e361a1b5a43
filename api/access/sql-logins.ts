import type { AuditEntry } from '../../domain/seals/audit.ts';
import { touchApiKey } from '../../store/access/api-keys.ts';
import { audit } from '../../store/audit/audit.ts';
import {
  type BiLoginRow,
  type BiSession,
  claimSessions,
  endBiSession,
  hasSets,
  listBiLogins,
  readBiSessions,
  removeBiLogin,
  updateBiLogin,
} from '../../store/bi/logins.ts';
import { revokeStatements, withRoleChange } from '../../store/bi/roles.ts';
import type { Store } from '../../store/database/client.ts';
import type { Loops } from '../../store/database/loops.ts';
import { runPeriodic } from '../../store/database/periodic.ts';
import type { StoredCellDictionary } from '../../store/responses/cell-dictionary.ts';
import type { Log } from '../log.ts';
import type { Policies } from './policies.ts';
import { type ScopeOf, scopesUnder } from './scope-of.ts';
import { sqlRightsOf } from './sql-grant.ts';

export interface SqlLoginDeps {
  readonly store: Store;
  readonly cells: StoredCellDictionary;
  readonly access: {
    policies(): Policies;
    onChange(listener: () => void): () => void;
  };
  readonly smallestCount: number;
  readonly trustedOnly: readonly string[];
  readonly loops: Loops | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: Log;
  readonly onError: (error: Error) => void;
}

const LOOK_MS = 1_000;
/** The longest transaction of a login, which keeps what it saw at its beginning. */
const TRANSACTION_SECONDS = 600;
/** The longest that followers of the journal wait for one (it took a transaction number, as a temporary table does). */
const HELD_BACK_SECONDS = 10;
/** Rows of the audit log wait for its lock no longer: a login may hold it until the next look. */
const AUDIT_LOCK_MS = 2_000;

/**
 * Keeps SQL logins at what their keys may see: every second, and at once after a change of keys or policies. Ends sessions that lost
 * something or that keep others waiting, removes logins of keys that ended, and records new sessions in the audit log. The views
 * themselves check revocation, expiry and the key's rights, so that nothing depends on this but policies, new cells and snapshots.
 */
export function followSqlLogins(deps: SqlLoginDeps): () => Promise<void> {
  const { store, access, loops, onError } = deps;
  if (store.backend === 'pglite') return async () => undefined;
  const scopes = scopesOf(deps);
  const sessions = new SessionLog(deps);
  const looking = runPeriodic({
    name: 'SQL logins',
    everyMs: LOOK_MS,
    loops,
    onError,
    run: async () => {
      const rows = await listBiLogins(store);
      if (rows.length === 0) return;
      await renew(deps, scopes, rows);
      const current = await listBiLogins(store);
      const open = await readBiSessions(
        store,
        current.map(({ login }) => login),
      );
      await endSessions(deps, current, open);
      // Before roles are removed: one that cannot be must not keep the sessions of the others out of the audit log.
      await sessions.record(current, open);
      await removeEnded(deps, current);
    },
  });
  const unlisten = access.onChange(() => looking.wake());
  return async () => {
    unlisten();
    await looking.stop();
  };
}

/** The scopes under the policies in force; kept until these change. */
function scopesOf({ access, smallestCount }: SqlLoginDeps): () => { policies: Policies; scopeOf: ScopeOf } {
  let kept: { policies: Policies; scopeOf: ScopeOf } | undefined;
  return () => {
    const policies = access.policies();
    if (kept?.policies !== policies) kept = { policies, scopeOf: scopesUnder(policies, smallestCount) };
    return kept;
  };
}

/** Stores what each login sees now. */
async function renew(
  { store, cells, trustedOnly }: SqlLoginDeps,
  scopes: ReturnType<typeof scopesOf>,
  rows: readonly BiLoginRow[],
): Promise<void> {
  await cells.refresh(store);
  for (const row of rows) {
    const { sees, refused } = sqlRightsOf({ ...scopes(), trustedOnly, cells }, row);
    const wanted = { ...row, ...sees };
    if (row.isCurrent && row.refused === refused && (await hasSets(store, row.login, sees))) continue;
    await updateBiLogin(store, wanted, refused);
  }
}

const isEnded = ({ revokedAt, expiresAt }: BiLoginRow, now: number) =>
  revokedAt !== null || (expiresAt !== null && expiresAt.getTime() <= now);

/** Why the session must end, or null. */
function reasonToEnd(row: BiLoginRow, session: BiSession, now: number): string | null {
  if (isEnded(row, now)) return 'its key ended';
  if (row.refused !== null) return 'its key may no longer use SQL';
  if (session.beganAt < row.narrowedAt) return 'its key sees less than before';
  if (session.seesErased) return 'a person was erased or restricted since its transaction began';
  if (session.holdsAdvisoryLock) return 'it holds an advisory lock';
  const { seconds, holdsBack } = session;
  if (holdsBack && (seconds ?? 0) > HELD_BACK_SECONDS) return 'its transaction holds back live updates';
  return (seconds ?? 0) > TRANSACTION_SECONDS
    ? `its transaction is open for more than ${TRANSACTION_SECONDS} s`
    : null;
}

async function endSessions(
  { store, log, now }: SqlLoginDeps,
  rows: readonly BiLoginRow[],
  open: readonly BiSession[],
): Promise<void> {
  const byLogin = new Map(rows.map((row) => [row.login, row]));
  for (const session of open) {
    const row = byLogin.get(session.login);
    const reason = row ? reasonToEnd(row, session, now()) : null;
    if (reason === null) continue;
    await endBiSession(store, session);
    log.info({ login: session.login, pid: session.pid, reason }, 'an SQL session was ended');
  }
}

/** The roles of keys that ended are removed; where this user may not, the row stays and says so. */
async function removeEnded({ store, now }: SqlLoginDeps, rows: readonly BiLoginRow[]): Promise<void> {
  for (const row of rows) {
    if (!isEnded(row, now())) continue;
    const { login, keyId } = row;
    const statements = await revokeStatements(store, login);
    await withRoleChange(store, statements, async (session) => {
      await removeBiLogin(session, login);
      const subject = { login, key: `ApiKey:${keyId}` };
      await audit(session, systemEntry('revokeSql', subject, now()));
    });
  }
}

const systemEntry = (action: string, subject: AuditEntry['subject'], at: number): AuditEntry => {
  const who = { actor: 'system', actorName: 'system', role: 'system', policyVersion: null, purpose: null };
  return { ...who, at, action, subject, outcome: 'done' };
};

/** Sessions for the audit log: at most one row a minute for each login, with how many began. */
class SessionLog {
  readonly #deps: SqlLoginDeps;
  readonly #waiting = new Map<string, Map<string, BiSession>>();

  constructor(deps: SqlLoginDeps) {
    this.#deps = deps;
  }

  async record(rows: readonly BiLoginRow[], open: readonly BiSession[]): Promise<void> {
    const logins = new Set(rows.map(({ login }) => login));
    for (const login of this.#waiting.keys()) if (!logins.has(login)) this.#waiting.delete(login);
    for (const row of rows) {
      const waiting = this.#waiting.get(row.login) ?? new Map<string, BiSession>();
      for (const session of open)
        if (session.login === row.login && (row.sessionAt === null || session.beganAt > row.sessionAt))
          waiting.set(`${session.pid} ${session.beganAt.getTime()}`, session);
      // Another server may have recorded some.
      for (const [name, { beganAt }] of waiting)
        if (row.sessionAt !== null && beganAt <= row.sessionAt) waiting.delete(name);
      this.#waiting.set(row.login, waiting);
      if (waiting.size > 0 && (await this.#write(row, [...waiting.values()]))) waiting.clear();
    }
  }

  async #write({ login, keyId, keyName, role }: BiLoginRow, began: readonly BiSession[]): Promise<boolean> {
    const { store, now, access } = this.#deps;
    const newest = began.reduce((last, { beganAt }) => (beganAt > last ? beganAt : last), new Date(0));
    const distinct = (values: readonly (string | null)[]) =>
      [...new Set(values.flatMap((value) => (value ? [value.slice(0, 60)] : [])))].sort().slice(0, 10);
    const subject = {
      login,
      sessions: began.length,
      addresses: distinct(began.map(({ address }) => address)),
      applications: distinct(began.map(({ application }) => application)),
    };
    let isWritten = false;
    await store.transaction(
      async (session) => {
        isWritten = await claimSessions(session, login, newest);
        if (!isWritten) return;
        await touchApiKey(session, keyId, new Date(now()));
        const who = { actor: `ApiKey:${keyId}`, actorName: keyName, role, purpose: null };
        const policyVersion = access.policies().version;
        await audit(session, {
          ...who,
          policyVersion,
          at: now(),
          action: 'sqlSession',
          subject,
          outcome: 'done',
        });
      },
      { lockMs: AUDIT_LOCK_MS },
    );
    return isWritten;
  }
}
