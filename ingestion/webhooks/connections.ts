import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { NoteChange } from '../../store/audit/audit.ts';
import {
  CONNECTION_CHANNEL,
  connectionsState,
  insertConnection,
  type LiveConnectionRow,
  MOST_CONNECTIONS,
  type NewConnection,
  readLiveConnections,
  removeConnection,
  rotateSecret,
} from '../../store/connections/connections.ts';
import {
  changeVendorKey,
  insertVendorAccess,
  readVendorOrigin,
  type VendorAccess,
} from '../../store/connections/vendor-keys.ts';
import { followRows } from '../../store/database/follow-rows.ts';
import type { Loops } from '../../store/database/loops.ts';
import type { SubjectEncryption } from '../../store/encryption/subject-encryption.ts';
import { assertFits, type LiveConnection, type MappingDeps, mapAs, readerFor } from './connection-mapping.ts';
import type { ConnectionReader, Connector } from './connector.ts';
import { Refusals } from './refused.ts';
import { CONNECTABLE, CONNECTORS } from './registry.ts';
import { ConnectionError, type StatedAccess, vendorAccess } from './vendor-access.ts';

export type { LiveConnection } from './connection-mapping.ts';

export interface ConnectionDeps extends MappingDeps {
  readonly encryption: SubjectEncryption;
  /** Hosts at which vendors may be asked besides their own. */
  readonly allowedHosts: readonly string[];
  readonly loops: Loops | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly randomBytes: (bytes: number) => Buffer;
  readonly onError: (error: Error) => void;
}

/** The arguments of a new connection. */
export interface WantedConnection
  extends Pick<NewConnection, 'connector' | 'name' | 'attributes' | 'sources' | 'mapping'> {
  /** The vendor's secret, if the vendor generates it; null: one is generated here. */
  readonly secret: string | null;
  /** How its vendor is asked for what it announces. */
  readonly access: StatedAccess;
}

/** The actor, and what its transaction writes to the audit log. */
export interface ConnectionChange {
  readonly by: { readonly id: string; readonly name: string };
  readonly note: NoteChange;
}

/** The connections, held in memory without their secrets, and the changes to them. */
export interface Connections {
  /** The connections that are not removed, oldest first. */
  all(): readonly LiveConnection[];
  find(id: string): LiveConnection | undefined;
  /** The reader of a connection's items. */
  reader(connection: LiveConnection): Promise<ConnectionReader>;
  /**
   * Creates a connection. The secret is in the answer and is not shown again.
   * @throws ConnectionError, InvalidMapError
   */
  create(wanted: WantedConnection, change: ConnectionChange): Promise<{ id: string; secret: string }>;
  /**
   * Replaces the secret by the vendor's, or by a new one if `secret` is null; the previous one is accepted for
   * so long. Null if there is no such connection.
   * @throws ConnectionError
   */
  rotate(
    id: string,
    secret: string | null,
    formerForMs: number,
    change: ConnectionChange,
  ): Promise<string | null>;
  /**
   * Replaces the mapping: what arrives from now on is read by it. False when there is no such connection.
   * @throws InvalidMapError
   */
  map(id: string, mapping: unknown, change: ConnectionChange): Promise<boolean>;
  /**
   * Replaces the key that the vendor is asked with, and its host where one is given. False if there is no such connection.
   * @throws ConnectionError
   */
  changeKey(
    id: string,
    access: { readonly key: string; readonly host: string | null },
    change: ConnectionChange,
  ): Promise<boolean>;
  /** False when there is no such connection, or it was removed before. */
  remove(id: string, change: ConnectionChange): Promise<boolean>;
  /** Counts a delivery that was refused before it was read, and records why: written at most once a minute. */
  refused(id: string, why: string): void;
  close(): Promise<void>;
}

const KEPT_READERS = 500;

