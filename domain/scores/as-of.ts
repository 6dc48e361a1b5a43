import { UserError } from '../errors/user-error.ts';
import { add, type Counts, subtract, ZERO } from '../nps/nps.ts';

/**
 * How a number known at one moment became today's. The journal records for every deletion what was deleted, and
 * for every insertion what was added; a change is both. So the first event of a fact after the moment shows
 * what it was then.
 */

/** Where a fact counts, and as what (0 detractor, 1 passive, 2 promoter). */
export interface CountedFact {
  readonly cellId: number;
  /** Hours since 1970, UTC. */
  readonly hour: number;
  readonly class: number;
}

/** What the journal records of one statement. */
export interface AsOfEntry {
  readonly position: number;
  readonly kind: string;
  /** The version whose predictions changed; null for responses. */
  readonly model: number | null;
  readonly recordedAt: Date;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** [cell id, hours since 1970, Δ promoters, Δ passives, Δ detractors] */
  readonly deltas: readonly (readonly [number, number, number, number, number])[];
}

/**
 * The first event of a fact after the moment; `was`: what it counted as until then, null if it did not count.
 */
export interface FirstChange {
  readonly was: CountedFact | null;
  /** Whether it existed, counted or not. */
  readonly existed: boolean;
  readonly model: number | null;
  readonly recordedAt: Date;
}

/** An entry that our code never writes: the earlier state is unknown. */
export class UnexplainedChangeError extends UserError {
  override readonly name = 'UnexplainedChangeError';
}

/**
 * By id, the first change of each fact. `entries`: those after the moment, the last first.
 * @throws UnexplainedChangeError for rows changed in place, as nothing but a hand at the database does.
 */
export function firstChanges(entries: Iterable<AsOfEntry>): Map<string, FirstChange> {
  const first = new Map<string, FirstChange>();
  for (const { position, model, added, removed, deltas, recordedAt } of entries) {
    const [one] = removed;
    if (one !== undefined && removed.length === 1 && added.length === 0)
      first.set(one, { was: removedFact(deltas), existed: true, model, recordedAt });
    else if (deltas.some(([, , ...counts]) => counts.some((n) => n < 0)))
      throw new UnexplainedChangeError(`entry ${position} of the journal changed responses in place`);
    // An update that does not change counts (a comment that aged out) is not a change here.
    else if (deltas.length === 0 || deltas.some(([, , ...counts]) => counts.some((n) => n > 0)))
      for (const id of added) first.set(id, { was: null, existed: false, model, recordedAt });
  }
  return first;
}

/** A deletion is of one row, so the deltas are that row's. */
function removedFact(deltas: AsOfEntry['deltas']): CountedFact | null {
  const [delta] = deltas;
  if (!delta) return null;
  const [cellId, hour, promoters, passives] = delta;
  return { cellId, hour, class: promoters < 0 ? 2 : passives < 0 ? 1 : 0 };
}

/**
 * LATE: not counted then, added since. CORRECTED: another class or cell. ERASED: deleted, by request or by
 * retention. WITHDRAWN: removed, because its import was undone. RESTRICTED: restricted in a dispute. UNCOUNTED: left
 * out by a respondent policy, a flag or a person. RE_SCORED:
 * the same response, which a model reads differently, or for the first time.
 */
export type KnownReason =
  | 'LATE'
  | 'CORRECTED'
  | 'ERASED'
  | 'WITHDRAWN'
  | 'RESTRICTED'
  | 'UNCOUNTED'
  | 'RE_SCORED';

/** What one response adds to a number: 0 detractor, 1 passive, 2 promoter. */
export interface Contribution {
  readonly class: number;
  /** The version that inferred it; null: surveyed. */
  readonly model: number | null;
}

/** One fact that counts differently than it did then. */
export interface KnownChange {
  readonly responseId: string;
  readonly reason: KnownReason;
  readonly was: Contribution | null;
  readonly is: Contribution | null;
  readonly recordedAt: Date;
}

/** All facts that changed for one reason; `change`: now minus then. */
export interface KnownDifference {
  readonly reason: KnownReason;
  readonly change: Counts;
  readonly responses: number;
  /** Up to `first` of them after that response: the oldest change first; for changes of model version, by id. */
  readonly facts: (first: number, after: string | null) => Promise<readonly KnownChange[]>;
}

/** A page was requested after a response that is none of the facts. */
export class UnknownFactError extends UserError {
  override readonly name = 'UnknownFactError';
}

function pager(facts: readonly KnownChange[]): KnownDifference['facts'] {
  return async (first, after) => {
    const place = after === null ? -1 : facts.findIndex(({ responseId }) => responseId === after);
    if (after !== null && place < 0)
      throw new UnknownFactError('after: is not the responseId of one of these facts');
    return facts.slice(place + 1, place + 1 + first);
  };
}

/** What the changes add to the counts: surveyed ones (null), of one model version, or all. */
export function sumOfChanges(changes: readonly KnownChange[], model?: number | null): Counts {
  const count = (one: Contribution | null) =>
    one && (model === undefined || one.model === model) ? countOf(one.class) : ZERO;
  return changes.reduce((sum, { was, is }) => add(sum, subtract(count(is), count(was))), ZERO);
}

/** The differences by reason, those with the most facts first. */
export function differencesOf(changes: readonly KnownChange[]): KnownDifference[] {
  const byReason = new Map<KnownReason, KnownChange[]>();
  for (const change of changes) {
    const list = byReason.get(change.reason);
    if (list) list.push(change);
    else byReason.set(change.reason, [change]);
  }
  return [...byReason]
    .map(([reason, facts]) => ({
      reason,
      change: sumOfChanges(facts),
      responses: facts.length,
      facts: pager(
        facts.toSorted(
          (a, b) => a.recordedAt.getTime() - b.recordedAt.getTime() || (a.responseId < b.responseId ? -1 : 1),
        ),
      ),
    }))
    .sort((a, b) => b.responses - a.responses);
}

function countOf(given: number): Counts {
  return { promoters: Number(given === 2), passives: Number(given === 1), detractors: Number(given === 0) };
}
