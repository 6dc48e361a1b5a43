import { judge, type Revision, type Verdict } from '../../../domain/responses/newer.ts';
import type { Normalised } from '../../pipeline/normalise.ts';

/** How many ids are remembered, at some 500 bytes each. */
const MOST_IDS = 100_000;

/** The state of an id after the rows so far. */
interface Standing<Place> {
  contentHash: string;
  eventHash: string;
  answeredAt: number;
  revision: Revision | null;
  mapping: Normalised['mapping'];
  place: Place;
  /** Contents delivered before it. */
  readonly former: Set<string>;
}

/**
 * new: the first row of its id, as far as ids are remembered. replaces: the earlier one was filed at `place`.
 */
type Repeat<Place> =
  | { readonly verdict: 'new' }
  | { readonly verdict: 'replaces'; readonly place: Place }
  | { readonly verdict: Exclude<Verdict, 'accepted'> };

/** Judges rows of one id in one file like the database, without querying it. */
export class Repeats<Place> {
  readonly #standing = new Map<string, Standing<Place>>();
  readonly #most: number;

  constructor(most = MOST_IDS) {
    this.#most = most;
  }

  /** Whether there were more ids than are remembered. */
  isFull = false;

  /** The result of the next row, which is filed at `place`. */
  judge(row: Normalised, place: Place, now: number): Repeat<Place> {
    const standing = this.#standing.get(row.id);
    if (standing) return this.#again(standing, row, place, now);
    this.isFull ||= this.#standing.size >= this.#most;
    if (!this.isFull) this.#standing.set(row.id, { ...standsAs(row), place, former: new Set() });
    return { verdict: 'new' };
  }

  #again(standing: Standing<Place>, row: Normalised, place: Place, now: number): Repeat<Place> {
    const { contentHash, former } = standing;
    const given = standsAs(row);
    const sameContent = given.contentHash === contentHash;
    const sameReading = given.mapping === standing.mapping;
    const seen = !sameContent && former.has(given.contentHash);
    const verdict = judge(
      { answeredAt: given.answeredAt, receivedAt: now, revision: given.revision },
      { ...standing, receivedAt: now, correctedAt: null },
      {
        sameContent,
        sameReading,
        sameItem: given.eventHash === standing.eventHash,
        seen,
        seenSoRead: seen && sameReading,
        furtherUp: false,
      },
    );
    if (verdict !== 'accepted') return { verdict };
    former.add(contentHash);
    const left = standing.place;
    Object.assign(standing, given, { place });
    return { verdict: 'replaces', place: left };
  }
}

const standsAs = ({ contentHash, event, answeredAt, revision, mapping }: Normalised) => ({
  contentHash,
  eventHash: event.hash,
  answeredAt: answeredAt.getTime(),
  revision,
  mapping,
});
