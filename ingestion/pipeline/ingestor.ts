import type { Scope } from '../../domain/access/scope.ts';
import type { NameRedaction } from '../../domain/privacy/names.ts';
import { NAME_BOUNDS, type NameBounds } from '../../domain/responses/normalised-response.ts';
import type { CellAttributes } from '../../domain/segments/cell.ts';
import { inSlices, Slice } from '../../domain/text/slices.ts';
import { isPassingError } from '../../store/database/passing-errors.ts';
import type { SubjectEncryption } from '../../store/encryption/subject-encryption.ts';
import { CellGoneError } from '../../store/responses/cell-dictionary.ts';
import type { Accepted } from '../../store/responses/decide-responses.ts';
import type { MappingRegistry } from '../../store/responses/mappings.ts';
import { type AcceptRow, storeResponses } from '../../store/responses/store-responses.ts';
import type { Sign } from '../../store/seals/leaf-tombstones.ts';
import type { RulesRegistry } from '../../store/segments/rule-versions.ts';
import type { ResponseDraft } from './draft.ts';
import { createFiling, type FilingDeps, FORBIDDEN, filedAsOf, placeOf } from './file-cells.ts';
import { createGroupCommit } from './group-commit.ts';
import { finished, type NormaliseDeps, type Normalised, type ReadDraft, reading } from './normalise.ts';
import type { Outcome } from './outcome.ts';
import { type Patience, withTimeout } from './patience.ts';
import { NOT_ITS_ANSWER, NOT_ITS_SOURCE, refusalOf, tooMany } from './refusals.ts';
import { type RejectedItem, RejectionCounts } from './rejection-counts.ts';
import { removeNames } from './remove-names.ts';
import type { Submitter } from './submitter.ts';
import { type Prepared, type RowDeps, toRows } from './to-rows.ts';
import { Wordings } from './wording.ts';

export interface IngestorDeps extends NormaliseDeps, FilingDeps, RowDeps {
  readonly encryption: SubjectEncryption;
  readonly mappings: MappingRegistry;
  /** The segment rules in force; absent: none. */
  readonly segmentRules?: RulesRegistry | undefined;
  /** Signs notes about sealed leaves. */
  readonly sign: Sign;
  /** Removes names from comments; absent: they stay. */
  readonly names?: NameRedaction | undefined;
  /** How many sources, surveys and mappings one submitter may add. */
  readonly nameBounds?: NameBounds;
  readonly warn: (message: string, error?: Error) => void;
  /** Called after a commit that changed something, before any caller gets its answer. */
  readonly onCommitted?: () => void;
}

/** The common step of all connectors: drafts in, durable responses out. */
export interface Ingestor {
  /**
   * One outcome per draft, in order; resolves after the commit. Throws OverloadedError when too much is
   * waiting.
   */
  accept(submitter: Submitter, drafts: readonly ResponseDraft[]): Promise<Outcome[]>;
  /**
   * Checks drafts as `accept` does, without the database: what each would be stored as, or why it is rejected. What depends on stored
   * responses, names and cells is found when it is stored.
   */
  check(
    submitter: Submitter,
    drafts: readonly (ResponseDraft | Outcome | null)[],
  ): Promise<(Pick<Normalised, 'id' | 'respondent'> | Outcome | null)[]>;
  /** Counts items that were rejected, by `accept` or before it, for `sources`. */
  noteRejected(submitter: Submitter, items: readonly RejectedItem[]): void;
  /** Resolves when everything that was begun is settled, and what was rejected is counted. */
  idle(): Promise<void>;
  waiting(): number;
  /** How long, in milliseconds, the commit in progress has been tried; 0 when there is none. */
  busyFor(): number;
}

/**
 * Rows per transaction: building its statements blocks the event loop, and running them the embedded database.
 */
export const COMMIT_ROWS = { pglite: 100, postgres: 500 } as const;
/** Characters of the texts per transaction, which take as long as rows do. */
export const COMMIT_BYTES = 2 * 1024 * 1024;
/** Rows of all requests waiting for a commit, which submitters share. */
export const MOST_WAITING = 50_000;
/** How many times as much the administrator may add. */
const ADMIN_SHARE = 10;

/** How often a cell is looked up again that was released meanwhile. */
const ATTEMPTS = 5;

