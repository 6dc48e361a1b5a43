import type { Access } from '../access/access.ts';
import type { Caller } from '../caller.ts';

/** Why what was begun for a caller may not go on. */
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
 * Calls `onEnd` once as soon as the credential lets nobody in any more, or somebody with another scope. It is asked at
 * once, too: between when the caller was found and now the key may have been revoked. The answer stops watching.
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
    // Who cannot be checked cannot go on either.
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
