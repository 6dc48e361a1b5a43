import type { TargetAnswer, TargetRequest } from '../targets/target.ts';
import type { AddressGuard } from './guard.ts';

export interface SendContext {
  readonly guard: AddressGuard;
  /** Ends the exchange. */
  readonly signal: AbortSignal;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** More of an answer is not read; absent: 64 KiB. */
  readonly mostBytes?: number;
}

/** Sends a request and waits for its answer. */
export type Sender = (request: TargetRequest, context: SendContext) => Promise<TargetAnswer>;

/** User and password of a header as `loginHeader` of agents/targets/texts.ts writes it; null where there is none. */
export function loginOf(
  authorization: string | undefined,
): { readonly username: string; readonly password: string } | null {
  if (authorization === undefined) return null;
  const text = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString();
  const at = text.indexOf(':');
  return { username: decodeURIComponent(text.slice(0, at)), password: text.slice(at + 1) };
}
