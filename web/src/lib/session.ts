import { useSyncExternalStore } from 'react';
import { forgetTyped, keepTyped } from './typed.ts';

/** Who is signed in. The browser keeps the session in a cookie that scripts cannot read, never the key. */
export interface Session {
  /** Unlike the name, of one key or person. */
  readonly caller: string;
  readonly name: string;
  readonly role: string;
  /** Sent with every request, so that a page of another site cannot send one. */
  readonly csrf: string;
  readonly expiresAt: string;
}

type State =
  | { readonly is: 'unknown' }
  | { readonly is: 'out'; readonly why: string | null }
  | { readonly is: 'in'; readonly session: Session };

let state: State = { is: 'unknown' };
const listeners = new Set<() => void>();

function become(next: State): void {
  state = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** Whether someone is signed in, and who. */
export const useSession = (): State => useSyncExternalStore(subscribe, () => state);

const lastActs = new Set<() => Promise<unknown>>();

/**
 * Has `act` called when the page is left or the session is about to end: what waits to be sent is sent then, at the latest.
 * @returns what ends this
 */
export function beforeLeaving(act: () => Promise<unknown>): () => void {
  lastActs.add(act);
  window.addEventListener('pagehide', act);
  return () => {
    lastActs.delete(act);
    window.removeEventListener('pagehide', act);
  };
}

/** What every request of the pages carries beside the cookie. */
export function requestHeaders(): Record<string, string> {
  return state.is === 'in' ? { 'x-scoreline-csrf': state.session.csrf } : {};
}

/** `fetch` of this server under the session. The session is over, or another one, when the server refuses it. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, {
    ...init,
    credentials: 'same-origin',
    headers: { ...requestHeaders(), ...init.headers },
  });
  refusedWith(response.status);
  return response;
}

/** Heeds the status of an answer of the server: whether the session is over, or the browser has another one. */
export function refusedWith(status: number | undefined): void {
  if (status === 401) sessionEnded();
  if (status === 403) void checkSession();
}

/** Called when the server does not know the session or the key any more. */
function sessionEnded(): void {
  if (state.is !== 'in') return;
  keepTyped(state.session.caller);
  become({ is: 'out', why: 'You were signed out: the key was revoked, or the session has ended.' });
}

/** The session that the browser has now; null: none, undefined: the server does not say. */
async function readSession(): Promise<Session | null | undefined> {
  const response = await fetch('/session', { credentials: 'same-origin' }).catch(() => null);
  if (response?.ok) return response.json().catch(() => undefined) as Promise<Session | undefined>;
  return response?.status === 401 ? null : undefined;
}

let checking: Promise<void> | null = null;

/**
 * Tabs share the cookie: after another one has signed in, requests of this one carry the new session with the header of the old
 * one, and are refused. The page then goes on under the new session.
 */
function checkSession(): Promise<void> {
  checking ??= readSession()
    .then((session) => {
      if (state.is !== 'in' || session === undefined) return;
      if (session === null) sessionEnded();
      else if (session.csrf !== state.session.csrf) {
        keepTyped(state.session.caller);
        become({ is: 'in', session });
      }
    })
    .finally(() => {
      checking = null;
    });
  return checking;
}

/** Finds out whether the browser holds a session. */
export async function resumeSession(): Promise<void> {
  const session = await readSession();
  become(session ? { is: 'in', session } : { is: 'out', why: null });
}

/**
 * Signs in with a key.
 * @returns what is wrong, in words; null when it worked
 */
export async function signIn(key: string): Promise<string | null> {
  const response = await fetch('/session', {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key }),
  }).catch(() => null);
  if (response === null) return 'The server does not answer. Check that it runs, then try again.';
  if (response.status === 401)
    return 'This key is not known here, was revoked or has expired. Check that you copied all of it.';
  if (response.status === 429) return 'Too many attempts. Wait a minute, then try again.';
  if (!response.ok) return `The server refused to sign in (status ${response.status}).`;
  become({ is: 'in', session: (await response.json()) as Session });
  return null;
}

/** Signs out here, or in every browser. Says so where the server has not ended the session. */
export async function signOut({ everywhere = false } = {}): Promise<void> {
  const end = () =>
    fetch(everywhere ? '/session?everywhere=true' : '/session', {
      method: 'DELETE',
      credentials: 'same-origin',
      headers: requestHeaders(),
    }).then(
      ({ status }) => status,
      () => 0,
    );
  await Promise.allSettled([...lastActs].map((act) => act()));
  let status = await end();
  if (status === 403) {
    await checkSession();
    status = await end();
  }
  const isOver = status === 204 || status === 401;
  forgetTyped();
  become({ is: 'out', why: isOver ? null : STILL_IN });
}

const STILL_IN =
  'The server did not end the session: this browser is still signed in. Load this page again, then sign out once more.';
