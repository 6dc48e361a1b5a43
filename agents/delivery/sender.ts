import type { TargetAnswer, TargetRequest } from '../targets/target.ts';
import type { AddressGuard } from './guard.ts';

export interface SendContext {
  readonly guard: AddressGuard;
  /** Ends the exchange. */
  readonly signal: AbortSignal;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Sends a request and waits for its answer. */
export type Sender = (request: TargetRequest, context: SendContext) => Promise<TargetAnswer>;
