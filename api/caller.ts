import type { IncomingHttpHeaders } from 'node:http';
import type { Scope } from '../domain/scope.ts';

/** Who asks, and what they may see. */
export interface Caller {
  readonly name: string;
  /** Of the policies: admin, analyst, segment-owner, model-steward, auditor, dpo or feed. */
  readonly role: string;
  /** The policies under which the scope was made. */
  readonly policyVersion: string;
  readonly scope: Scope;
}

/** From a presented key to its caller; null when nobody has that key. */
export type Authenticate = (key: string) => Caller | null;

/** The key of a request: `Authorization: Bearer …` or `X-Api-Key: …`. */
export function presentedKey(
  headers: IncomingHttpHeaders | Readonly<Record<string, unknown>>,
): string | null {
  const authorization = headers['authorization'] ?? headers['Authorization'];
  const bearer =
    typeof authorization === 'string' ? /^Bearer\s+(\S+)\s*$/i.exec(authorization)?.[1] : undefined;
  const plain = headers['x-api-key'] ?? headers['X-Api-Key'];
  return bearer ?? (typeof plain === 'string' && plain !== '' ? plain : null);
}
