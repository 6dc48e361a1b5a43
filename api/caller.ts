import type { Scope } from '../domain/access/scope.ts';
import { loggedCallerId } from '../domain/errors/logged-caller.ts';
import type { Segment } from '../domain/segments/cell.ts';

/** The caller and its rights. */
export interface Caller {
  /** "ApiKey:…", "token:…", "login:…" or "admin": unlike the name, unique to one key or subject. */
  readonly id: string;
  readonly name: string;
  /** As in the policies: admin, analyst, segment-owner, model-steward, auditor, dpo or feed. */
  readonly role: string;
  /** The policies under which the scope was made. */
  readonly policyVersion: string;
  /** The restrictions of the role: values by attribute of a dimension. */
  readonly attributes: Segment;
  /** The sources that responses may be submitted for; null: not bound. */
  readonly sources: readonly string[] | null;
  /** Epoch milliseconds; null without expiry. */
  readonly expiresAt: number | null;
  /** It may not change anything: no mutations, no uploads. */
  readonly readOnly: boolean;
  readonly scope: Scope;
}

/** From a presented key or token to its caller; null when it is not (or no longer) valid. */
export type Authenticate = (presented: string) => Promise<Caller | null>;

/** The caller's id in the log's form. */
export function loggedCaller({ id }: Pick<Caller, 'id'>): string {
  return loggedCallerId(id);
}
