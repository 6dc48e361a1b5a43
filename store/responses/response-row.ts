import type { AlikeRuleName } from '../../domain/responses/flags.ts';
import type { Revision } from '../../domain/responses/newer.ts';
import type { Pseudonymous } from '../../domain/responses/normalised-response.ts';
import type { AnswerSigns } from '../../domain/responses/signs.ts';
import type { ArrivingSubject, SubjectRef } from '../encryption/subject-encryption.ts';

/** The import and row that bring a response. */
export interface ImportRow {
  /** `import_run.id`. */
  readonly importId: number;
  /** The line where it begins, or the index of a JSON array's item. */
  readonly line: number;
}

/** A keyed hash of a rule and what it compares in an answer. */
export interface Print {
  readonly rule: AlikeRuleName;
  /** A whole number of 64 bits with its sign, in decimal digits. */
  readonly print: string;
}

/** One response as it will be stored, with its source event. */
export interface ResponseRow {
  readonly id: string;
  readonly cellId: number;
  readonly mappingVersionId: number;
  readonly externalId: string;
  readonly answeredAt: Date;
  readonly revision: Revision | null;
  readonly score: number | null;
  readonly points: number | null;
  readonly class: 0 | 1 | 2 | null;
  readonly comment: string | null;
  readonly subject: Omit<SubjectRef, 'responseId'>;
  /** The respondent's account. */
  readonly account: Pseudonymous | null;
  /** None for a row of an import. */
  readonly prints: readonly Print[];
  /** Never stored themselves. */
  readonly signs: AnswerSigns | null;
  readonly contentHash: string;
  /** Hashes of the same content under former peppers. */
  readonly formerHashes: readonly string[];
  readonly position: string;
  readonly eventHash: string;
  /** Hashes of the same item under former peppers. */
  readonly formerEventHashes: readonly string[];
  /** Null outside of imports. */
  readonly importRow: ImportRow | null;
  /** Whether the sender may replace a response of that cell. */
  readonly mayReplace: (cellId: number) => boolean;
  readonly eventContent: string;
  /** What segment rules read, as JSON; null where the cell says it all. */
  readonly sent: string | null;
  /** The version of the segment rules that chose the cell; 0: none. */
  readonly segmentRules: number;
  /** Fields that the item has no value for, for the counts of its source. */
  readonly missing: readonly string[];
}

/** A row with the subject that it is encrypted for. */
export interface Arrival extends ResponseRow {
  readonly owner: ArrivingSubject;
  readonly ofAccount: ArrivingSubject | null;
}

/** A key as read with its lock. */
export interface KeyRow {
  readonly id: string;
  readonly answeredAt: Date;
  readonly receivedAt: Date;
  readonly cellId: number;
  readonly subjectId: string | null;
  readonly contentHash: string;
  readonly revision: number | null;
  readonly revisedAt: Date | null;
  readonly eventId: string | null;
  readonly segmentRules: number;
}

/** An accepted row, with the id of its source event. */
export interface Stored extends Arrival {
  readonly eventId: string;
  /** The key of what it replaces, which another row of the batch may have brought. */
  readonly before: KeyRow;
}

/** Replaces the content hash of an erased response. */
export const ERASED_CONTENT = 'erased';
/** And of one whose import was undone. */
export const WITHDRAWN_CONTENT = 'withdrawn';
/**
 * Begins the content hash of a rectified response (GDPR article 16); the id of the correction's event follows.
 */
export const CORRECTED_CONTENT = 'corrected ';

/** The columns of a response as JSON returns them. */
export const RESPONSE_COLUMNS = `id uuid, answered_at timestamptz, received_at timestamptz, cell_id integer,
  mapping_version_id integer, source_event_id uuid, external_id text, score smallint, points smallint, class smallint, comment text,
  subject_id uuid, account_id uuid`;
