import { EVERYTHING, type Scope } from '../domain/scope.ts';

/** Who hands responses in: what they may submit, and whose shares of sources, surveys and cells they use. */
export interface Submitter {
  /** Of one key, token subject or the administrator: `Caller.id`. */
  readonly id: string;
  readonly scope: Scope;
}

/** The owner of the machine: commands that write into the record without a server. */
export const OWNER: Submitter = { id: 'admin', scope: EVERYTHING };
