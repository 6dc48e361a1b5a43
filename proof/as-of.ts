import { type FieldGroup, type Scope, visibleCells } from '../domain/access/scope.ts';
import { UserError } from '../domain/errors/user-error.ts';
import { add, type Counts, subtract, ZERO } from '../domain/nps/nps.ts';
import {
  type Contribution,
  differencesOf,
  type FirstChange,
  firstChanges,
  type KnownChange,
  type KnownDifference,
  type KnownReason,
  sumOfChanges,
} from '../domain/scores/as-of.ts';
import { type ScoreName, type ScoreRow, scoreRow } from '../domain/scores/score.ts';
import type { CellDictionary } from '../domain/segments/cell.ts';
import { HOUR_MS } from '../domain/time/time-windows.ts';
import type { Session, Store } from '../store/database/client.ts';
import { formatPosition, isAfter, type JournalPosition } from '../store/journal/journal.ts';
import { journalMark } from '../store/journal/journal-trim.ts';
import { readChampion, readConfusion } from '../store/models/models.ts';
import {
  championAt,
  countReScored,
  type KnownQuery,
  MOST_ENTRIES,
  momentOfPlace,
  type PresentFact,
  type ReScoredQuery,
  readEntriesSince,
  readPresentFacts,
  readReScored,
  reignSince,
} from '../store/scores/as-of-entries.ts';
import { ONE_MOMENT, statedCounts } from './verify.ts';

export interface KnownDeps {
  readonly store: Store;
  readonly cells: CellDictionary;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A score as it was known at a moment and as it is known now, with every fact that makes the difference. */
export interface AsKnown {
  readonly knownAt: number;
  readonly known: ScoreRow;
  readonly now: ScoreRow;
  readonly differences: readonly KnownDifference[];
}

/** A moment: a time in epoch milliseconds, or the last known entry of the journal. */
export type Moment = { readonly knownAt: number } | { readonly place: JournalPosition };

/** Why a score is not available as of the moment; the message says what is. */
export class UnknownMomentError extends UserError {
  override readonly name = 'UnknownMomentError';
}

/** Null if the caller may not read one by one what the score counts. */
export async function scoreAsKnownAt(
  deps: KnownDeps,
  scope: Scope,
  name: ScoreName,
  moment: Moment,
): Promise<AsKnown | null> {
  if (name.from % HOUR_MS !== 0 || name.until % HOUR_MS !== 0)
    throw new UnknownMomentError(
      'id: its window must begin and end at whole hours (UTC), as the journal counts',
    );
  const visible = visibleCells(scope, ['readScore'], deps.cells, name.segment);
  const needed: FieldGroup[] = ['readResponse', 'traceLineage'];
  if (name.basis !== 'SURVEYED') needed.push('readPrediction');
  if (!visible.every((cell) => needed.every((group) => scope.allows(group, cell)))) return null;
  const cellIds = visible.map(({ id }) => id);
  return deps.store.transaction(async (session) => {
    await session.rows(ONE_MOMENT, []);
    const knownAt = await timeOf(session, deps, moment);
    await assertReached(session, moment, knownAt);
    const surveyedOnly = name.basis === 'SURVEYED';
    const before = surveyedOnly ? null : await championAt(session, knownAt);
    const after = surveyedOnly ? null : ((await readChampion(session))?.id ?? null);
    const place = 'place' in moment ? moment.place : null;
    const query: KnownQuery = { knownAt, place, model: before, cellIds, from: name.from, until: name.until };
    const changes = await changesSince(session, name, query);
    const stated = async (model: number | null) => {
      const [surveyed, inferred] = await statedCounts(session, deps, { ...name, model }, cellIds);
      return { surveyed, inferred: inferred ?? ZERO };
    };
    const old = await stated(before);
    const now = before === after ? old : await stated(after);
    const row = async (model: number | null, surveyed: Counts, inferred: Counts) => {
      const confusion = model === null ? null : await readConfusion(session, model);
      const part = confusion && { counts: inferred, confusion };
      return scoreRow({ ...name, model }, name.from, {}, add(surveyed, inferred), part);
    };
    return {
      knownAt,
      known: await row(
        before,
        subtract(old.surveyed, sumOfChanges(changes, false)),
        subtract(old.inferred, sumOfChanges(changes, true)),
      ),
      now: await row(after, now.surveyed, now.inferred),
      differences: [
        ...differencesOf(changes),
        ...(before === after
          ? []
          : [await otherModel(deps, session, name, query, after, subtract(now.inferred, old.inferred))]),
      ],
    };
  });
}

async function timeOf(session: Session, deps: KnownDeps, moment: Moment): Promise<number> {
  if ('place' in moment) {
    const at = await momentOfPlace(session, moment.place);
    if (at === null) throw new UnknownMomentError('position: the journal has not come so far');
    return at;
  }
  if (moment.knownAt > deps.now()) throw new UnknownMomentError('knownAt: must not be in the future');
  return moment.knownAt;
}

/** @throws UnknownMomentError if entries since then were deleted by retention. */
async function assertReached(session: Session, moment: Moment, knownAt: number): Promise<void> {
  const mark = await journalMark(session);
  if (!mark) return;
  const isReached = 'place' in moment ? !isAfter(mark, moment.place) : knownAt >= mark.reachesBack.getTime();
  if (isReached) return;
  throw new UnknownMomentError(
    `${'place' in moment ? 'position' : 'knownAt'}: the journal reaches back to ${mark.reachesBack.toISOString()} (position ${formatPosition(mark)}); ask for that moment or a later one. Older entries are deleted after retention.journal`,
  );
}

/** What another model version reads in today's facts. */
async function otherModel(
  { store }: KnownDeps,
  session: Session,
  { basis }: ScoreName,
  { model: before, cellIds, from, until }: KnownQuery,
  after: number | null,
  change: Counts,
): Promise<KnownDifference> {
  const query: ReScoredQuery = { before, after, cellIds, from, until, alone: basis === 'COMBINED' };
  const recordedAt = (after === null ? null : await reignSince(session, after)) ?? new Date(0);
  const said = (one: number | null) => (one === null ? null : { class: one, inferred: true });
  return {
    reason: 'RE_SCORED',
    change,
    responses: await countReScored(session, query),
    // Of everything ever read: a page at a time.
    facts: async (first, last) =>
      (await readReScored(store, query, last, first)).map(({ id, was, is }) => {
        return { responseId: id, reason: 'RE_SCORED', was: said(was), is: said(is), recordedAt };
      }),
  };
}

/** Every fact that counts differently than at that moment, under the model version of that moment. */
async function changesSince(session: Session, name: ScoreName, query: KnownQuery): Promise<KnownChange[]> {
  const entries = await readEntriesSince(session, query);
  if (entries.length > MOST_ENTRIES)
    throw new UnknownMomentError(
      `knownAt: more than ${MOST_ENTRIES} changes since; take a later moment or a score of fewer responses`,
    );
  const responses = firstChanges(entries.filter(({ kind }) => kind === 'responses'));
  const predictions = firstChanges(entries.filter(({ kind }) => kind === 'predictions'));
  const ids = [...new Set([...responses.keys(), ...predictions.keys()])];
  const present = await readPresentFacts(session, ids, query.model);
  const counted = new Counted(name, query);
  return ids.flatMap((id) => {
    const fact = present.get(id);
    const change = fact && counted.change(fact, responses.get(id), predictions.get(id));
    return change ?? [];
  });
}

/** What facts add to a number, then and now. */
class Counted {
  readonly #name: ScoreName;
  readonly #knownAt: number;
  readonly #cells: ReadonlySet<number>;

