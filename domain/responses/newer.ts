/**
 * Which of two deliveries of one answer stands (decision 0059). A revision says it; without one the time of answering does, and
 * at one time the order of arrival, unless what arrives was delivered before and something else has replaced it.
 */

/** What says which of two deliveries is newer, apart from the time of answering: a count, or when it was changed. */
export type Revision =
  | { readonly kind: 'number'; readonly value: number }
  /** Epoch milliseconds. */
  | { readonly kind: 'time'; readonly value: number };

/** What arrives. Times are epoch milliseconds. */
export interface Delivery {
  readonly answeredAt: number;
  readonly receivedAt: number;
  readonly revision: Revision | null;
}

/** What stands under the id. */
export interface Standing {
  readonly answeredAt: number;
  readonly receivedAt: number;
  /** The highest revision that was delivered. */
  readonly revision: Revision | null;
  /** When a person corrected it under GDPR article 16; null where what stands is what was delivered. */
  readonly correctedAt: number | null;
}

/** How the delivery stands to what was delivered before under the same id. */
export interface Likeness {
  /** It says what stands. */
  readonly sameContent: boolean;
  /** It was read by the same survey, scale and map as what stands. */
  readonly sameReading: boolean;
  /** It is, byte for byte or by its place in the file, the item that what stands was read from. */
  readonly sameItem: boolean;
  /** It, or the item that it was read from, was delivered before, and is not what stands. */
  readonly seen: boolean;
  /** It was delivered before, read by the same survey, scale and map. */
  readonly seenSoRead: boolean;
  /** It stands further up in the same file as what stands, in the same import. */
  readonly furtherUp: boolean;
}

/**
 * accepted: it takes the place of what stands. stale: older. unrevised: what stands has a revision, this has none, and was not
 * answered later. incomparable: one has a number, the other a time. corrected: what stands was corrected by a person, and
 * nothing shows that this is newer. future: it would move the answer into the future.
 */
export type Verdict =
  | 'accepted'
  | 'duplicate'
  | 'stale'
  | 'unrevised'
  | 'incomparable'
  | 'corrected'
  | 'future';

/** By how much the clock of who corrects may be ahead. */
const CLOCKS_DIFFER_MS = 5 * 60_000;

/** What becomes of a delivery whose id has an answer already. */
export function judge(delivery: Delivery, standing: Standing, like: Likeness): Verdict {
  const { sameContent, sameReading, sameItem, seen, seenSoRead } = like;
  if (sameContent && (sameReading || (seenSoRead && !sameItem))) return 'duplicate';
  const { answeredAt, receivedAt } = delivery;
  if (answeredAt !== standing.answeredAt && answeredAt > receivedAt + CLOCKS_DIFFER_MS) return 'future';
  // The same item read otherwise: whoever reads it again means the new reading, whatever times and revisions it gives.
  if (!sameReading && sameItem) return 'accepted';
  if (sameContent) return 'accepted';
  const order = compareRevisions(asReceived(delivery.revision, receivedAt), standing.revision);
  if (order === 'incomparable') return 'incomparable';
  if (order === 'older') return 'stale';
  if (order === 'newer') return afterCorrection(delivery, standing);
  if (order === 'first' && seen) return 'stale';
  // The first number that is given cannot be compared with when a person corrected the answer.
  if (order === 'first')
    return standing.correctedAt !== null && delivery.revision?.kind === 'number'
      ? 'corrected'
      : afterCorrection(delivery, standing);
  return judgeByTime(delivery, standing, like, order);
}

function judgeByTime(
  { answeredAt }: Delivery,
  standing: Standing,
  { seen, furtherUp }: Likeness,
  order: 'equal' | 'missing',
): Verdict {
  // One that was dated ahead stands from when it arrived.
  const stands = Math.min(standing.answeredAt, standing.receivedAt);
  if (answeredAt !== standing.answeredAt && answeredAt > stands) return 'accepted';
  if (order === 'missing') return seen ? 'stale' : 'unrevised';
  if (answeredAt !== standing.answeredAt || seen || furtherUp) return 'stale';
  return standing.correctedAt === null ? 'accepted' : 'corrected';
}

/** A higher number passes over what a person corrected; a time says whether the source changed the answer since. */
function afterCorrection({ revision }: Delivery, { correctedAt }: Standing): 'accepted' | 'corrected' {
  const isAfter = correctedAt === null || revision?.kind === 'number' || (revision?.value ?? 0) > correctedAt;
  return isAfter ? 'accepted' : 'corrected';
}

type Order = 'newer' | 'older' | 'equal' | 'incomparable' | 'first' | 'missing';

/** first: only what arrives has one. missing: only what stands has one. equal: neither is newer. */
function compareRevisions(given: Revision | null, standing: Revision | null): Order {
  if (given === null) return standing === null ? 'equal' : 'missing';
  if (standing === null) return 'first';
  if (given.kind !== standing.kind) return 'incomparable';
  if (given.value === standing.value) return 'equal';
  return given.value > standing.value ? 'newer' : 'older';
}

/** A revision that is dated ahead counts from when it arrived: it would stand against everything that comes until then. */
export function asReceived(revision: Revision | null, receivedAt: number): Revision | null {
  if (revision?.kind !== 'time') return revision;
  return { kind: 'time', value: Math.min(revision.value, receivedAt) };
}

/** The revision of an answer after a delivery that says what stands: the higher one. */
export function higherRevision(given: Revision | null, standing: Revision | null): Revision | null {
  const order = compareRevisions(given, standing);
  return order === 'first' || order === 'newer' ? given : standing;
}
