import type { OutcomeAcceptance } from '../../store/outcomes/store-outcomes.ts';
import { type Outcome, rejected } from '../pipeline/outcome.ts';

/* Why an outcome is not stored, as reported to its sender. */

const REFUSALS: Readonly<
  Record<Exclude<OutcomeAcceptance, 'accepted' | 'duplicate' | 'forbidden'>, Outcome>
> = {
  stale: rejected(
    'STALE',
    'externalId: this id already has a newer outcome: one that happened later or has a higher revision, or one that arrived after this one, which was delivered before',
  ),
  unrevised: rejected(
    'STALE',
    'revision: this id already has an outcome with a revision, and this one has none; send updatedAt or revision, or a later at',
  ),
  incomparable: rejected(
    'INCOMPARABLE',
    'revision: this id has revisions of the other kind; times (updatedAt) and numbers (revision) cannot be compared, so one source sends one of them',
  ),
  future: rejected(
    'IN_THE_FUTURE',
    'at: this id already has another outcome, and this one is dated after its arrival; a correction is dated at the latest now',
  ),
  erased: rejected(
    'ERASED',
    'externalId: this outcome was erased or deleted by age and is not accepted again; a new outcome has a new externalId',
  ),
};

/** The same wherever the outcome is. */
export const NOT_ITS_OUTCOME = rejected(
  'FORBIDDEN',
  'source: this id already has another outcome; it is corrected by a key that is bound to this source, or by the one that named it first',
);

/** The rejection of an item whose id has another outcome that stays. */
export const outcomeRefusal = (acceptance: keyof typeof REFUSALS): Outcome => REFUSALS[acceptance];
