import type { TargetAnswer, TargetOutcome } from './target.ts';

/** The longest wait that a target may ask for. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/** Statuses of an answer that another attempt can change. */
const passes = (status: number) => status === 408 || status === 425 || status === 429 || status >= 500;

/** Milliseconds of Retry-After, which is a number of seconds or a date; null where it says neither. */
export function retryAfterMs({ headers, at }: Pick<TargetAnswer, 'headers' | 'at'>): number | null {
  const text = headers['retry-after']?.trim();
  if (text === undefined || text === '') return null;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - at.getTime();
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS);
}

/** The meaning of an HTTP status to a vendor's interface, which refuses a request that it does not understand. */
export function readStatus(answer: TargetAnswer, remoteId: string | null = null): TargetOutcome {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'delivered', remoteId };
  const error = `answered ${status}`;
  if (status === 410) return { kind: 'gone', error };
  if (passes(status)) return { kind: 'retry', error, afterMs: retryAfterMs(answer) };
  return { kind: 'refused', error };
}

/** As Standard Webhooks has it: what is neither a success nor 410 is tried again. */
export function readWebhookStatus(answer: TargetAnswer): TargetOutcome {
  const outcome = readStatus(answer);
  if (outcome.kind !== 'refused') return outcome;
  return { kind: 'retry', error: outcome.error, afterMs: retryAfterMs(answer) };
}

/** A text or number at that path of a JSON body, cut to what an id may need; null where there is none. */
export const bodyField = (answer: Pick<TargetAnswer, 'body'>, ...path: readonly string[]): string | null =>
  wholeField(answer, ...path)?.slice(0, 200) ?? null;

/** The same, not cut: a token is nothing without its end. */
export function wholeField({ body }: Pick<TargetAnswer, 'body'>, ...path: readonly string[]): string | null {
  try {
    let value: unknown = JSON.parse(body);
    for (const name of path) value = (value as Record<string, unknown> | null)?.[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  } catch {
    return null;
  }
}
