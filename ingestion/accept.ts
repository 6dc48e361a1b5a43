import { cellKey } from '../domain/cell.ts';
import {
  NAME_BOUNDS,
  type NameBounds,
  type NormalisedResponse,
  sourceEventId,
} from '../domain/provenance.ts';
import type { Scope } from '../domain/scope.ts';
import { mapInSlices, Slice } from '../domain/slices.ts';
import { type Acceptance, type AcceptRow, acceptRows } from '../store/accept.ts';
import type { RecordCells } from '../store/cells.ts';
import type { Store } from '../store/client.ts';
import { isPassingError } from '../store/errors.ts';
import type { BeyondBounds, RecordMappings } from '../store/provenance.ts';
import type { Vault } from '../store/vault.ts';
import type { ResponseDraft } from './draft.ts';
import { createGroupCommit } from './group-commit.ts';
import { type NormaliseDeps, normalise } from './normalise.ts';
import { type Outcome, rejected } from './outcome.ts';
import { type Patience, patiently } from './patience.ts';
import type { Submitter } from './submitter.ts';

export interface AcceptDeps extends NormaliseDeps {
  readonly store: Store;
  readonly vault: Vault;
  readonly cells: RecordCells;
  readonly mappings: RecordMappings;
  /** How many sources, surveys and mappings one submitter may name. */
  readonly nameBounds?: NameBounds;
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
  /** For how long, in milliseconds, the commit under way has been tried; 0 when none is. */
  busyFor(): number;
}

/** Rows of one transaction: making its statements holds up the event loop, and running them the embedded record. */
const COMMIT_ROWS = { pglite: 100, postgres: 500 } as const;
/** How many times what others may name the administrator may. */
const ADMIN_SHARE = 10;

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
  const patience: Patience = {
    now: deps.now,
    isPassing: isPassingError,
    patienceMs: 30_000,
    onRetry: (error, attempt) =>
      deps.warn(`storing responses: ${error.message}; attempt ${attempt} failed`, error),
  };
  const commitRows = COMMIT_ROWS[deps.store.backend];
  const commits = createGroupCommit<AcceptRow, Acceptance>({
    ...patience,
    commit: async (rows, { receivedAt }) => {
      const outcomes = await acceptRows(deps, rows, receivedAt);
      if (outcomes.includes('accepted')) deps.onCommitted?.();
      return outcomes;
    },
    maxRows: commitRows,
    maxWaiting: 50_000,
  });
  return {
    async accept(submitter, drafts) {
      const parts: Promise<Outcome[]>[] = [];
      const slice = new Slice();
      for (let at = 0; at < drafts.length; at += commitRows) {
        const { items, rows } = await patiently(patience, async () => {
          const items = await prepare(deps, submitter, drafts.slice(at, at + commitRows), slice);
          const taken = items.flatMap((item) => ('status' in item ? [] : [item]));
          return { items, rows: await toRows(deps, submitter, taken) };
        });
        // One part is stored while the next one is made; more would only wait.
        await parts.at(-1);
        const part = commits.add(rows).then((acceptances) => outcomesOf(items, acceptances));
        // A failure is met when its turn comes; until then it must not count as unhandled.
        part.catch(() => undefined);
        parts.push(part);
      }
      return (await Promise.all(parts)).flat();
    },
    idle: () => commits.idle(),
    waiting: () => commits.waiting(),
    busyFor: () => commits.busyFor(),
  };
}

/** A response with the id of its mapping, which is recorded by then. */
type Prepared = NormalisedResponse & { readonly mappingVersionId: number };

/** What the submitter may submit of the drafts, normalised, and why the others are rejected. */
async function prepare(
  deps: AcceptDeps,
  submitter: Submitter,
  drafts: readonly ResponseDraft[],
  slice: Slice,
): Promise<(Prepared | Outcome)[]> {
  const { scope, id } = submitter;
  const normalised = await mapInSlices(drafts, (draft) => permitted(scope, normalise(deps, draft)), slice);
  const bounds = boundsOf(deps.nameBounds ?? NAME_BOUNDS, scope);
  const items: (Prepared | Outcome)[] = [];
  for (const item of normalised) {
    if (!('id' in item)) {
      items.push(item);
      continue;
    }
    const mapping = await deps.mappings.ensure(deps.store, item.mapping, { id, bounds }, deps.now());
    items.push(typeof mapping === 'number' ? { ...item, mappingVersionId: mapping } : tooMany(mapping));
  }
  return items;
}

function outcomesOf(items: readonly (Prepared | Outcome)[], acceptances: readonly Acceptance[]): Outcome[] {
  let next = 0;
  return items.map((item) => ('status' in item ? item : outcomeOf(acceptances[next++])));
}

/** Who administers the whole record sets it up too. */
function boundsOf(bounds: NameBounds, scope: Scope): NameBounds {
  const times = scope.allowsAll('administer') ? ADMIN_SHARE : 1;
  const { sources, surveys, mappings, minute } = bounds;
  return {
    sources: sources * times,
    surveys: surveys * times,
    mappings: mappings * times,
    minute: minute * times,
  };
}

function tooMany({ beyond, most }: BeyondBounds): Outcome {
  if (beyond === 'sources')
    return rejected('TOO_MANY_SOURCES', `source: this key has named ${most} sources, and may name no more`);
  if (beyond === 'surveys')
    return rejected(
      'TOO_MANY_SURVEYS',
      `survey: this key has named ${most} surveys and versions of them, and may name no more`,
    );
  const what = 'sources, surveys, scales and maps together are mappings';
  if (beyond === 'mappings')
    return rejected(
      'TOO_MANY_MAPPINGS',
      `source: this key has made ${most} mappings, and may make no more; ${what}`,
    );
  return rejected(
    'TOO_MANY_MAPPINGS',
    `source: this key has named ${most} new mappings in this minute; send the item again in a minute; ${what}`,
  );
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
  responses: readonly Prepared[],
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
      mappingVersionId: response.mappingVersionId,
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