/** Reads the connections and follows their changes in every process. */
export async function openConnections(deps: ConnectionDeps): Promise<Connections> {
  const { store, encryption, loops, now, onError } = deps;
  let live: ReadonlyMap<string, LiveConnection> = new Map();
  const readers = new LRUCache<string, ConnectionReader>({ max: KEPT_READERS });
  const refusals = new Refusals(deps);
  const rows = await followRows({
    name: 'connections',
    store,
    channel: CONNECTION_CHANNEL,
    state: connectionsState,
    read: async (session) => {
      live = liveOf(await readLiveConnections(session));
    },
    loops,
    onError,
  });
  return {
    all: () => [...live.values()],
    find: (id) => live.get(id),
    reader: (connection) => readerFor(deps, readers, connection),
    create: async (wanted, { by, note }) => {
      const { made, secret, access } = newConnection(deps, wanted, by);
      await store.transaction(async (session) => {
        if (!(await insertConnection(session, encryption, made, secret)))
          throw new ConnectionError(
            `there are ${MOST_CONNECTIONS} connections, the most that are allowed; remove one`,
          );
        const { id, connector, attributes, sources } = made;
        if (access !== null) await insertVendorAccess(session, encryption, id, access, made.createdAt);
        await note(session, {
          key: `Connection:${id}`,
          connector,
          attributes,
          ...(sources ? { sources } : {}),
          ...(access ? { vendorOrigin: access.origin, hasVendorKey: access.key !== null } : {}),
        });
      });
      await rows.refresh();
      return { id: made.id, secret };
    },
    rotate: async (id, given, formerForMs, { note }) => {
      const connection = live.get(id);
      if (!connection) return null;
      const secret = secretOf(deps, connection.vendor, { id, given });
      const at = new Date(now());
      const formerUntil = formerForMs === 0 ? null : new Date(at.getTime() + formerForMs);
      const rotated = await store.transaction(async (session) => {
        const done = await rotateSecret(session, encryption, id, secret, { at, formerUntil });
        if (done)
          await note(session, { key: `Connection:${id}`, formerUntil: formerUntil?.toISOString() ?? null });
        return done;
      });
      refusals.forget(id);
      return rotated ? secret : null;
    },
    map: async (id, mapping, { note }) => {
      const connection = live.get(id);
      const mapped = connection !== undefined && (await mapAs(deps, connection, mapping, note));
      await rows.refresh();
      return mapped;
    },
    changeKey: (id, stated, change) => changeKey(deps, live.get(id), stated, change),
    remove: async (id, { by, note }) => {
      const removed = await store.transaction(async (session) => {
        const done = await removeConnection(session, id, new Date(now()), by.name);
        if (done) await note(session, { key: `Connection:${id}` });
        return done;
      });
      encryption.forget([id]);
      await rows.refresh();
      return removed;
    },
    refused: (id, why) => refusals.note(id, why),
    close: async () => {
      await refusals.write();
      await rows.close();
    },
  };
}

const liveOf = (rows: readonly LiveConnectionRow[]): ReadonlyMap<string, LiveConnection> =>
  new Map(
    rows.flatMap((row) => {
      const vendor = CONNECTABLE.get(row.connector);
      return vendor ? [[row.id, { ...row, vendor }] as const] : [];
    }),
  );

/** @throws ConnectionError */
function connectorNamed(name: string): Connector {
  const vendor = CONNECTABLE.get(name);
  if (vendor) return vendor;
  throw new ConnectionError(
    `connector: there is none of that name; there are ${[...CONNECTABLE.keys()].join(', ')}`,
  );
}

/** @throws ConnectionError that does not repeat the secret */
function secretOf(
  { randomBytes }: Pick<ConnectionDeps, 'randomBytes'>,
  vendor: Connector,
  { id, given }: { readonly id: string; readonly given: string | null },
): string {
  if (given === null) return vendor.secret.make(randomBytes, id);
  const problem = vendor.secret.problemOf(given);
  if (problem) throw new ConnectionError(`secret: ${problem}`);
  return given;
}

/**
 * The stored form of a new connection, and its secret. It is bound to the source in its mapping, if that names
 * one.
 * @throws ConnectionError, InvalidMapError
 */
function newConnection(
  deps: ConnectionDeps,
  { connector, name, attributes, sources, mapping, secret, access }: WantedConnection,
  by: ConnectionChange['by'],
): { readonly made: NewConnection; readonly secret: string; readonly access: VendorAccess | null } {
  const vendor = connectorNamed(connector);
  const source =
    mapping === null
      ? unmappedSource(vendor)
      : assertFits(deps, vendor.reader(mapping, deps.dimensions), { sources, attributes }).source;
  const made = {
    id: randomUUID(),
    connector,
    name,
    attributes,
    sources: source === null ? sources : [source],
    mapping,
    createdAt: new Date(deps.now()),
    createdBy: by.name,
    madeBy: by.id,
  };
  return {
    made,
    secret: secretOf(deps, vendor, { id: made.id, given: secret }),
    access: vendorAccess(vendor, access, deps.allowedHosts),
  };
}

/** The source of a connection that is mapped by what it delivers first: none yet. @throws ConnectionError */
function unmappedSource({ name }: Connector): null {
  if (CONNECTORS.has(name)) return null;
  throw new ConnectionError(
    `mapping: is needed for connections of ${name}; docs/connectors says which parts it has`,
  );
}

/** @throws ConnectionError */
function changeKey(
  { store, encryption, allowedHosts, now }: ConnectionDeps,
  connection: LiveConnection | undefined,
  stated: { readonly key: string; readonly host: string | null },
  { note }: ConnectionChange,
): Promise<boolean> {
  if (!connection) return Promise.resolve(false);
  const { id, vendor } = connection;
  return store.transaction(async (session) => {
    const access = vendorAccess(vendor, stated, allowedHosts, await readVendorOrigin(session, id));
    if (access === null) return false;
    const { origin, rate } = access;
    const at = new Date(now());
    if (!(await changeVendorKey(session, encryption, id, { key: stated.key, origin, rate, at })))
      return false;
    await note(session, { key: `Connection:${id}`, vendorOrigin: origin });
    return true;
  });
}
