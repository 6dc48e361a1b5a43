import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { safeMessage } from '../../domain/errors/error-facts.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { type ApiKeyRow, type LiveKeyRow, listApiKeys } from '../../store/access/api-keys.ts';
import type { BrowserSessionRow } from '../../store/access/browser-sessions.ts';
import { auditPolicies, type NoteChange } from '../../store/audit/audit.ts';
import type { LiveConnectionRow } from '../../store/connections/connections.ts';
import type { Store } from '../../store/database/client.ts';
import type { Loops } from '../../store/database/loops.ts';
import type { Authenticate, Caller } from '../caller.ts';
import { type Log, type Noise, openNoise } from '../log.ts';
import { type BrowserSessions, followSessions } from './browser-sessions.ts';
import { type JwtOptions, TokenRefusedError, tokenVerifier, type VerifyToken } from './jwt.ts';
import { followKeys, type Keys, type NewKey } from './keys.ts';
import { type LoginFacts, type OidcLogin, type OidcOptions, openOidc } from './oidc.ts';
import { loadPolicies, type Policies } from './policies.ts';
import { watchPolicies } from './policy-watch.ts';
import { type ScopeOf, scopesUnder } from './scope-of.ts';

export interface AccessOptions {
  readonly store: Store;
  readonly dimensions: readonly Dimension[];
  /** Folder of the Cedar files. */
  readonly policies: string;
  /** The policies of that folder, where they are being read already. */
  readonly checked?: Promise<Policies>;
  readonly smallestCount: number;
  /** Whether that is the configuration's administrator key, which no policy restricts. */
  readonly isAdmin: (presented: string) => boolean;
  /** SHA-256 of that key, as hex: sessions of the administrator end when it is replaced. */
  readonly adminHash: string;
  readonly jwt: JwtOptions | undefined;
  /** The login of people at an identity provider; undefined: with keys only. */
  readonly oidc?: OidcOptions | undefined;
  /** The registry of the watchers of keys and policies. */
  readonly loops: Loops | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: Log;
}

/** Authentication and authorisation of callers. */
export interface Access {
  readonly authenticate: Authenticate;
  /** The policies in force. */
  policies(): Policies;
  createKey(
    key: NewKey,
    by: Caller,
    note?: NoteChange,
  ): Promise<{ readonly id: string; readonly key: string }>;
  revokeKey(id: string, by: Caller, note?: NoteChange): Promise<boolean>;
  listKeys(): Promise<ApiKeyRow[]>;
  /** Sessions of browsers: their tokens authenticate as the key did that began them. */
  readonly sessions: BrowserSessions;
  /** The login at an identity provider; null: none is configured. */
  readonly oidc: OidcLogin | null;
  /** The caller of a login; null where the role or an attribute is unknown now. */
  loginCaller(facts: LoginFacts): Caller | null;
  /** What a key with that role and these attributes sees now; null for an unknown role. */
  scopeOf(role: string, attributes: Segment): Scope | null;
  /** Whose the responses are that a connection delivers; null where its limits or the role `collector` are unknown now. */
  connectionCaller(connection: LiveConnectionRow): Caller | null;
  /** Whether the caller may administer whatever lies in the segment. */
  administers(caller: Caller, segment: Segment): boolean;
  /** Calls the listener after changes of keys or policies, until the returned function is called. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/**
 * Starts authentication: reads the policies, the keys and, if configured, the key set of tokens, and follows
 * their changes.
 * @throws PolicyError with one line per mistake in the policies.
 */
export async function openAccess(options: AccessOptions): Promise<Access> {
  const { store, dimensions, loops, now, log, smallestCount } = options;
  const noise = openNoise(log);
  const listeners = new Set<() => void>();
  const changed = () => [...listeners].forEach((listener) => void listener());
  let policies = await (options.checked ?? loadPolicies(options.policies, dimensions));
  let scopeOf: ScopeOf = scopesUnder(policies, smallestCount);
  const warn = () => {
    for (const warning of policies.warnings) log.warn({}, `policies: ${warning}`);
  };
  warn();
  await auditPolicies(store, policies.version, now());
  const verify = options.jwt && (await tokenVerifier(options.jwt, dimensions, now));
  const onError = (error: Error) => log.warn({ err: error }, `API keys: ${error.message}`);
  const onAuditError = (error: Error) =>
    log.error({ err: error }, `policies: the change is in force but not in the audit log: ${error.message}`);
  const keys = await followKeys({ store, loops, now, onError }, changed);
  const sessions = await followSessions({ store, loops, now, onError }, changed);
  const watch = watchPolicies(
    {
      folder: options.policies,
      dimensions,
      loops,
      onMistake: ({ message }) =>
        log.warn({}, `policies: the change is not taken, version ${policies.version} stays: ${message}`),
      onChange: (next) => {
        log.info({ from: policies.version, to: next.version }, 'policies: changed');
        policies = next;
        auditPolicies(store, next.version, now()).catch(onAuditError);
        scopeOf = scopesUnder(next, smallestCount);
        warn();
        changed();
      },
    },
    policies,
  );

  /**
   * Null if the role or a restricting dimension no longer exists: an unknown restriction must not become none.
   */
  const caller: CallerOf = (who, attributes) => {
    const unknown = Object.keys(attributes).some(
      (name) => !dimensions.some(({ attribute }) => attribute === name),
    );
    if (unknown || !policies.roles.includes(who.role)) return null;
    return { ...who, policyVersion: policies.version, attributes, scope: scopeOf(who.role, attributes) };
  };
  const oidc = options.oidc ? openOidc(options.oidc, dimensions, now) : null;
  const authenticate = authenticator(
    options,
    { keys, sessions, verify, oidc, noise },
    caller,
    () => policies.version,
  );
  return {
    authenticate,
    sessions,
    oidc,
    loginCaller: ({ subject, expiresAt, attributes, ...facts }) =>
      caller(loginOf(`login:${subject}`, facts, expiresAt), attributes),
    policies: () => policies,
    createKey: async (key, by, note) => {
      const { id, key: text } = await keys.create(key, by.name, note);
      return { id: `ApiKey:${id}`, key: text };
    },
    revokeKey: (id, by, note) => keys.revoke(id.replace(/^ApiKey:/, ''), by.name, note),
    listKeys: () => listApiKeys(store),
    scopeOf: (role, attributes) => (policies.roles.includes(role) ? scopeOf(role, attributes) : null),
    ...connectionAccess(caller, (role, attributes) => scopeOf(role, attributes)),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      noise.close();
      await watch.stop();
      await keys.close();
      await sessions.close();
    },
  };
}