/** Builds the step over an open database; `deps.cells` and `deps.mappings` load on demand. */
export function createIngestor(deps: IngestorDeps): Ingestor {
  const patience: Patience = {
    now: deps.now,
    isPassing: isPassingError,
    patienceMs: 30_000,
    onRetry: (error, attempt) =>
      deps.warn(`storing responses: ${error.message}; attempt ${attempt} failed`, error),
  };
  const commitRows = COMMIT_ROWS[deps.store.backend];
  const commits = createGroupCommit<AcceptRow, Accepted>({
    ...patience,
    commit: async (rows, { receivedAt }) => {
      const outcomes = await storeResponses(deps, rows, receivedAt);
      if (outcomes.some(({ acceptance }) => acceptance === 'accepted')) deps.onCommitted?.();
      return outcomes;
    },
    maxRows: commitRows,
    maxBytes: COMMIT_BYTES,
    bytesOf: ({ comment, eventContent }) => (comment?.length ?? 0) + eventContent.length,
    maxWaiting: MOST_WAITING,
  });
  const file = createFiling(deps);
  const rejections = new RejectionCounts(deps);
  const wordings = new Wordings(deps.mappings);
  const store = (submitter: Submitter, items: readonly (Prepared | Outcome)[]): Promise<Outcome[]> =>
    untilFiled(deps, async () => {
      const taken = items.filter((item): item is Prepared => 'id' in item);
      const places = await withTimeout(patience, () => file(submitter, taken));
      const filed = taken.flatMap((item, i) => {
        const cell = places[i];
        return cell && 'id' in cell ? [{ item, cell }] : [];
      });
      const accepted = await commits.add(submitter.id, toRows(deps, submitter, filed));
      const outcomes = new Map<Prepared, Outcome>();
      filed.forEach(({ item }, i) => {
        outcomes.set(item, outcomeOf(deps, submitter, item, accepted[i] as Accepted));
      });
      taken.forEach((item, i) => {
        if (!outcomes.has(item)) outcomes.set(item, places[i] as Outcome);
      });
      return items.map((item) => ('id' in item ? (outcomes.get(item) as Outcome) : item));
    });
  return {
    async accept(submitter, drafts) {
      const parts: Promise<Outcome[]>[] = [];
      const slice = new Slice();
      for (const some of partsOf(drafts, commitRows, sizeOf)) {
        const items = await withTimeout(patience, () =>
          prepare({ ...deps, wordings }, submitter, some, slice),
        );
        // One part is stored while the next one is built; more would only wait.
        await parts.at(-1);
        const part = store(submitter, items);
        // A failure is handled in its turn; until then it must not count as unhandled.
        part.catch(() => undefined);
        parts.push(part);
      }
      return (await Promise.all(parts)).flat();
    },
    async check(submitter, drafts) {
      // Names need not be removed for it: nothing of the comment is kept.
      const { read, permit } = permitting(deps, submitter, new Slice());
      const checked: Awaited<ReturnType<Ingestor['check']>> = [];
      for (const draft of drafts)
        checked.push(draft === null || 'status' in draft ? draft : await permit(await read(draft)));
      return checked;
    },
    noteRejected: (submitter, items) => rejections.add(submitter, items),
    async idle() {
      await commits.idle();
      await rejections.write();
    },
    waiting: () => commits.waiting(),
    busyFor: () => commits.busyFor(),
  };
}

const sizeOf = ({ comment, raw }: ResponseDraft) => (comment?.length ?? 0) + raw.length;

/** Drafts per transaction; one that is too large is a part of its own. */
export function* partsOf<Draft>(
  drafts: readonly Draft[],
  mostRows: number,
  sizeOf: (draft: Draft) => number,
): Generator<Draft[]> {
  let part: Draft[] = [];
  let bytes = 0;
  for (const draft of drafts) {
    const size = sizeOf(draft);
    if (part.length > 0 && (part.length === mostRows || bytes + size > COMMIT_BYTES)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(draft);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

/** A cell that was released meanwhile is looked up again; used ones are not released, so this ends. */
export async function untilFiled<Result>(
  { cells, store }: Pick<FilingDeps, 'cells' | 'store'>,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CellGoneError) || attempt === ATTEMPTS) throw error;
      await cells.reload(store);
    }
  }
}

/** What of a draft can be said without the database. */
type Permitted = Normalised & { readonly place: CellAttributes };

