import { type AlertRow, readAlerts, readAlertsById, readChangedAlerts } from '../../store/agents/alerts.ts';
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

/** One event of alertUpdates: an alert as it is now, and where that stands. */
export interface AlertUpdate {
  readonly position: string;
  readonly alert: AlertRow;
}

export interface AlertStreamDeps {
  /** The caller's. */
  readonly session: ScopedSession;
  /** What the caller sees now: there may be new cells. */
  readonly seen: () => Seen;
  readonly journal: Session;
  readonly feed: Pick<LiveFeed, 'onAlerts' | 'position'>;
  /**
   * Whether the caller sees every alert. A position of the journal would show others how much is committed that they may not see:
   * theirs are the times of the changes that they see.
   */
  readonly seesAll: boolean;
  readonly onError: (error: Error) => void;
}

/** How many alerts a subscription begins with. */
const FIRST = 500;
/** How many entries of the journal are searched for a client that resumes. */
const RESUME_ENTRIES = 2_000;
/** A change can be committed after a later one: a client that resumes by time may get the last changes twice. */
const OVERLAP_MS = 60_000;

/** What the resolver of alertUpdates passes to the transports. */
export class AlertStream {
  readonly #deps: AlertStreamDeps;
  readonly #after: JournalPosition | null;

  constructor(deps: AlertStreamDeps, after: JournalPosition | null) {
    this.#deps = deps;
    this.#after = after;
  }

  /** GraphQL requires a source stream; the transports call `begin` instead of reading it. */
  [Symbol.asyncIterator](): AsyncIterator<never> {
    throw new Error('alertUpdates is served over WebSocket and SSE');
  }

  /**
   * Delivers the alerts that are open, or what changed after the position, then each change; resolves with the function that ends
   * it, once the first are delivered.
   */
  async begin(deliver: (update: AlertUpdate) => Promise<void>): Promise<() => void> {
    const { feed, session, seen, onError } = this.#deps;
    let ended = false;
    let failed: Error | null = null;
    const send = async (alerts: readonly AlertRow[], at: JournalPosition) => {
      for (const alert of alerts) if (!ended) await deliver({ position: this.#positionOf(alert, at), alert });
    };
    // Followed before the present alerts are read, and delivered one after the other: nothing is missed or out of order.
    let turn: Promise<unknown> = Promise.resolve();
    const unfollow = feed.onAlerts((entry) => {
      turn = turn
        .then(
          async () => ended || send(await readAlertsById(session, seen(), entry.payload.alerts ?? []), entry),
        )
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

  #positionOf({ changedAt }: AlertRow, at: JournalPosition): string {
    return formatPosition(this.#deps.seesAll ? at : { xact: 0, position: changedAt.getTime() });
  }

  /** What is delivered at first, the oldest change first. */
  async #first(): Promise<AlertRow[]> {
    const { session, journal, seesAll } = this.#deps;
    const seen = this.#deps.seen();
    const after = this.#after;
    const open = async () => {
      const rows = await readAlerts(session, seen, {
        states: ['OPEN', 'ACKNOWLEDGED'],
        after: null,
        limit: FIRST,
      });
      return rows.sort((a, b) => a.changedAt.getTime() - b.changedAt.getTime());
    };
    if (after === null) return open();
    if (!seesAll) return readChangedAlerts(session, seen, new Date(after.position - OVERLAP_MS), FIRST);
    const entries = await readJournal(journal, after, RESUME_ENTRIES);
    // After the entries: deletions before they were read are reported by then.
    const isTrimmed = await marksBehind(journal, after);
    if (!isTrimmed && entries.length < RESUME_ENTRIES) return readAlertsById(session, seen, idsOf(entries));
    // What was closed meanwhile too.
    const oldest = new Date(0);
    return isTrimmed ? open() : readChangedAlerts(session, seen, entries[0]?.recordedAt ?? oldest, FIRST);
  }
}

const idsOf = (entries: readonly JournalEntry[]) => [
  ...new Set(entries.flatMap(({ kind, payload }) => (kind === 'alert' ? (payload.alerts ?? []) : []))),
];
