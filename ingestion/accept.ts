import type { Cell } from '../domain/cell.ts';
import { type NormalisedResponse, sourceEventId } from '../domain/provenance.ts';
import { type Accepted, type AcceptRow, acceptRows } from '../store/accept.ts';
import { CellGone } from '../store/cells.ts';
import { isPassingError } from '../store/errors.ts';
import type { RecordMappings } from '../store/provenance.ts';
import type { Vault } from '../store/vault.ts';
import type { ResponseDraft } from './draft.ts';
import { createFiling, type FilingDeps, FORBIDDEN, filedAsOf } from './file-cells.ts';
import { createGroupCommit } from './group-commit.ts';
import { type NormaliseDeps, normalise } from './normalise.ts';
import { type Outcome, rejected } from './outcome.ts';
import type { Submitter } from './submitter.ts';

export interface AcceptDeps extends NormaliseDeps, FilingDeps {
  readonly vault: Vault;
  readonly mappings: RecordMappings;
  readonly warn: (message: string, error?: Error) => void;
  /** Called after a commit that changed something, before anybody is told of it. */
  readonly onCommitted?: () => void;
}

/** The one step behind every connector: drafts in, durable responses out. */
export interface Acceptor {
  /** One outcome per draft, in order; it resolves after the commit. Throws Overloaded when too much is waiting. */
  accept(submitter: Submitter, drafts: readonly ResponseDraft[]): Promise<Outcome[]>;
  /** Resolves when everything that was begun is settled. */
  idle(): Promise<void>;
  waiting(): number;
}

/** How often a cell is looked up that was given back meanwhile. */
const ATTEMPTS = 5;
const CLASS_NUMBER = { detractor: 0, passive: 1, promoter: 2 } as const;
const STALE =
  'externalId: this id already has another answer that was given at the same time or later; ' +
  'a correction needs a later answeredAt';

const FUTURE =
  'answeredAt: this id already has another answer, and this one is dated after its arrival; a correction is dated at the latest now';
const ERASED =
  'externalId: this response was erased for its respondent and is not taken again; a new answer has a new externalId';

/** Builds the step over an open record; `deps.cells` and `deps.mappings` fill themselves as needed. */
export function createAcceptor(deps: AcceptDeps): Acceptor {
  const commits = createGroupCommit<AcceptRow, Accepted>({
    commit: async (rows, { receivedAt }) => {
      const outcomes = await acceptRows(deps, rows, receivedAt);
      if (outcomes.some(({ acceptance }) => acceptance === 'accepted')) deps.onCommitted?.();
      return outcomes;
    },
    now: deps.now,
    maxRows: 2_000,
    maxWaiting: 50_000,
    isPassing: isPassingError,
    patienceMs: 30_000,
    onRetry: (error, attempt) => deps.warn(`storing responses: ${error.message}; attempt ${attempt} failed`),
  });
  const file = createFiling(deps);
  const store = async (
    submitter: Submitter,
    responses: readonly NormalisedResponse[],
  ): Promise<Outcome[]> => {
    const places = await file(submitter, responses);
    const filed = responses.flatMap((response, i) => {
      const cell = places[i] as Cell | Outcome;
      return 'status' in cell ? [] : [{ response, cell }];
    });
    const accepted = await commits.add(await toRows(deps, submitter, filed));
    let next = 0;
    return places.map((place, i) => {
      if ('status' in place) return place;
      return outcomeOf(deps, submitter, responses[i] as NormalisedResponse, accepted[next++] as Accepted);
    });
  };
  return {
    async accept(submitter, drafts) {
      const normalised = drafts.map((draft) => normalise(deps, draft));
      const responses = normalised.filter((item): item is NormalisedResponse => 'id' in item);
      const outcomes = await untilFiled(deps, () => store(submitter, responses));
      let next = 0;
      return normalised.map((item) => ('id' in item ? (outcomes[next++] as Outcome) : item));
    },
    idle: () => commits.idle(),
    waiting: () => commits.waiting(),
  };
}

/** A cell that was given back meanwhile is looked up again; what is in use is not given back, so that this ends. */
async function untilFiled<Result>(
  { cells, store }: FilingDeps,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CellGone) || attempt === ATTEMPTS) throw error;
      await cells.reload(store);
    }
  }
}

async function toRows(
  deps: AcceptDeps,
  { scope }: Submitter,
  filed: readonly { readonly response: NormalisedResponse; readonly cell: Cell }[],
): Promise<AcceptRow[]> {
  const mayReplace = (cellId: number) => {
    if (scope.allowsAll('submitResponse')) return true;
    const cell = deps.cells.get(cellId);
    return cell !== undefined && scope.allows('submitResponse', cell);
  };
  const rows: AcceptRow[] = [];
  for (const { response, cell } of filed) {
    rows.push({
      id: response.id,
      cellId: cell.id,
      mappingVersionId: await deps.mappings.ensure(deps.store, response.mapping),
      externalId: response.externalId,
      answeredAt: response.answeredAt,
      score: response.score,
      points: response.points,
      class: response.class === null ? null : CLASS_NUMBER[response.class],
      comment: response.comment,
      subject: { pseudonym: response.respondent, lookups: response.lookups },
      contentHash: response.contentHash,
      formerHashes: response.formerHashes,
      eventId: sourceEventId(response.id, response.contentHash),
      position: response.event.position,
      eventHash: response.event.hash,
      mayReplace,
      eventContent: response.event.content,
    });
  }
  return rows;
}

function outcomeOf(
  { cells, dimensions }: AcceptDeps,
  { scope }: Submitter,
  response: NormalisedResponse,
  { acceptance, cellId }: Accepted,
): Outcome {
  if (acceptance === 'forbidden') return FORBIDDEN;
  if (acceptance === 'stale') return rejected('STALE', STALE);
  if (acceptance === 'future') return rejected('IN_THE_FUTURE', FUTURE);
  if (acceptance === 'erased') return rejected('ERASED', ERASED);
  const cell = cells.get(cellId);
  const filedAs =
    cell && scope.allows('submitResponse', cell) && filedAsOf(dimensions, response.attributes, cell);
  return { status: acceptance, ...(filedAs ? { filedAs } : {}) };
}
