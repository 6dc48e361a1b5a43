import type { Revision } from '../../domain/responses/newer.ts';
import type { MappingVersion } from '../../domain/responses/normalised-response.ts';
import type { ImportRow } from '../../store/responses/response-row.ts';
import type { NoteCode } from './outcome.ts';

/** What a connector makes of one item that arrived: parsed by its mapping, not yet normalised. */
export interface ResponseDraft {
  readonly externalId: string;
  /** Any identifier; only its pseudonym is kept. */
  readonly respondent: string | null;
  readonly answeredAt: Date;
  /** What says which of two deliveries of the answer is newer. */
  readonly revision?: Revision | null;
  /** As answered, on the mapping's scale; null when only a comment was given. */
  readonly score: string | number | null;
  readonly comment: string | null;
  /** By dimension field (camelCase); absent or blank becomes `unknown`. */
  readonly dimensions: Readonly<Record<string, string | null | undefined>>;
  /** Names the source, survey and scale too. */
  readonly mapping: MappingVersion;
  /** Where the item stood in its source: "reviews.csv line 17", "request 5f… item 3". */
  readonly position: string;
  /** Which row of which import it is. */
  readonly importRow?: ImportRow;
  /** The item as it arrived; kept sealed under the respondent's key. */
  readonly raw: string;
  /** What the connector changed or guessed. */
  readonly notes?: readonly NoteCode[];
}
