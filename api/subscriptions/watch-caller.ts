import type { Access } from '../access/access.ts';
import type { Caller } from '../caller.ts';

/** Why work begun for a caller may not continue. */
export interface CallerEnd {
  readonly code: 'UNAUTHENTICATED' | 'POLICY_CHANGED';
  readonly message: string;
}

const GONE: CallerEnd = { code: 'UNAUTHENTICATED', message: 'this key was revoked or has expired' };
const CHANGED: CallerEnd = {
  code: 'POLICY_CHANGED',
  message: 'what this key may see has changed; connect again',
};
/** The longest delay that setTimeout takes. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * For a client that resumes from a position of this or another server: brings the rows up to date. Returns
 * which of them to send: those changed after it, and their position. Null: none, because nothing changed after
 * it.
 */
export function watchCaller(
  { access, now }: { readonly access: Access; readonly now: () => number },
  credential: string,
  caller: Caller,
  onEnd: (end: CallerEnd) => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    unlisten();
  };
  const check = async () => {
    // A caller that cannot be checked may not continue either.
    const present = await access.authenticate(credential).catch(() => null);
    if (stopped || present?.scope.fingerprint === caller.scope.fingerprint) return;
    stop();
    onEnd(present ? CHANGED : GONE);
  };
  const waitForExpiry = () => {
    if (caller.expiresAt === null) return;
    const delay = Math.min(Math.max(caller.expiresAt - now(), 0) + 1, LONGEST_TIMEOUT_MS);
    timer = setTimeout(() => void check().then(() => stopped || waitForExpiry()), delay);
    timer.unref();
  };
  const unlisten = access.onChange(() => void check());
  waitForExpiry();
  void check();
  return stop;
}