  constructor(name: ScoreName, { knownAt, cellIds }: KnownQuery) {
    this.#name = name;
    this.#knownAt = knownAt;
    this.#cells = new Set(cellIds);
  }

  /** Null if it counts as it did. */
  change(
    fact: PresentFact,
    response: FirstChange | undefined,
    prediction: FirstChange | undefined,
  ): KnownChange | null {
    const here = fact.answeredAt !== null && this.#holds(fact.cellId, fact.answeredAt.getTime());
    const surveyed = here ? fact.class : null;
    const predicted = here ? fact.predicted : null;
    const is = this.#contribution(surveyed, predicted);
    const was = this.#contribution(
      response ? this.#class(response) : surveyed,
      prediction ? this.#class(prediction) : predicted,
    );
    if (was?.class === is?.class && was?.inferred === is?.inferred) return null;
    const recordedAt = (response ?? prediction)?.recordedAt ?? new Date(this.#knownAt);
    return { responseId: fact.id, reason: this.#reason(fact, response, was, is), was, is, recordedAt };
  }

  #reason(
    fact: PresentFact,
    response: FirstChange | undefined,
    was: Contribution | null,
    is: Contribution | null,
  ): KnownReason {
    if (is === null && this.#cells.has(fact.cellId)) {
      if (fact.erased) return 'ERASED';
      if (fact.withdrawn) return 'WITHDRAWN';
      if (fact.restricted) return 'RESTRICTED';
      if (fact.uncounted) return 'UNCOUNTED';
    }
    const isNew = response ? !response.existed : (fact.receivedAt?.getTime() ?? 0) > this.#knownAt;
    if (isNew && was === null) return 'LATE';
    return response || isNew ? 'CORRECTED' : 'RE_SCORED';
  }

  #class({ was }: FirstChange): number | null {
    return was && this.#holds(was.cellId, was.hour * HOUR_MS) ? was.class : null;
  }

  #holds(cellId: number, at: number): boolean {
    return this.#cells.has(cellId) && at >= this.#name.from && at < this.#name.until;
  }

  #contribution(surveyed: number | null, predicted: number | null): Contribution | null {
    const { basis } = this.#name;
    if (basis !== 'INFERRED' && surveyed !== null) return { class: surveyed, inferred: false };
    return basis !== 'SURVEYED' && predicted !== null ? { class: predicted, inferred: true } : null;
  }
}
