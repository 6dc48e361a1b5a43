import type { OutcomeKind } from '../../domain/outcomes/outcome-kinds.ts';
import type { Revision } from '../../domain/responses/newer.ts';
import type { Pseudonymous } from '../../domain/responses/normalised-response.ts';
import type { OpenSubject } from '../encryption/open-subject.ts';

/** One outcome as it will be stored. */
export interface OutcomeRow {
  readonly id: string;
  readonly sourceId: number;
  readonly externalId: string;
  readonly kind: OutcomeKind;
  readonly at: Date;
  readonly revision: Revision | null;
  readonly cellId: number;
  readonly respondent: Pseudonymous | null;
  readonly account: Pseudonymous | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly quantity: number | null;
  readonly name: string | null;
  readonly owner: string | null;
  /** The staff member who handled it. */
  readonly staff: Pseudonymous | null;
  /** The owner as a staff member. */
  readonly ownerStaff: Pseudonymous | null;
  readonly contentHash: string;
  /** Hashes of the same content under former peppers. */
  readonly formerHashes: readonly string[];
  readonly position: string;
  /** The import that brings it. */
  readonly importId: number | null;
  /** The item as it arrived. */
  readonly content: string;
  /** Whether the sender may replace an outcome of that cell. */
  readonly mayReplace: (cellId: number) => boolean;
}

/** A row with the stored subjects that it belongs to. */
export interface OwnedOutcome extends OutcomeRow {
  readonly ofRespondent: OpenSubject | null;
  readonly ofAccount: OpenSubject | null;
  readonly ofStaff: OpenSubject | null;
  readonly ofOwner: OpenSubject | null;
}
