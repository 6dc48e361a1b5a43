/**
 * Which of two deliveries of one response is newer (decision 0059): by revision; else by time of answering; at
 * equal times by order of arrival, unless the arriving content was delivered before and has been replaced
 * since.
 */

/** Decides which of two deliveries is newer, besides the time of answering: a count, or a time of change. */
export type Revision =
  | { readonly kind: 'number'; readonly value: number }
  /** Epoch milliseconds. */
  | { readonly kind: 'time'; readonly value: number };

/** The arriving delivery. Times are epoch milliseconds. */
export interface Delivery {
  readonly answeredAt: number;
  readonly receivedAt: number;
  readonly revision: Revision | null;
}

/** What is stored under the id. */
export interface Standing {
  readonly answeredAt: number;
  readonly receivedAt: number;
  /** The highest revision delivered so far. */
  readonly revision: Revision | null;
  /** When it was corrected under GDPR article 16; null if the stored content was delivered. */
  readonly correctedAt: number | null;
}

/** How the delivery relates to earlier ones under the same id. */
export interface Likeness {
  /** Its content is the stored content. */
  readonly sameContent: boolean;
  /** It was read with the same survey, scale and map as the stored content. */
  readonly sameReading: boolean;
  /** It is the item that the stored content was read from, byte for byte or by its line in the file. */
  readonly sameItem: boolean;
  /** Its content or item was delivered before, and is not what is stored. */
  readonly seen: boolean;
  /** It was delivered before, read with the same survey, scale and map. */
  readonly seenSoRead: boolean;
  /** It is earlier in the same file as the stored content, in the same import. */
  readonly furtherUp: boolean;
}

/**
 * accepted: it replaces the stored content. stale: older. unrevised: the stored content has a revision, this
 * has none and was not answered later. incomparable: one has a number, the other a time. corrected: the stored
 * content was rectified, and nothing shows that this is newer. future: it would date the response in the
 * future.
 */
export type Verdict =
  | 'accepted'
  | 'duplicate'
  | 'stale'
  | 'unrevised'
  | 'incomparable'
  | 'corrected'
  | 'future';

/** How far the clock of a correction's sender may be ahead. */
const CLOCKS_DIFFER_MS = 5 * 60_000;

/** What happens to a delivery whose id is already stored. */
export function judge(delivery: Delivery, standing: Standing, like: Likeness): Verdict {
  const { sameContent, sameReading, sameItem, seen, seenSoRead } = like;
  if (sameContent && (sameReading || (seenSoRead && !sameItem))) return 'duplicate';
  const { answeredAt, receivedAt } = delivery;
  if (answeredAt !== standing.answeredAt && answeredAt > receivedAt + CLOCKS_DIFFER_MS) return 'future';
  // The same item read under another mapping: reading it again means the new reading, whatever times and
  // revisions it gives.
  if (!sameReading && sameItem) return 'accepted';
  if (sameContent) return 'accepted';
  const order = compareRevisions(asReceived(delivery.revision, receivedAt), standing.revision);
  if (order === 'incomparable') return 'incomparable';
  if (order === 'older') return 'stale';
  if (order === 'newer') return afterCorrection(delivery, standing);
  if (order === 'first' && seen) return 'stale';
  // The first number cannot be compared with the time of a rectification.
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
  // A response that was dated ahead counts from its arrival.
  const stands = Math.min(standing.answeredAt, standing.receivedAt);
  if (answeredAt !== standing.answeredAt && answeredAt > stands) return 'accepted';
  if (order === 'missing') return seen ? 'stale' : 'unrevised';
  if (answeredAt !== standing.answeredAt || seen || furtherUp) return 'stale';
  return standing.correctedAt === null ? 'accepted' : 'corrected';
}

/** A higher number overrides a rectification; a time shows whether the source changed the response since. */
function afterCorrection({ revision }: Delivery, { correctedAt }: Standing): 'accepted' | 'corrected' {
  const isAfter = correctedAt === null || revision?.kind === 'number' || (revision?.value ?? 0) > correctedAt;
  return isAfter ? 'accepted' : 'corrected';
}

type Order = 'newer' | 'older' | 'equal' | 'incomparable' | 'first' | 'missing';

/** first: only the arriving one has a revision. missing: only the stored one has. equal: neither is newer. */
function compareRevisions(given: Revision | null, standing: Revision | null): Order {
  if (given === null) return standing === null ? 'equal' : 'missing';
  if (standing === null) return 'first';
  if (given.kind !== standing.kind) return 'incomparable';
  if (given.value === standing.value) return 'equal';
  return given.value > standing.value ? 'newer' : 'older';
}

/** A revision dated ahead counts from its arrival; otherwise it would block everything until then. */
export function asReceived(revision: Revision | null, receivedAt: number): Revision | null {
  if (revision?.kind !== 'time') return revision;
  return { kind: 'time', value: Math.min(revision.value, receivedAt) };
}

/** The revision after a delivery whose content is the stored one: the higher of the two. */
export function higherRevision(given: Revision | null, standing: Revision | null): Revision | null {
  const order = compareRevisions(given, standing);
  return order === 'first' || order === 'newer' ? given : standing;
}
