import { randomBytes, randomUUID } from 'node:crypto';
import {
  BROWSER_SESSION_CHANNEL,
  type BrowserSessionRow,
  browserSessionsState,
  endBrowserSession,
  endSessionById,
  endSessionsOf,
  insertBrowserSession,
  readLiveSessions,
  touchBrowserSession,
} from '../../store/access/browser-sessions.ts';
import type { NoteChange } from '../../store/audit/audit.ts';
import { followRows } from '../../store/database/follow-rows.ts';
import type { SessionClaims } from '../../store/tables/access.ts';
import { SESSION_PREFIX } from '../credentials.ts';
import { digest, type KeyDeps } from './keys.ts';

/** A session ends after that time, however active it is. */
export const SESSION_MS = 12 * 3_600_000;
/** Sessions of one key at a time; a new one ends the oldest. */
export const SESSIONS_OF_ACTOR = 20;
const SEEN_EVERY_MS = 60_000;

/** Who signs in, and until when what they presented is valid. */
export interface Signing {
  /** "admin", "ApiKey:…" or "login:…". */
  readonly actor: string;
  /** SHA-256 of the key that was presented, or of the settings of the identity provider: the session ends with them. */
  readonly keyHash: string;
  /** What the identity provider says; absent: a key was presented. */
  readonly claims?: SessionClaims;
  /** Epoch milliseconds; null without expiry. */
  readonly expiresAt: number | null;
}

/** The sessions of browsers, held in memory and kept up to date. */
export interface BrowserSessions {
  /** The session of a token, if it is neither ended nor expired. */
  find(token: string): BrowserSessionRow | null;
  /** Begins a session; its token is returned here and stored nowhere. */
  begin(who: Signing, note?: NoteChange): Promise<{ readonly token: string; readonly expiresAt: Date }>;
  /** Ends the session of a token. */
  end(token: string, note?: NoteChange): Promise<boolean>;
  /** Ends the session of an id. */
  endById(id: string, note?: NoteChange): Promise<boolean>;
  /** Ends all sessions of an actor; returns how many. */
  endAll(actor: string, note?: NoteChange): Promise<number>;
  close(): Promise<void>;
}

/**
 * Reads the sessions and follows their changes as `followKeys` does: one that ended in another process ends here
 * within a second. `onChange` is called after each change.
 */
export async function followSessions(
  { store, loops, now, onError }: KeyDeps,
  onChange: () => void,
): Promise<BrowserSessions> {
  let byHash: ReadonlyMap<string, BrowserSessionRow> = new Map();
  const seen = new Map<string, number>();
  const rows = await followRows({
    name: 'browser sessions',
    store,
    channel: BROWSER_SESSION_CHANNEL,
    state: browserSessionsState,
    read: async (session) => {
      const found = await readLiveSessions(session, new Date(now()));
      byHash = new Map(found.map((row) => [row.hash, row]));
      const ids = new Set(found.map(({ id }) => id));
      for (const id of seen.keys()) if (!ids.has(id)) seen.delete(id);
      onChange();
    },
    loops,
    onError,
  });
  const touch = (id: string) => {
    const at = now();
    if (at - (seen.get(id) ?? Number.NEGATIVE_INFINITY) < SEEN_EVERY_MS) return;
    seen.set(id, at);
    touchBrowserSession(store, id, new Date(at)).catch(onError);
  };
  return {
    find: (token) => {
      const row = token.startsWith(SESSION_PREFIX) ? byHash.get(digest(token)) : undefined;
      if (!row || row.expiresAt.getTime() <= now()) return null;
      touch(row.id);
      return row;
    },
    begin: async ({ actor, keyHash, claims = null, expiresAt: until }, note) => {
      const token = SESSION_PREFIX + randomBytes(32).toString('base64url');
      const createdAt = new Date(now());
      const expiresAt = new Date(Math.min(now() + SESSION_MS, until ?? Number.POSITIVE_INFINITY));
      const row = {
        id: randomUUID(),
        hash: digest(token),
        actor,
        keyHash,
        claims,
        createdAt,
        expiresAt,
      };
      await store.transaction(async (session) => {
        await insertBrowserSession(session, row, SESSIONS_OF_ACTOR);
        await note?.(session, { key: actor, expiresAt });
      });
      await rows.refresh();
      return { token, expiresAt };
    },
    end: async (token, note) => {
      const ended = await store.transaction(async (session) => {
        const done = await endBrowserSession(session, digest(token), new Date(now()));
        if (done) await note?.(session, {});
        return done;
      });
      await rows.refresh();
      return ended;
    },
    endById: async (id, note) => {
      const ended = await store.transaction(async (session) => {
        const done = await endSessionById(session, id, new Date(now()));
        if (done) await note?.(session, { session: id });
        return done;
      });
      await rows.refresh();
      return ended;
    },
    endAll: async (actor, note) => {
      const ended = await store.transaction(async (session) => {
        const count = await endSessionsOf(session, actor, new Date(now()));
        await note?.(session, { key: actor, count });
        return count;
      });
      await rows.refresh();
      return ended;
    },
    close: () => rows.close(),
  };
}
