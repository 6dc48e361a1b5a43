import type { Revision } from '../../domain/responses/newer.ts';
import type { MappingVersion } from '../../domain/responses/normalised-response.ts';
import type { AnswerSigns } from '../../domain/responses/signs.ts';
import type { ImportRow } from '../../store/responses/response-row.ts';
import type { NoteCode } from './outcome.ts';

/** One arriving item as parsed by its connector and mapping, not yet normalised. */
export interface ResponseDraft {
  readonly externalId: string;
  /** Any identifier; only its pseudonym is stored. */
  readonly respondent: string | null;
  /** The identifier of the respondent's account; only its pseudonym is stored. */
  readonly account?: string | null;
  readonly answeredAt: Date;
  /** Decides which of two deliveries of the response is newer. */
  readonly revision?: Revision | null;
  /** As answered, on the mapping's scale; null when only a comment was given. */
  readonly score: string | number | null;
  readonly comment: string | null;
  /** By dimension field (camelCase); absent or blank becomes `unknown`. */
  readonly dimensions: Readonly<Record<string, string | null | undefined>>;
  /** What segment rules may read besides dimensions, by name: only what rules name is stored. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Also names the source, survey and scale. */
  readonly mapping: MappingVersion;
  /** The question as it was asked; only a hash of it is stored, in the version of the survey. */
  readonly question?: string | null;
  /** The item's place in its source: "reviews.csv line 17", "request 5f… item 3". */
  readonly position: string;
  /** The import and row. */
  readonly importRow?: ImportRow;
  /** The original item: the same one again is recognised by its keyed hash. */
  readonly raw: string;
  /** What is stored of it, encrypted under the respondent's key: what the mapping reads. Absent: the whole item, which has nothing else. */
  readonly kept?: string;
  /** How it was given, if the door or the vendor knows. */
  readonly signs?: AnswerSigns;
  /** What the connector changed or guessed. */
  readonly notes?: readonly NoteCode[];
}
