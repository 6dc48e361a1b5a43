import type { Scope } from '../domain/access/scope.ts';
import { loggedCallerId } from '../domain/errors/logged-caller.ts';
import type { Segment } from '../domain/segments/cell.ts';

/** Who asks, and what they may see. */
export interface Caller {
  /** "ApiKey:…", "token:…" or "admin": unlike the name, of one key or subject only. */
  readonly id: string;
  readonly name: string;
  /** Of the policies: admin, analyst, segment-owner, model-steward, auditor, dpo or feed. */
  readonly role: string;
  /** The policies under which the scope was made. */
  readonly policyVersion: string;
  /** What narrows the role: values by attribute of a dimension. */
  readonly attributes: Segment;
  /** The sources that responses may be handed in for; null: not bound to any. */
  readonly sources: readonly string[] | null;
  /** Epoch milliseconds; null when it does not end by itself. */
  readonly expiresAt: number | null;
  readonly scope: Scope;
}

/** From a presented key or token to its caller; null when it is not (or no longer) one that lets in. */
export type Authenticate = (presented: string) => Promise<Caller | null>;

/** The caller's id as the log has it. */
export function loggedCaller({ id }: Pick<Caller, 'id'>): string {
  return loggedCallerId(id);
}