interface Credentials {
  readonly keys: Keys;
  readonly sessions: BrowserSessions;
  /** Undefined: tokens of identity providers are not configured. */
  readonly verify: VerifyToken | undefined;
  readonly oidc: OidcLogin | null;
  readonly noise: Noise;
}

/** Finds the caller of what was presented: the administrator's key, a session, an API key or a token. */
function authenticator(
  { isAdmin, adminHash }: Pick<AccessOptions, 'isAdmin' | 'adminHash'>,
  { keys, sessions, verify, oidc, noise }: Credentials,
  caller: CallerOf,
  policyVersion: () => string,
): Authenticate {
  const byToken = async (token: string): Promise<Caller | null> => {
    if (!verify || !TOKEN.test(token)) return null;
    try {
      const { subject, role, attributes, sources, expiresAt } = await verify(token);
      return caller(
        { id: `token:${subject}`, name: subject, role, sources, expiresAt, readOnly: false },
        attributes,
      );
    } catch (error) {
      if (!(error instanceof TokenRefusedError)) throw error;
      noise.tell('refused token', { reason: safeMessage(error) }, 'a token was refused');
      return null;
    }
  };
  const byKey = ({ id, name, role, attributes, sources, readOnly, expiresAt }: LiveKeyRow, until?: Date) => {
    const ends = [expiresAt, until].flatMap((end) => end?.getTime() ?? []);
    const first = ends.length === 0 ? null : Math.min(...ends);
    return caller({ id: `ApiKey:${id}`, name, role, sources, readOnly, expiresAt: first }, attributes);
  };
  /** Each request asks twice; a row does not change, and what it may do only with the policies. */
  const known = new WeakMap<LiveKeyRow, Caller>();
  const knownByKey = (row: LiveKeyRow) => {
    const before = known.get(row);
    if (before?.policyVersion === policyVersion()) return before;
    const made = byKey(row);
    if (made) known.set(row, made);
    return made;
  };
  const bySession = ({ actor, keyHash, claims, expiresAt }: BrowserSessionRow): Caller | null => {
    // A login ends with the settings that admitted it.
    if (claims)
      return keyHash === oidc?.settingsHash
        ? caller(loginOf(actor, claims, expiresAt.getTime()), claims.attributes)
        : null;
    if (actor === ADMIN)
      return keyHash === adminHash ? administrator(policyVersion(), expiresAt.getTime()) : null;
    const key = keys.findByHash(keyHash);
    return key && byKey(key, expiresAt);
  };
  return async (presented) => {
    if (isAdmin(presented)) return administrator(policyVersion());
    const session = sessions.find(presented);
    if (session) return bySession(session);
    const key = keys.find(presented);
    return key ? knownByKey(key) : byToken(presented);
  };
}

/** Who a person is that an identity provider described. */
const loginOf = (
  id: string,
  { name, role, sources }: Pick<LoginFacts, 'name' | 'role' | 'sources'>,
  expiresAt: number,
) => ({ id, name, role, sources, readOnly: false, expiresAt });

/** The caller with these attributes; null if its role or a dimension is unknown now. */
type CallerOf = (
  who: Pick<Caller, 'id' | 'name' | 'role' | 'expiresAt' | 'sources' | 'readOnly'>,
  attributes: Segment,
) => Caller | null;

/** What is decided of connections, under the policies in force. */
function connectionAccess(
  callerOf: CallerOf,
  scopeOf: ScopeOf,
): Pick<Access, 'connectionCaller' | 'administers'> {
  return {
    connectionCaller: ({ id, name, attributes, sources }) =>
      callerOf(
        { id: `Connection:${id}`, name, role: CONNECTION_ROLE, sources, expiresAt: null, readOnly: false },
        attributes,
      ),
    administers: ({ scope, role, attributes }, segment) =>
      scope.allowsAll('administer') ||
      // The attributes narrow what the role may do, and a connection within them is narrowed at least as much.
      (scopeOf(role, {}).allowsAll('administer') && isWithin(segment, attributes)),
  };
}

/** What a connection may do: submit responses, and read nothing. */
const CONNECTION_ROLE = 'collector';

/** Whether the segment is limited to the attributes, or to some of their values. */
function isWithin(segment: Segment, attributes: Segment): boolean {
  return Object.entries(attributes).every(([name, values]) => {
    const own = segment[name];
    return own?.every((value) => values.includes(value)) ?? false;
  });
}

/** The id of the administrator; no policy restricts it. */
const ADMIN = 'admin';

function administrator(policyVersion: string, expiresAt: number | null = null): Caller {
  return {
    id: ADMIN,
    name: 'admin',
    role: 'admin',
    policyVersion,
    attributes: {},
    sources: null,
    expiresAt,
    readOnly: false,
    scope: EVERYTHING,
  };
}
