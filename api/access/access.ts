import { EVERYTHING } from '../../domain/access/scope.ts';
import { safeMessage } from '../../domain/errors/error-facts.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { type ApiKeyRow, listApiKeys } from '../../store/access/api-keys.ts';
import { auditPolicies, type NoteChange } from '../../store/audit/audit.ts';
import type { LiveConnectionRow } from '../../store/connections/connections.ts';
import type { Store } from '../../store/database/client.ts';
import type { Loops } from '../../store/database/loops.ts';
import type { Authenticate, Caller } from '../caller.ts';
import type { Log } from '../log.ts';
import { openNoise } from '../log.ts';
import { type JwtOptions, TokenRefusedError, tokenVerifier } from './jwt.ts';
import { followKeys, type NewKey } from './keys.ts';
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
  readonly jwt: JwtOptions | undefined;
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
  const caller = (
    who: Pick<Caller, 'id' | 'name' | 'role' | 'expiresAt' | 'sources'>,
    attributes: Segment,
  ): Caller | null => {
    const unknown = Object.keys(attributes).some(
      (name) => !dimensions.some(({ attribute }) => attribute === name),
    );
    if (unknown || !policies.roles.includes(who.role)) return null;
    return { ...who, policyVersion: policies.version, attributes, scope: scopeOf(who.role, attributes) };
  };
  const byToken = async (token: string): Promise<Caller | null> => {
    if (!verify || !TOKEN.test(token)) return null;
    try {
      const { subject, role, attributes, sources, expiresAt } = await verify(token);
      return caller({ id: `token:${subject}`, name: subject, role, sources, expiresAt }, attributes);
    } catch (error) {
      if (!(error instanceof TokenRefusedError)) throw error;
      noise.tell('refused token', { reason: safeMessage(error) }, 'a token was refused');
      return null;
    }
  };
  const authenticate: Authenticate = async (presented) => {
    if (options.isAdmin(presented)) return administrator(policies.version);
    const key = keys.find(presented);
    if (!key) return byToken(presented);
    const { id, name, role, attributes, sources } = key;
    const expiresAt = key.expiresAt?.getTime() ?? null;
    return caller({ id: `ApiKey:${id}`, name, role, sources, expiresAt }, attributes);
  };
  return {
    authenticate,
    policies: () => policies,
    createKey: async (key, by, note) => {
      const { id, key: text } = await keys.create(key, by.name, note);
      return { id: `ApiKey:${id}`, key: text };
    },
    revokeKey: (id, by, note) => keys.revoke(id.replace(/^ApiKey:/, ''), by.name, note),
    listKeys: () => listApiKeys(store),
    ...connectionAccess(caller, (role, attributes) => scopeOf(role, attributes)),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      noise.close();
      await watch.stop();
      await keys.close();
    },
  };
}

/** What is decided of connections, under the policies in force. */
function connectionAccess(
  callerOf: (
    who: Pick<Caller, 'id' | 'name' | 'role' | 'expiresAt' | 'sources'>,
    attributes: Segment,
  ) => Caller | null,
  scopeOf: ScopeOf,
): Pick<Access, 'connectionCaller' | 'administers'> {
  return {
    connectionCaller: ({ id, name, attributes, sources }) =>
      callerOf({ id: `Connection:${id}`, name, role: CONNECTION_ROLE, sources, expiresAt: null }, attributes),
    administers: ({ scope, role, attributes }, segment) =>
      scope.allowsAll('administer') ||
      // The attributes narrow what the role may do, and a connection within them is narrowed at least as much.
      (scopeOf(role, {}).allowsAll('administer') && isWithin(segment, attributes)),
  };
}

/** What a connection may do: hand in responses, and read nothing. */
const CONNECTION_ROLE = 'collector';

/** Whether the segment is limited to the attributes, or to some of their values. */
function isWithin(segment: Segment, attributes: Segment): boolean {
  return Object.entries(attributes).every(([name, values]) => {
    const own = segment[name];
    return own?.every((value) => values.includes(value)) ?? false;
  });
}

function administrator(policyVersion: string): Caller {
  return {
    id: 'admin',
    name: 'admin',
    role: 'admin',
    policyVersion,
    attributes: {},
    sources: null,
    expiresAt: null,
    scope: EVERYTHING,
  };
}
