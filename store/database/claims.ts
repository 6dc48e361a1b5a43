import type { Session } from './client.ts';
import { type Statement, statement } from './statement.ts';

/*
 * Work that waits for other systems: each piece is claimed by one process until its claim expires, and each system that it waits for has a
 * rate and a circuit. Deliveries wait for targets, notices for vendors.
 */

/** The tables of one kind of work, and what is different about them. */
export interface ClaimTables {
  /** What the names of the statements begin with. */
  readonly name: string;
  /** The table of the work, its columns that a claim reads, and the one that names the owner. */
  readonly work: string;
  readonly columns: string;
  readonly ownerId: string;
  /** What is true of work that waits, and the columns of when it is due and when it began to wait. */
  readonly pending: string;
  readonly due: string;
  readonly since: string;
  /** The column that names what the work is about: of work about the same only the oldest that is due is done, and alone. Absent: in any order. */
  readonly inTurn?: string;
  /** Whether the work has a column last_status. */
  readonly hasStatus: boolean;
  /** The table of the systems, its columns that a claim reads, and what is true of one that may be asked; `o` is its alias. */
  readonly owner: string;
  readonly ownerColumns: string;
  readonly isOn: string;
}

/** A system that work waits for, as it is when it is claimed. */
export interface ClaimOwner {
  readonly id: string;
  /** Requests a minute. */
  readonly rate: number;
  readonly failures: number;
  readonly pacedUntil: Date | null;
}

/** Work that this process may do, until its claim expires. */
export interface ClaimedWork {
  readonly id: string;
  /** Counts this attempt too: what another claim says of it is not taken. */
  readonly attempts: number;
}

/** How an attempt ended that is followed by another. */
export interface Postponed {
  readonly due: Date;
  readonly status: number | null;
  readonly error: string | null;
}

/** The statements of one kind of work. */
export interface Claims<Owner extends ClaimOwner, Work extends ClaimedWork> {
  /** Ids of the owners that something is due for and that may be asked. */
  ready(session: Session, now: Date): Promise<string[]>;
  /** The owner, locked until the transaction ends; null where another process claims for it just now, or it may not be asked. */
  lock(session: Session, id: string, now: Date): Promise<Owner | null>;
  /** Claims up to `most` due pieces of work of the owner, which the transaction holds. */
  claim(session: Session, owner: string, claim: Claim): Promise<Work[]>;
  /** Up to when the owner's rate is used, and for a trial of its circuit until when nothing else is tried. */
  pace(session: Session, id: string, usedUntil: Date, trial: Date | null): Promise<void>;
  /** False where the claim had expired and another process has taken it over. */
  postpone(session: Session, work: ClaimedWork, ending: Postponed): Promise<boolean>;
  /** Gives a claim back as if there had been no attempt. */
  release(session: Session, work: ClaimedWork): Promise<void>;
  /** The owner answered: its circuit is closed. */
  worked(session: Session, id: string): Promise<void>;
  /** Counts a failure; returns how many there were in a row. */
  failed(session: Session, id: string): Promise<number>;
  /** Nothing is tried before that moment. */
  pause(session: Session, id: string, until: Date): Promise<void>;
}

/** How much is claimed, and until when. */
export interface Claim {
  readonly now: Date;
  readonly until: Date;
  readonly most: number;
}

/** The statements over these tables. */
export function claimsOf<Owner extends ClaimOwner, Work extends ClaimedWork>(
  tables: ClaimTables,
): Claims<Owner, Work> {
  const sql = statementsOf(tables);
  const run = async (session: Session, text: Statement, values: unknown[]) =>
    (await session.rows(text, values)).length > 0;
  return {
    ready: async (session, now) => (await session.rows<{ id: string }>(sql.ready, [now])).map(({ id }) => id),
    lock: async (session, id, now) => (await session.rows<Owner>(sql.lock, [id, now]))[0] ?? null,
    claim: (session, owner, { now, until, most }) => session.rows<Work>(sql.claim, [owner, now, until, most]),
    pace: async (session, id, usedUntil, trial) =>
      void (await run(session, sql.pace, [id, usedUntil, trial])),
    postpone: (session, { id, attempts }, { due, status, error }) =>
      run(session, sql.postpone, [id, attempts, due, error, ...(tables.hasStatus ? [status] : [])]),
    release: async (session, { id, attempts }) => void (await run(session, sql.release, [id, attempts])),
    worked: async (session, id) => void (await run(session, sql.worked, [id])),
    failed: async (session, id) =>
      (await session.rows<{ failures: number }>(sql.failed, [id]))[0]?.failures ?? 0,
    pause: async (session, id, until) => void (await run(session, sql.pause, [id, until])),
  };
}

