import { NAME_BOUNDS } from '../../domain/responses/normalised-response.ts';
import type { Cell } from '../../domain/segments/cell.ts';
import { Slice } from '../../domain/text/slices.ts';
import { isPassingError } from '../../store/database/passing-errors.ts';
import { type AcceptedOutcome, type OutcomeRow, storeOutcomes } from '../../store/outcomes/store-outcomes.ts';
import { ensureSources, type KnownSource } from '../../store/responses/known-sources.ts';
import type { BeyondBounds } from '../../store/responses/mappings.ts';
import { createFiling, FORBIDDEN, filedAsOf, placeOf } from '../pipeline/file-cells.ts';
import { createGroupCommit } from '../pipeline/group-commit.ts';
import {
  boundsOf,
  COMMIT_BYTES,
  COMMIT_ROWS,
  type IngestorDeps,
  MOST_WAITING,
  mayCorrect,
  partsOf,
  untilFiled,
} from '../pipeline/ingestor.ts';
import type { Outcome } from '../pipeline/outcome.ts';
import { type Patience, withTimeout } from '../pipeline/patience.ts';
import { NOT_ITS_SOURCE, tooMany } from '../pipeline/refusals.ts';
import type { Submitter } from '../pipeline/submitter.ts';
import { type NormalisedOutcome, normaliseOutcome } from './normalise-outcome.ts';
import type { OutcomeDraft } from './outcome-draft.ts';
import { NOT_ITS_OUTCOME, outcomeRefusal } from './outcome-refusals.ts';

/** The common step of all routes for outcomes: drafts in, durable outcomes out. */
export interface OutcomeIngestor {
  /** The result of each, in order, after the commit. Throws OverloadedError when too much is waiting. */
  accept(submitter: Submitter, drafts: readonly (OutcomeDraft | Outcome)[]): Promise<Outcome[]>;
  /** Resolves when everything that was begun is settled. */
  idle(): Promise<void>;
  waiting(): number;
}

interface Prepared extends NormalisedOutcome {
  readonly place: NormalisedOutcome['attributes'];
  readonly sourceId: number;
  /** Whether the submitter may correct stored outcomes of the source. */
  readonly mayCorrect: boolean;
}

interface Filed {
  readonly item: Prepared;
  readonly cell: Cell;
}

/** Builds the step over an open database, as `createIngestor` does for responses. */
export function createOutcomeIngestor(deps: Omit<IngestorDeps, 'mappings' | 'sign'>): OutcomeIngestor {
  const patience: Patience = {
    now: deps.now,
    isPassing: isPassingError,
    patienceMs: 30_000,
    onRetry: (error, attempt) =>
      deps.warn(`storing outcomes: ${error.message}; attempt ${attempt} failed`, error),
  };
  const commitRows = COMMIT_ROWS[deps.store.backend];
  const commits = createGroupCommit<OutcomeRow, AcceptedOutcome>({
    ...patience,
    commit: (rows, { receivedAt }) => storeOutcomes(deps, rows, receivedAt),
    maxRows: commitRows,
    maxBytes: COMMIT_BYTES,
    bytesOf: ({ content }) => content.length,
    maxWaiting: MOST_WAITING,
  });
  const file = createFiling(deps);
  const store = (submitter: Submitter, items: readonly (Prepared | Outcome)[]): Promise<Outcome[]> =>
    untilFiled(deps, async () => {
      const taken = items.filter((item): item is Prepared => 'id' in item);
      const places = await withTimeout(patience, () => file(submitter, taken));
      const filed = taken.flatMap((item, i): Filed[] => {
        const cell = places[i];
        return cell && 'id' in cell ? [{ item, cell }] : [];
      });
      const accepted = await commits.add(
        submitter.id,
        filed.map((one) => toRow(deps, submitter, one)),
      );
      const results = new Map<Prepared, Outcome>();
      for (const [i, item] of taken.entries()) results.set(item, places[i] as Outcome);
      for (const [i, { item }] of filed.entries())
        results.set(item, resultOf(deps, submitter, item, accepted[i] as AcceptedOutcome));
      return items.map((item) => ('id' in item ? (results.get(item) as Outcome) : item));
    });
  return {
    async accept(submitter, drafts) {
      const results: Outcome[] = [];
      for (const some of partsOf(drafts, commitRows, sizeOf)) {
        const items = await withTimeout(patience, () => prepare(deps, submitter, some));
        results.push(...(await store(submitter, items)));
      }
      return results;
    },
    idle: () => commits.idle(),
    waiting: () => commits.waiting(),
  };
}

