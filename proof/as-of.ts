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
import {
  idsOf,
  inferredParts,
  type ModelPart,
  readChampion,
  readModelParts,
} from '../store/models/models.ts';
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
import type { CountsByKind } from './verdict.ts';
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
    const place = 'place' in moment ? moment.place : null;
    const before = surveyedOnly ? null : await championAt(session, { knownAt, place });
    const after = surveyedOnly ? null : ((await readChampion(session))?.id ?? null);
    const partsBefore = await partsOf(session, before);
    const partsAfter = await partsOf(session, after);
    const [models, modelsAfter] = [idsOf(partsBefore), idsOf(partsAfter)];
    const query: KnownQuery = { knownAt, place, models, cellIds, from: name.from, until: name.until };
    const changes = await changesSince(session, name, query);
    const stated = (of: readonly number[]) => statedCounts(session, deps, name, of, cellIds);
    const old = await stated(models);
    const now = before === after ? old : await stated(modelsAfter);
    const row = (model: number | null, parts: readonly ModelPart[], { surveyed, inferred }: CountsByKind) =>
      scoreRow(
        { ...name, model },
        name.from,
        {},
        inferred.reduce(add, surveyed),
        inferredParts(parts, inferred),
      );
    return {
      knownAt,
      known: row(before, partsBefore, {
        surveyed: subtract(old.surveyed, sumOfChanges(changes, null)),
        inferred: old.inferred.map((counts, i) => subtract(counts, sumOfChanges(changes, models[i] ?? null))),
      }),
      now: row(after, partsAfter, now),
      differences: [
        ...differencesOf(changes),
        ...(before === after
          ? []
          : [
              await otherModel(deps, session, name, query, {
                after,
                models: modelsAfter,
                change: change(old, now),
              }),
            ]),
      ],
    };
  });
}

const partsOf = async (session: Session, model: number | null) =>
  model === null ? [] : readModelParts(session, model);

/** Of the inferred counts together. */
function change(before: CountsByKind, after: CountsByKind): Counts {
  const sum = ({ inferred }: CountsByKind) => inferred.reduce<Counts>(add, ZERO);
  return subtract(sum(after), sum(before));
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
  { models: before, cellIds, from, until }: KnownQuery,
  {
    after,
    models,
    change,
  }: { readonly after: number | null; readonly models: readonly number[]; readonly change: Counts },
): Promise<KnownDifference> {
  const query: ReScoredQuery = {
    ...{ before, after: models, cellIds, from, until },
    alone: basis === 'COMBINED',
  };
  const recordedAt = (after === null ? null : await reignSince(session, after)) ?? new Date(0);
  const said = (one: number | null, model: number | null) => (one === null ? null : { class: one, model });
  return {
    reason: 'RE_SCORED',
    change,
    responses: await countReScored(session, query),
    // Of everything ever read: a page at a time.
    facts: async (first, last) =>
      (await readReScored(store, query, last, first)).map(({ id, was, wasBy, is, isBy }) => {
        return {
          ...{ responseId: id, reason: 'RE_SCORED' as const, recordedAt },
          ...{ was: said(was, wasBy), is: said(is, isBy) },
        };
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
  const present = await readPresentFacts(session, ids, query.models);
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
    const is = this.#contribution(surveyed, predicted, fact.model);
    const was = this.#contribution(
      response ? this.#class(response) : surveyed,
      prediction ? this.#class(prediction) : predicted,
      prediction ? prediction.model : fact.model,
    );
    if (was?.class === is?.class && was?.model === is?.model) return null;
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

  #contribution(
    surveyed: number | null,
    predicted: number | null,
    model: number | null,
  ): Contribution | null {
    const { basis } = this.#name;
    if (basis !== 'INFERRED' && surveyed !== null) return { class: surveyed, model: null };
    return basis !== 'SURVEYED' && predicted !== null ? { class: predicted, model } : null;
  }
}
