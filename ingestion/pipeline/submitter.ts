import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';

/** The submitter of responses: its permissions, and whose shares of sources, surveys and cells it uses. */
export interface Submitter {
  /** `Caller.id` of a key, token subject or the administrator. */
  readonly id: string;
  readonly scope: Scope;
  /** The sources that it is bound to; null: not bound. */
  readonly sources: readonly string[] | null;
}

/** The owner of the machine: commands that write into the database without a server. */
export const OWNER: Submitter = { id: 'admin', scope: EVERYTHING, sources: null };
