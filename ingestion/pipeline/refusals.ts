import type { BeyondBounds } from '../../store/responses/mappings.ts';
import { type Outcome, rejected } from './outcome.ts';

/* Why an item is not stored, as reported to its sender. */

const REFUSALS = {
  stale: rejected(
    'STALE',
    'externalId: this id already has a newer answer: one that was answered later or has a higher revision, or one that arrived after this one, which was delivered before',
  ),
  unrevised: rejected(
    'STALE',
    'revision: this id already has an answer with a revision, and this one has none; send updatedAt or revision, or a later answeredAt',
  ),
  corrected: rejected(
    'STALE',
    'externalId: this answer was corrected for its respondent; it is replaced by a later answeredAt, a higher revision, or an updatedAt after the correction',
  ),
  incomparable: rejected(
    'INCOMPARABLE',
    'revision: this id has revisions of the other kind; times (updatedAt) and numbers (revision) cannot be compared, so one source sends one of them',
  ),
  future: rejected(
    'IN_THE_FUTURE',
    'answeredAt: this id already has another answer, and this one is dated after its arrival; a correction is dated at the latest now',
  ),
  erased: rejected(
    'ERASED',
    'externalId: this response was erased for its respondent and is not accepted again; a new answer has a new externalId',
  ),
} as const;
export const NOT_ITS_SOURCE = rejected('FORBIDDEN', 'source: this key is bound to other sources');
/** The same wherever the response is. */
export const NOT_ITS_ANSWER = rejected(
  'FORBIDDEN',
  'source: this id already has another answer; it is corrected by a key that is bound to this source, or by the one that named it first',
);

/** The rejection of an item whose id has another response that stays. */
export const refusalOf = (verdict: keyof typeof REFUSALS): Outcome => REFUSALS[verdict];

/** The rejection of an item whose submitter has named as many sources, surveys or mappings as it may. */
export function tooMany({ beyond, most }: BeyondBounds): Outcome {
  if (beyond === 'sources')
    return rejected('TOO_MANY_SOURCES', `source: this key has named ${most} sources, and may name no more`);
  if (beyond === 'surveys')
    return rejected(
      'TOO_MANY_SURVEYS',
      `survey: this key has named ${most} surveys and versions of them, and may name no more`,
    );
  const what = 'sources, surveys, scales and maps together are mappings';
  if (beyond === 'mappings')
    return rejected(
      'TOO_MANY_MAPPINGS',
      `source: this key has made ${most} mappings, and may make no more; ${what}`,
    );
  if (beyond === 'mappingBytes')
    return rejected(
      'TOO_MANY_MAPPINGS',
      `map: the maps that this key has made may have ${most} bytes together, and this one is beyond; send one with less in it`,
    );
  return rejected(
    'TOO_MANY_MAPPINGS',
    `source: this key has named ${most} new mappings in this minute; send the item again in a minute; ${what}`,
  );
}
