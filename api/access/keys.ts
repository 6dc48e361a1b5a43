import { hash, randomBytes, randomUUID } from 'node:crypto';
import type { Segment } from '../../domain/segments/cell.ts';
import {
  API_KEY_CHANNEL,
  apiKeysState,
  insertApiKey,
  type LiveKeyRow,
  readLiveKeys,
  revokeApiKey,
  touchApiKey,
} from '../../store/access/api-keys.ts';
import type { NoteChange } from '../../store/audit/audit.ts';
import type { Store } from '../../store/database/client.ts';
import { followRows } from '../../store/database/follow-rows.ts';
import type { Loops } from '../../store/database/loops.ts';

export interface KeyDeps {
  readonly store: Store;
  readonly loops: Loops | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly onError: (error: Error) => void;
}

/** The properties of a new key. */
export interface NewKey {
  readonly name: string;
  readonly role: string;
  readonly attributes: Segment;
  /** The sources that it is bound to; null or absent: it is not bound. */
  readonly sources?: readonly string[] | null;
  readonly expiresAt: Date | null;
  /** It may not change anything; false by default. */
  readonly readOnly?: boolean;
}

/** The database's API keys, held in memory and kept up to date. */
export interface Keys {
  /** The active key that was presented, or null. */
  find(presented: string): LiveKeyRow | null;
  /** The active key whose SHA-256 (hex) that is, or null. */
  findByHash(hash: string): LiveKeyRow | null;
  /** Creates a key; its secret is returned here and stored nowhere. */
  create(key: NewKey, by: string, note?: NoteChange): Promise<{ readonly id: string; readonly key: string }>;
  /** False when there is no such key, or it was revoked before. */
  revoke(id: string, by: string, note?: NoteChange): Promise<boolean>;
  close(): Promise<void>;
}

const PREFIX = 'sl_';
const USED_EVERY_MS = 60_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** SHA-256 of a key, as hex. */
export const digest = (key: string) => hash('sha256', key);

/**
 * Reads the keys and follows their changes, by notice and by polling twice a second, so that a key revoked by
 * another process is refused within a second. `onChange` is called after each change.
 */
export async function followKeys(
  { store, loops, now, onError }: KeyDeps,
  onChange: () => void,
): Promise<Keys> {
  let byHash: ReadonlyMap<string, LiveKeyRow> = new Map();
  const touched = new Map<string, number>();
  const rows = await followRows({
    name: 'API keys',
    store,
    channel: API_KEY_CHANNEL,
    state: apiKeysState,
    read: async (session) => {
      const found = await readLiveKeys(session);
      byHash = new Map(found.map((row) => [row.hash, row]));
      onChange();
    },
    loops,
    onError,
  });
  const touch = (id: string) => {
    const at = now();
    if (at - (touched.get(id) ?? Number.NEGATIVE_INFINITY) < USED_EVERY_MS) return;
    touched.set(id, at);
    touchApiKey(store, id, new Date(at)).catch(onError);
  };
  const findByHash = (hash: string) => {
    const row = byHash.get(hash);
    if (!row || (row.expiresAt && row.expiresAt.getTime() <= now())) return null;
    touch(row.id);
    return row;
  };
  return {
    find: (presented) => (presented.startsWith(PREFIX) ? findByHash(digest(presented)) : null),
    findByHash,
    create: async (wanted, by, note) => {
      const key = PREFIX + randomBytes(32).toString('base64url');
      const id = randomUUID();
      const createdAt = new Date(now());
      const { role, attributes, sources = null, expiresAt, readOnly = false } = wanted;
      await store.transaction(async (session) => {
        await insertApiKey(session, {
          ...wanted,
          sources,
          readOnly,
          id,
          hash: digest(key),
          createdAt,
          createdBy: by,
        });
        await note?.(session, {
          key: `ApiKey:${id}`,
          role,
          attributes,
          expiresAt,
          ...(sources ? { sources } : {}),
          ...(readOnly ? { readOnly } : {}),
        });
      });
      await rows.refresh();
      return { id, key };
    },
    revoke: async (id, by, note) => {
      if (!UUID.test(id)) return false;
      const revoked = await store.transaction(async (session) => {
        const done = await revokeApiKey(session, id, new Date(now()), by);
        if (done) await note?.(session, { key: `ApiKey:${id}` });
        return done;
      });
      await rows.refresh();
      return revoked;
    },
    close: () => rows.close(),
  };
}
