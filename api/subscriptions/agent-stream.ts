import type { Seen } from '../../store/agents/cell-set.ts';
import type { ScopedSession, Session } from '../../store/database/client.ts';
import {
  formatPosition,
  isAfter,
  type JournalEntry,
  type JournalPosition,
  readJournal,
} from '../../store/journal/journal.ts';
import { marksBehind } from '../../store/journal/journal-trim.ts';
import type { LiveFeed } from './live-feed.ts';

/** A row that agents or people write, with the time of its last change. */
interface Changed {
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
  /** What was changed from that moment on, the oldest change first. */
  readChanged(session: Session, seen: Seen, from: Date, limit: number): Promise<Row[]>;
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

/** How many rows a subscription begins with. */
const FIRST = 500;
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
    const send = async (found: readonly Row[], at: JournalPosition) => {
      for (const row of found) if (!ended) await deliver({ position: this.#positionOf(row, at), row });
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
      await send(await this.#first(), at);
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

  #positionOf({ changedAt }: Row, at: JournalPosition): string {
    return formatPosition(this.#deps.seesAll ? at : { xact: 0, position: changedAt.getTime() });
  }

  /** What is delivered at first, the oldest change first. */
  async #first(): Promise<Row[]> {
    const { session, journal, seesAll, rows } = this.#deps;
    const seen = this.#deps.seen();
    const after = this.#after;
    const open = async () => {
      const found = await rows.readOpen(session, seen, FIRST);
      return found.sort((a, b) => a.changedAt.getTime() - b.changedAt.getTime());
    };
    if (after === null) return open();
    if (!seesAll) return rows.readChanged(session, seen, new Date(after.position - OVERLAP_MS), FIRST);
    const entries = await readJournal(journal, after, RESUME_ENTRIES);
    // After the entries: deletions before they were read are reported by then.
    const isTrimmed = await marksBehind(journal, after);
    if (!isTrimmed && entries.length < RESUME_ENTRIES)
      return rows.readById(session, seen, this.#idsOf(entries));
    // What was closed meanwhile too.
    const oldest = new Date(0);
    return isTrimmed ? open() : rows.readChanged(session, seen, entries[0]?.recordedAt ?? oldest, FIRST);
  }

  #idsOf(entries: readonly JournalEntry[]): string[] {
    const { kind, idsOf } = this.#deps.rows;
    return [...new Set(entries.flatMap((entry) => (entry.kind === kind ? idsOf(entry) : [])))];
  }
}
