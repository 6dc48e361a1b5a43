import { hash } from 'node:crypto';
import { type DocumentNode, type ExecutionResult, Kind, print, visit } from 'graphql';
import { Slice } from '../../domain/text/slices.ts';
import { type JournalPosition, parsePosition } from '../../store/journal/journal.ts';
import { LIMITS } from '../limits.ts';
import { Answer } from './answer.ts';
import type { LiveQuery, NpsUpdate } from './live-query.ts';
import { Shares } from './shares.ts';

/**
 * What the resolver of npsUpdates passes to the transports: which live query, and where the client stopped
 * reading.
 */
export class LiveQueryHandle {
  readonly liveQuery: LiveQuery;
  readonly after: JournalPosition | null;

  constructor(liveQuery: LiveQuery, after: JournalPosition | null) {
    this.liveQuery = liveQuery;
    this.after = after;
  }

  /** GraphQL requires a source stream; the transports join cohorts instead of reading it. */
  [Symbol.asyncIterator](): AsyncIterator<never> {
    throw new Error('npsUpdates is served over WebSocket and SSE');
  }
}

/** One subscription as received by a transport. */
export interface Membership {
  readonly subscription: LiveQueryHandle;
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
  /** The answer to one update; equal memberships have equal answers, so it is called for one of them. */
  readonly execute: (update: NpsUpdate) => Promise<ExecutionResult>;
  readonly deliver: (answer: Answer) => void;
  /**
   * Counts what is kept for the subscription as so many more of the caller's, until the returned function is called.
   * @throws RefusedError at the caller's limit
   */
  readonly hold: (weight: number) => () => void;
}

/** An update and its serialised text. */
interface Latest {
  readonly update: NpsUpdate;
  readonly json: string;
}

interface Cohort {
  readonly members: Set<Membership['deliver']>;
  /** The latest answer for each group's row. */
  readonly latest: Map<string, Latest>;
  readonly ready: Promise<void>;
  /** Runs the work while no update is being answered. */
  readonly inTurn: (work: () => Promise<void>) => Promise<void>;
  readonly stop: () => void;
}

export interface Cohorts {
  /**
   * Delivers the current rows, then each change; resolves with the function that leaves, once the current rows
   * are delivered.
   */
  join(membership: Membership): Promise<() => void>;
  /** For each caller. */
  readonly shares: Shares;
  count(): number;
}

/**
 * Equal subscriptions form one cohort: an update is executed and serialised once, and the text goes to each
 * member. The scope is part of the live query, so members of one cohort have the same rights.
 */