const sizeOf = (draft: OutcomeDraft | Outcome) => ('status' in draft ? 0 : draft.raw.length);

async function prepare(
  deps: Omit<IngestorDeps, 'mappings' | 'sign'>,
  submitter: Submitter,
  drafts: readonly (OutcomeDraft | Outcome)[],
): Promise<(Prepared | Outcome)[]> {
  const rules = { ...deps, storedAs: deps.cells.storedAs };
  const slice = new Slice();
  const permitted: (Outcome | (NormalisedOutcome & Pick<Prepared, 'place'>))[] = [];
  for (const draft of drafts) {
    if (slice.isOver()) await slice.next();
    const item = 'status' in draft ? draft : normaliseOutcome(rules, draft);
    permitted.push('id' in item ? placed(deps, submitter, item) : item);
  }
  const names = new Set(permitted.flatMap((item) => ('id' in item ? [item.source] : [])));
  const maker = { id: submitter.id, bounds: boundsOf(deps.nameBounds ?? NAME_BOUNDS, submitter.scope) };
  const sources = await ensureSources(deps.store, [...names], maker);
  return permitted.map((item) => {
    if (!('id' in item)) return item;
    const source = sources.get(item.source) as KnownSource | BeyondBounds;
    if ('beyond' in source) return tooMany(source);
    return { ...item, sourceId: source.id, mayCorrect: mayCorrect(submitter, source.madeBy) };
  });
}

function placed(
  { dimensions }: Pick<IngestorDeps, 'dimensions'>,
  submitter: Submitter,
  item: NormalisedOutcome,
): Outcome | (NormalisedOutcome & Pick<Prepared, 'place'>) {
  if (submitter.sources && !submitter.sources.includes(item.source)) return NOT_ITS_SOURCE;
  const place = placeOf(dimensions, submitter, item.attributes);
  return 'outcome' in place ? place.outcome : { ...item, place: place.attributes };
}

function toRow(
  { cells }: Pick<IngestorDeps, 'cells'>,
  { scope }: Submitter,
  { item, cell }: Filed,
): OutcomeRow {
  const maySubmit = (cellId: number) => {
    if (scope.allowsAll('submitResponse')) return true;
    const stored = cells.get(cellId);
    return stored !== undefined && scope.allows('submitResponse', stored);
  };
  return { ...item, cellId: cell.id, mayReplace: item.mayCorrect ? maySubmit : () => false };
}

function resultOf(
  { cells, dimensions }: Pick<IngestorDeps, 'cells' | 'dimensions'>,
  { scope }: Submitter,
  { attributes, mayCorrect: corrects, notes }: Prepared,
  { acceptance, cellId, replaced }: AcceptedOutcome,
): Outcome {
  if (acceptance === 'forbidden') return corrects ? FORBIDDEN : NOT_ITS_OUTCOME;
  if (acceptance !== 'accepted' && acceptance !== 'duplicate') return outcomeRefusal(acceptance);
  const cell = cells.get(cellId);
  const filedAs = cell && scope.allows('submitResponse', cell) && filedAsOf(dimensions, attributes, cell);
  const all = replaced ? [...notes, 'CORRECTED' as const] : notes;
  return { status: acceptance, ...(filedAs ? { filedAs } : {}), ...(all.length > 0 ? { notes: all } : {}) };
}
