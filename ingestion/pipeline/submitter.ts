import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';

/** Who hands responses in: what they may submit, and whose shares of sources, surveys and cells they use. */
export interface Submitter {
  /** Of one key, token subject or the administrator: `Caller.id`. */
  readonly id: string;
  readonly scope: Scope;
  /** The sources that they are bound to; null: they are bound to none. */
  readonly sources: readonly string[] | null;
}

/** The owner of the machine: commands that write into the record without a server. */
export const OWNER: Submitter = { id: 'admin', scope: EVERYTHING, sources: null };
