import { cellKey } from '../domain/cell.ts';
import { type NormalisedResponse, sourceEventId } from '../domain/provenance.ts';
import type { Scope } from '../domain/scope.ts';
import { type Acceptance, type AcceptRow, acceptRows } from '../store/accept.ts';
import type { RecordCells } from '../store/cells.ts';
import type { Store } from '../store/client.ts';
import { isPassingError } from '../store/errors.ts';
import type { RecordMappings } from '../store/provenance.ts';
import type { Vault } from '../store/vault.ts';
import type { ResponseDraft } from './draft.ts';
import { createGroupCommit } from './group-commit.ts';
import { type NormaliseDeps, normalise } from './normalise.ts';
import { type Outcome, rejected } from './outcome.ts';
import type { Submitter } from './submitter.ts';

export interface AcceptDeps extends NormaliseDeps {
  readonly store: Store;
  readonly vault: Vault;
  readonly cells: RecordCells;
  readonly mappings: RecordMappings;
  /** The most cells the record may hold. */
  readonly cellLimit: number;
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

const CLASS_NUMBER = { detractor: 0, passive: 1, promoter: 2 } as const;
const STALE =
  'externalId: this id already has another answer that was given at the same time or later; ' +
  'a correction needs a later answeredAt';

/** The same whether the segment or the response that is there already is out of bounds. */
const FORBIDDEN = rejected('FORBIDDEN', 'this key may not submit responses into this segment');
const ERASED =
  'externalId: this response was erased for its respondent and is not taken again; a new answer has a new externalId';

/** Builds the step over an open record; `deps.cells` and `deps.mappings` fill themselves as needed. */
export function createAcceptor(deps: AcceptDeps): Acceptor {
  const commits = createGroupCommit<AcceptRow, Acceptance>({
    commit: async (rows, { receivedAt }) => {
      const outcomes = await acceptRows(deps, rows, receivedAt);
      if (outcomes.includes('accepted')) deps.onCommitted?.();
      return outcomes;
    },
    now: deps.now,
    maxRows: 2_000,
    maxWaiting: 50_000,
    isPassing: isPassingError,
    patienceMs: 30_000,
    onRetry: (error, attempt) => deps.warn(`storing responses: ${error.message}; attempt ${attempt} failed`),
  });
  return {
    async accept(submitter, drafts) {
      const { scope } = submitter;
      const normalised = drafts.map((draft) => permitted(scope, normalise(deps, draft)));
      const responses = normalised.filter((item): item is NormalisedResponse => 'id' in item);
      const acceptances = await commits.add(await toRows(deps, submitter, responses));
      let next = 0;
      return normalised.map((item) => ('id' in item ? outcomeOf(acceptances[next++]) : item));
    },
    idle: () => commits.idle(),
    waiting: () => commits.waiting(),
  };
}

function permitted(scope: Scope, item: NormalisedResponse | Outcome): NormalisedResponse | Outcome {
  if (!('id' in item)) return item;
  const { attributes } = item;
  if (scope.allows('submitResponse', { id: 0, key: cellKey(attributes), attributes })) return item;
  return FORBIDDEN;
}

async function toRows(
  deps: AcceptDeps,
  { scope }: Submitter,
  responses: readonly NormalisedResponse[],
): Promise<AcceptRow[]> {
  const mayReplace = (cellId: number) => {
    if (scope.allowsAll('submitResponse')) return true;
    const cell = deps.cells.get(cellId);
    return cell !== undefined && scope.allows('submitResponse', cell);
  };
  const attributes = responses.map((response) => response.attributes);
  const cellIds = await deps.cells.ensure(deps.store, attributes, deps.cellLimit, (cell) =>
    deps.warn(`${deps.cellLimit} cells are reached: ${JSON.stringify(cell)} is filed under "other"`),
  );
  const rows: AcceptRow[] = [];
  for (const [index, response] of responses.entries()) {
    rows.push({
      id: response.id,
      cellId: cellIds[index] as number,
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

function outcomeOf(acceptance: Acceptance | undefined): Outcome {
  if (acceptance === 'forbidden') return FORBIDDEN;
  if (acceptance === 'stale') return rejected('STALE', STALE);
  if (acceptance === 'erased') return rejected('ERASED', ERASED);
  return { status: acceptance === 'accepted' ? 'accepted' : 'duplicate' };
}
