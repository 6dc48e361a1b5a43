import { KeyProviderError } from '../../domain/errors/key-provider-errors.ts';
import { DecryptionError } from '../../domain/privacy/aes-gcm.ts';
import { AddressRefusedError } from './guard.ts';

/** Milliseconds for one exchange with another system. */
export const EXCHANGE_MS = 10_000;

/** Why an attempt failed. `refused`: the same request would be refused again. */
export type Failure = { readonly error: string; readonly status: number | null } & (
  | { readonly kind: 'retry'; readonly afterMs: number | null }
  | { readonly kind: 'refused' | 'gone' }
);

/** Runs an exchange with another system; what it throws is a failure of the exchange, only an abort by `stop` is passed on. */
export async function withinTime<T>(
  stop: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T | Failure> {
  const timer = AbortSignal.timeout(EXCHANGE_MS);
  try {
    return await run(AbortSignal.any([timer, stop]));
  } catch (error) {
    stop.throwIfAborted();
    if (error instanceof AddressRefusedError) return { kind: 'refused', error: error.message, status: null };
    const why = timer.aborted ? `no answer within ${EXCHANGE_MS / 1_000} s` : causeOf(error);
    return { kind: 'retry', error: why, afterMs: null, status: null };
  }
}

/** What an attempt threw beside its exchange, as a failure. The texts of errors stay in the log. */
export function failureOf(error: unknown): Failure {
  const why =
    error instanceof DecryptionError
      ? 'what is stored cannot be decrypted; where it is the secret, give it again'
      : error instanceof KeyProviderError
        ? 'the key provider gave no key'
        : 'an error of this program; its log says more';
  return { kind: 'retry', error: why, afterMs: null, status: null };
}

/** The code of an error of the connection, as ECONNREFUSED; texts of libraries may repeat what was sent. */
function causeOf(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code))
    return `the connection failed: ${code}`;
  return `the request could not be sent: ${name === 'ZodError' ? 'the settings are not valid' : 'an error of this program'}`;
}