/** Normalises drafts in two parts and checks whether their submitter may submit them, by source and segment. */
function permitting(deps: IngestorDeps, submitter: Submitter, slice: Slice) {
  const rules = { ...deps, storedAs: deps.cells.storedAs, rules: deps.segmentRules?.current };
  const read = async (draft: ResponseDraft): Promise<ReadDraft | Outcome> => {
    if (slice.isOver()) await slice.next();
    const one = await inSlices(reading(rules, draft), slice);
    if ('status' in one || !submitter.sources || submitter.sources.includes(one.names.source)) return one;
    return NOT_ITS_SOURCE;
  };
  const permit = async (one: ReadDraft | Outcome): Promise<Permitted | Outcome> => {
    if ('status' in one) return one;
    if (slice.isOver()) await slice.next();
    const item = finished(rules, one);
    const place = placeOf(deps.dimensions, submitter, item.attributes);
    return 'outcome' in place ? place.outcome : { ...item, place: place.attributes };
  };
  return { read, permit };
}

/** The submitter's permitted drafts, normalised, and the rejections of the others. */
async function prepare(
  deps: IngestorDeps & { readonly wordings: Wordings },
  submitter: Submitter,
  drafts: readonly ResponseDraft[],
  slice: Slice,
): Promise<(Prepared | Outcome)[]> {
  const { scope, id } = submitter;
  await deps.segmentRules?.refresh(deps.store, deps.now());
  const { read, permit } = permitting(deps, submitter, slice);
  const drafted: (ReadDraft | Outcome)[] = [];
  for (const draft of drafts) drafted.push(await read(draft));
  const normalised: (Permitted | Outcome)[] = [];
  for (const one of await removeNames(deps.names, id, drafted)) normalised.push(await permit(one));
  const bounds = boundsOf(deps.nameBounds ?? NAME_BOUNDS, scope);
  const items: (Prepared | Outcome)[] = [];
  for (const item of normalised) {
    if (!('id' in item)) {
      items.push(item);
      continue;
    }
    const mapping = deps.wordings.asked(item.mapping, item.question);
    const mappingVersionId = await deps.mappings.ensure(deps.store, mapping, { id, bounds }, deps.now());
    if (typeof mappingVersionId !== 'number') {
      items.push(tooMany(mappingVersionId));
      continue;
    }
    const { sourceMadeBy } = await deps.mappings.get(deps.store, mappingVersionId);
    items.push({ ...item, mappingVersionId, mayCorrect: mayCorrect(submitter, sourceMadeBy) });
  }
  return items;
}

/**
 * Whether the submitter may replace another response of that source: a key that is bound to it, the first
 * submitter that used it, and administrators. Sources from before this was recorded are open to all.
 */
export function mayCorrect({ id, scope, sources }: Submitter, sourceMadeBy: string | null): boolean {
  return sources !== null || sourceMadeBy === null || sourceMadeBy === id || scope.allowsAll('administer');
}

/** Administrators of the whole database set it up too. */
export function boundsOf(bounds: NameBounds, scope: Scope): NameBounds {
  const times = scope.allowsAll('administer') ? ADMIN_SHARE : 1;
  const { sources, surveys, mappings, mappingBytes, minute } = bounds;
  return {
    sources: sources * times,
    surveys: surveys * times,
    mappings: mappings * times,
    mappingBytes: mappingBytes * times,
    minute: minute * times,
  };
}

function outcomeOf(
  { cells, dimensions }: IngestorDeps,
  { scope }: Submitter,
  { attributes, sent, mayCorrect, notes }: Prepared,
  { acceptance, cellId, corrects }: Accepted,
): Outcome {
  if (acceptance === 'forbidden') return mayCorrect ? FORBIDDEN : NOT_ITS_ANSWER;
  if (acceptance !== 'accepted' && acceptance !== 'duplicate') return refusalOf(acceptance);
  const cell = cells.get(cellId);
  const filedAs =
    cell &&
    scope.allows('submitResponse', cell) &&
    filedAsOf(dimensions, sent?.dimensions ?? attributes, cell);
  const all = corrects ? [...notes, 'CORRECTED' as const] : notes;
  return { status: acceptance, ...(filedAs ? { filedAs } : {}), ...(all.length > 0 ? { notes: all } : {}) };
}