/** Work of one owner among which a claim looks for what is next about each thing. */
const MOST_LOOKED_AT = 64;

function statementsOf(tables: ClaimTables) {
  const { name, work, columns, ownerId, pending, due, since, inTurn, owner, ownerColumns, isOn } = tables;
  const isOpen = (now: string) => `(o.open_until IS NULL OR o.open_until <= ${now})`;
  const isFree = (now: string) => `(w.claimed_until IS NULL OR w.claimed_until <= ${now})`;
  const held = `id = $1 AND attempts = $2 AND ${pending}`;
  // What was rendered first must not arrive last: it would say an older state. What is under way is among those that were due first.
  const isNext =
    inTurn === undefined
      ? ''
      : `AND w.id = ANY (ARRAY(SELECT t.id FROM (SELECT f.id, row_number() OVER (PARTITION BY f.about ORDER BY f.since, f.id) AS place,
              bool_or(f.claimed_until > $2) OVER (PARTITION BY f.about) AS "isTaken"
            FROM (SELECT id, ${inTurn} AS about, ${since} AS since, claimed_until FROM ${work} WHERE ${ownerId} = $1 AND ${pending} AND ${due} <= $2
              ORDER BY ${due}, ${since}, id LIMIT ${MOST_LOOKED_AT}) f) t WHERE t.place = 1 AND t."isTaken" IS NOT TRUE))`;
  const isSmall = { isSmall: true } as const;
  return {
    ready: statement(
      `${name}_ready`,
      `SELECT DISTINCT w.${ownerId} AS id FROM ${work} w JOIN ${owner} o ON o.id = w.${ownerId}
        WHERE w.${pending} AND w.${due} <= $1 AND ${isFree('$1')} AND ${isOn} AND ${isOpen('$1')}`,
    ),
    lock: statement(
      `${name}_lock`,
      `SELECT ${ownerColumns}, rate, failures, paced_until AS "pacedUntil" FROM ${owner} o
        WHERE id = $1 AND ${isOn} AND ${isOpen('$2')} FOR UPDATE SKIP LOCKED`,
    ),
    claim: statement(
      `${name}_claim`,
      `UPDATE ${work} SET claimed_until = $3, attempts = attempts + 1 WHERE id IN (
          SELECT w.id FROM ${work} w WHERE w.${ownerId} = $1 AND w.${pending} AND w.${due} <= $2 AND ${isFree('$2')} ${isNext}
          ORDER BY w.${due}, w.${since}, w.id LIMIT $4 FOR UPDATE SKIP LOCKED)
        RETURNING ${columns}, attempts`,
    ),
    // While the circuit is tried, no other process tries it.
    pace: statement(
      `${name}_pace`,
      `UPDATE ${owner} SET paced_until = $2, open_until = coalesce($3, open_until) WHERE id = $1`,
    ),
    postpone: statement(
      `${name}_postpone`,
      `UPDATE ${work} SET ${due} = $3, last_error = $4, claimed_until = NULL${tables.hasStatus ? ', last_status = $5' : ''}
        WHERE ${held} RETURNING id`,
      isSmall,
    ),
    release: statement(
      `${name}_release`,
      `UPDATE ${work} SET claimed_until = NULL, attempts = attempts - 1 WHERE ${held}`,
      isSmall,
    ),
    worked: statement(
      `${name}_worked`,
      `UPDATE ${owner} SET failures = 0, open_until = NULL WHERE id = $1 AND (failures > 0 OR open_until IS NOT NULL)`,
      isSmall,
    ),
    failed: statement(
      `${name}_failed`,
      `UPDATE ${owner} SET failures = failures + 1 WHERE id = $1 RETURNING failures`,
      isSmall,
    ),
    pause: statement(
      `${name}_open`,
      `UPDATE ${owner} SET open_until = greatest(open_until, $2) WHERE id = $1`,
      isSmall,
    ),
  };
}
