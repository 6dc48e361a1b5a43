import { hash } from 'node:crypto';

const TOKEN = 'token:';

/**
 * A caller's id in logs and metrics: subjects of tokens identify people, so they are hashed; the audit log has
 * them in full.
 */
export function loggedCallerId(id: string): string {
  return id.startsWith(TOKEN) ? `${TOKEN}${hash('sha256', id).slice(0, 12)}` : id;
}