export function createCohorts(onError: (error: Error) => void): Cohorts {
  const byLiveQuery = new WeakMap<LiveQuery, Map<string, Cohort>>();
  let count = 0;

  return {
    shares: new Shares('subscriptions', LIMITS.subscriptions),
    count: () => count,
    join: async (membership) => {
      const { liveQuery, after } = membership.subscription;
      const cohorts = byLiveQuery.get(liveQuery) ?? new Map<string, Cohort>();
      byLiveQuery.set(liveQuery, cohorts);
      const key = cohortKey(membership);
      let cohort = cohorts.get(key);
      if (!cohort) {
        count += 1;
        cohort = openCohort(membership, onError, () => {
          cohorts.delete(key);
          count -= 1;
        });
        cohorts.set(key, cohort);
      }
      const { members, latest, ready, inTurn, stop } = cohort;
      // Holds the cohort open while the current rows are read.
      const deliver = membership.deliver;
      let hold: Membership['deliver'] = () => undefined;
      members.add(hold);
      const leave = () => {
        members.delete(hold);
        if (members.size === 0 && cohorts.get(key) === cohort) stop();
      };
      try {
        await ready;
        const placeOf = after === null ? (position: string) => position : await liveQuery.resume(after);
        await inTurn(async () => {
          const slice = new Slice();
          const present: Latest[] = [];
          for (const one of placeOf ? [...latest.values()].sort(byPosition) : []) {
            const position = placeOf?.(one.update.position) ?? null;
            if (position === one.update.position) present.push(one);
            else if (position !== null)
              present.push(await inText({ ...one.update, position }, membership, slice));
          }
          for (const { json } of present) deliver(new Answer(json));
          members.delete(hold);
          hold = (answer) => deliver(answer);
          members.add(hold);
        });
        return leave;
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
}

/** A cohort that begins with that membership; `close` is called when it stops. */
function openCohort(membership: Membership, onError: (error: Error) => void, close: () => void): Cohort {
  const { liveQuery } = membership.subscription;
  const members: Cohort['members'] = new Set();
  const latest: Cohort['latest'] = new Map();
  const kept = new KeptRows(membership);
  const answer = async (updates: readonly NpsUpdate[]) => {
    const slice = new Slice();
    const made: Latest[] = [];
    for (const update of updates) {
      const one = await inText(update, membership, slice);
      if (!kept.hasRoomFor(one)) return;
      made.push(one);
    }
    // Without yielding: text written over several turns of the event loop would count as left unread
    // (outbox.ts).
    for (const one of made) {
      latest.set(JSON.stringify(one.update.row.group), one);
      const all = new Answer(one.json);
      for (const deliver of members) deliver(all);
    }
  };
  // Followed before the current rows are read, and answered one after the other: nothing is missed or out of
  // order.
  let queue: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>) => {
    const done = queue.then(work);
    queue = done.catch(onError);
    return done;
  };
  const unfollow = liveQuery.follow((updates) => {
    inTurn(() => answer(updates)).catch(() => undefined);
  });
  const ready = liveQuery
    .present()
    .then((updates) =>
      inTurn(() => answer(updates.filter(({ row }) => !latest.has(JSON.stringify(row.group))))),
    )
    .then(() => kept.begin());
  const stop = () => {
    unfollow();
    kept.leave();
    close();
  };
  return { members, latest, ready, inTurn, stop };
}

/** Of the row of an update, which the live query and the cohort keep beside its text. */
const ROW_BYTES = 1_000;

/** The rows that a cohort begins with, counted as subscriptions of the caller that it began with: there may be many, and large ones. */
class KeptRows {
  readonly #hold: Membership['hold'];
  readonly #left: (() => void)[] = [];
  #bytes = 0;
  #weight = 0;
  #hasBegun = false;
  #refused: unknown;

  constructor({ hold }: Membership) {
    this.#hold = hold;
  }

  /** False from the first row on that exceeds what the caller may keep: then the cohort does not begin. */
  hasRoomFor({ json }: Latest): boolean {
    if (this.#hasBegun) return true;
    this.#bytes += ROW_BYTES + json.length;
    // What a subscription with a few rows keeps is what each counts as.
    const more = Math.floor(this.#bytes / LIMITS.subscriptionBytes) - this.#weight;
    try {
      if (more > 0 && !this.#refused) this.#left.push(this.#hold(more));
      this.#weight += more;
    } catch (error) {
      this.#refused = error;
    }
    return this.#refused === undefined;
  }

  /** @throws RefusedError if there was no room */
  begin(): void {
    if (this.#refused !== undefined) throw this.#refused;
    this.#hasBegun = true;
  }

  leave(): void {
    this.#hasBegun = true;
    for (const left of this.#left.splice(0)) left();
  }
}

/** Positions never go back, so a client that is cut off between the rows has a position of which it has all rows before. */
function byPosition({ update: a }: Latest, { update: b }: Latest): number {
  const [first, second] = [parsePosition(a.position), parsePosition(b.position)];
  if (!first || !second) return 0;
  return first.xact - second.xact || first.position - second.position;
}

/** The update as the members' text; yields first if the slice is over. */
async function inText(update: NpsUpdate, { execute }: Membership, slice: Slice): Promise<Latest> {
  if (slice.isOver()) await slice.next();
  return { update, json: JSON.stringify(await execute(update)) };
}

/** Everything that the answers depend on besides the live query; `after` only decides how they begin. */
function cohortKey({ document, operationName, variables }: Membership): string {
  const ignored = new Set<string>();
  const document_ = visit(document, {
    Argument: (node) => {
      if (node.name.value !== 'after') return undefined;
      if (node.value.kind === Kind.VARIABLE) ignored.add(node.value.name.value);
      return null;
    },
  });
  const counting = Object.entries(variables ?? {}).filter(([name]) => !ignored.has(name));
  const all = [print(document_), operationName ?? null, counting.sort(([a], [b]) => (a < b ? -1 : 1))];
  return hash('sha256', JSON.stringify(all));
}
