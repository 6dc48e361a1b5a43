import type { Access } from '../access/access.ts';
import type { Caller } from '../caller.ts';

/** Why work begun for a caller may not continue. */
export interface CallerEnd {
  readonly code: 'UNAUTHENTICATED' | 'POLICY_CHANGED' | 'UNAVAILABLE';
  readonly message: string;
}

const GONE: CallerEnd = { code: 'UNAUTHENTICATED', message: 'this key was revoked or has expired' };
const CHANGED: CallerEnd = {
  code: 'POLICY_CHANGED',
  message: 'what this key may see has changed; connect again',
};
const UNKNOWN: CallerEnd = {
  code: 'UNAVAILABLE',
  message: 'this key cannot be checked just now; connect again',
};
/** The longest delay that setTimeout takes. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Watches the key behind work that lasts: a stream or an upload. `onEnd` is called once, when the key is gone, sees something else, or
 * cannot be checked: what cannot be checked may not continue. Returns what ends the watch.
 */
export function watchCaller(
  { access, now }: { readonly access: Pick<Access, 'authenticate' | 'onChange'>; readonly now: () => number },
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
  const endOf = (present: Caller | CallerEnd | null): CallerEnd | null => {
    if (present === null) return GONE;
    if ('message' in present) return present;
    return present.scope.fingerprint === caller.scope.fingerprint ? null : CHANGED;
  };
  const check = async () => {
    const present = await access.authenticate(credential).catch(() => UNKNOWN);
    if (stopped) return;
    const end = endOf(present);
    if (end === null) return;
    stop();
    onEnd(end);
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
