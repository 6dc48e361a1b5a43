import type { Seen } from '../../store/agents/cell-set.ts';
import type { MomentCursor } from '../../store/agents/decisions.ts';
import type { ScopedSession, Session } from '../../store/database/client.ts';
import {
  formatPosition,
  isAfter,
  type JournalEntry,
  type JournalPosition,
  readJournal,
} from '../../store/journal/journal.ts';
import { marksBehind } from '../../store/journal/journal-trim.ts';
import { InvalidArgumentError } from '../errors.ts';
import type { LiveFeed } from './live-feed.ts';

/** A row that agents or people write, with the time of its last change. */
interface Changed {
  readonly id: string;
  readonly changedAt: Date;
}

/** How rows of one kind are found: alerts, or cases. */
export interface AgentRows<Row extends Changed> {
  readonly kind: 'alert' | 'case';
  /** Their ids in an entry of the journal of that kind. */
  idsOf(entry: JournalEntry): readonly string[];
  /** Those that are not closed, at most `limit`. */
  readOpen(session: Session, seen: Seen, limit: number): Promise<Row[]>;
  readById(session: Session, seen: Seen, ids: readonly string[]): Promise<Row[]>;
  /** What was changed after that row, the oldest change first. */
  readChanged(session: Session, seen: Seen, after: MomentCursor, limit: number): Promise<Row[]>;
}

/** Some of what a subscription begins with. */
interface Part<Row> {
  readonly found: readonly Row[];
  readonly isLast: boolean;
}

/** One event of a stream: a row as it is now, and where that stands. */
export interface AgentUpdate<Row extends Changed = Changed> {
  readonly position: string;
  readonly row: Row;
}

export interface AgentStreamDeps<Row extends Changed> {
  readonly rows: AgentRows<Row>;
  /** The caller's. */
  readonly session: ScopedSession;
  /** What the caller sees now: there may be new cells. */
  readonly seen: () => Seen;
  readonly journal: Session;
  readonly feed: Pick<LiveFeed, 'onAgentRows' | 'position'>;
  /**
   * Whether the caller sees every row. A position of the journal would show others how much is committed that they may not see:
   * theirs are the times of the changes that they see.
   */
  readonly seesAll: boolean;
  readonly onError: (error: Error) => void;
}

/** How many open rows a subscription begins with; and how many are read at once, and in all, for a client that resumes. */
const FIRST = 500;
const MOST_CHANGED = 20 * FIRST;
const FIRST_UUID = '00000000-0000-0000-0000-000000000000';
/** How many entries of the journal are searched for a client that resumes. */
const RESUME_ENTRIES = 2_000;
/** A change can be committed after a later one: a client that resumes by time may get the last changes twice. */
const OVERLAP_MS = 60_000;

/** What the resolvers of alertUpdates and caseUpdates pass to the transports. */
export class AgentStream<Row extends Changed = Changed> {
  readonly #deps: AgentStreamDeps<Row>;
  readonly #after: JournalPosition | null;

  constructor(deps: AgentStreamDeps<Row>, after: JournalPosition | null) {
    this.#deps = deps;
    this.#after = after;
  }

  /** GraphQL requires a source stream; the transports call `begin` instead of reading it. */
  [Symbol.asyncIterator](): AsyncIterator<never> {
    throw new Error('alerts and cases are served over WebSocket and SSE');
  }

  /**
   * Delivers the rows that are open, or what changed after the position, then each change; resolves with the function that ends
   * it, once the first are delivered.
   */
  async begin(deliver: (update: AgentUpdate) => Promise<void>): Promise<() => void> {
    const { feed, session, seen, onError, rows } = this.#deps;
    let ended = false;
    let failed: Error | null = null;
    // Only the last one stands at the position: a client that is cut off before it has yet to get the others.
    const send = async (found: readonly Row[], at: JournalPosition | null) => {
      for (const [i, row] of found.entries())
        if (!ended) await deliver({ position: this.#positionOf(row, i + 1 < found.length ? null : at), row });
    };
    // Followed before the present rows are read, and delivered one after the other: nothing is missed or out of order.
    let turn: Promise<unknown> = Promise.resolve();
    const unfollow = feed.onAgentRows(rows.kind, (entry) => {
      turn = turn
        .then(async () => ended || send(await rows.readById(session, seen(), rows.idsOf(entry)), entry))
        .catch(onError);
    });
    turn = (async () => {
      const from = feed.position();
      const at = this.#after && isAfter(this.#after, from) && this.#deps.seesAll ? this.#after : from;
      for await (const { found, isLast } of this.#first()) await send(found, isLast ? at : null);
    })().catch((error: Error) => {
      failed = error;
    });
    await turn;
    const end = () => {
      ended = true;
      unfollow();
    };
    if (failed === null) return end;
    end();
    throw failed;
  }

  /** @param at null: a position of the journal does not say where the row stands, so it says the time of its change. */
  #positionOf({ changedAt }: Row, at: JournalPosition | null): string {
    return formatPosition(at && this.#deps.seesAll ? at : { xact: 0, position: changedAt.getTime() });
  }

  /** What is delivered at first, in parts, the oldest change first. */
  async *#first(): AsyncGenerator<Part<Row>> {
    const { session, journal, seesAll, rows } = this.#deps;
    const seen = this.#deps.seen();
    const after = this.#after;
    const whole = (found: Row[]): Part<Row> => ({ found, isLast: true });
    const open = async () => {
      const found = await rows.readOpen(session, seen, FIRST);
      return whole(found.sort((a, b) => a.changedAt.getTime() - b.changedAt.getTime()));
    };
    if (after === null) return yield await open();
    if (!seesAll || after.xact === 0)
      return yield* this.#changedFrom(seen, new Date(after.position - OVERLAP_MS));
    const entries = await readJournal(journal, after, RESUME_ENTRIES);
    // After the entries: deletions before they were read are reported by then.
    const isTrimmed = await marksBehind(journal, after);
    if (isTrimmed) yield await open();
    else if (entries.length < RESUME_ENTRIES)
      yield whole(await rows.readById(session, seen, this.#idsOf(entries)));
    // What was closed meanwhile too.
    else yield* this.#changedFrom(seen, entries[0]?.recordedAt ?? new Date(0));
  }

  /** @throws InvalidArgumentError where more was changed than one subscription is given. */
  async *#changedFrom(seen: Seen, from: Date): AsyncGenerator<Part<Row>> {
    const { session, rows } = this.#deps;
    let after: MomentCursor = { at: from, id: FIRST_UUID };
    for (let read = 0; read < MOST_CHANGED; read += FIRST) {
      const found = await rows.readChanged(session, seen, after, FIRST);
      const last = found.at(-1);
      const isLast = last === undefined || found.length < FIRST;
      yield { found, isLast };
      if (isLast) return;
      after = { at: last.changedAt, id: last.id };
    }
    throw new InvalidArgumentError(
      `after: ${MOST_CHANGED} ${rows.kind}s or more changed since; list them, and subscribe without after`,
    );
  }

  #idsOf(entries: readonly JournalEntry[]): string[] {
    const { kind, idsOf } = this.#deps.rows;
    return [...new Set(entries.flatMap((entry) => (entry.kind === kind ? idsOf(entry) : [])))];
  }
}
