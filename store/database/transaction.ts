import type { Socket } from 'node:net';
import type pg from 'pg';
import { type OwnerSession, ownerSession, type Session, type TransactionLimits } from './client.ts';
import { isReadOnlyServer } from './passing-errors.ts';
import type { Statement } from './statement.ts';

/**
 * Runs `work` in one transaction on a connection of the pool. Statements that it gives without waiting in between are sent together
 * and answered in their order; when one of them fails, the server refuses those behind it. What it does not wait for at its end is sent
 * with the commit.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (session: OwnerSession) => Promise<T>,
  { lockMs, beginsWithReads = false }: TransactionLimits = {},
): Promise<T> {
  const client = await pool.connect();
  const sending = new Sending(client);
  let broken = true;
  try {
    const begun = sending.query(lockMs === undefined ? 'BEGIN' : `BEGIN; SET LOCAL lock_timeout = ${lockMs}`);
    // Awaited with the first answer, and before the end.
    begun.catch(() => undefined);
    if (!beginsWithReads) await begun;
    const session: Session = {
      rows: async <Row>({ name, text }: Statement, parameters: readonly unknown[]) => {
        const answer = sending.query({ name, text, values: [...parameters] });
        const [{ rows }] = await Promise.all([answer, begun]);
        return rows as Row[];
      },
    };
    const result = await withoutFailure(work, session, async () => {
      const committed = sending.query('COMMIT');
      // What is given from here on is not part of it.
      sending.end();
      const [{ command }] = await Promise.all([committed, begun]);
      if (command !== 'COMMIT')
        throw new Error('the transaction was undone, because a statement failed unseen');
    });
    broken = false;
    return result;
  } catch (error) {
    sending.end();
    await client.query('ROLLBACK').then(
      () => {
        // After a failover the other connections lead elsewhere; this one would only be refused again. Nor does a connection
        // recover that takes a statement for prepared which the server does not know.
        broken = isReadOnlyServer(error) || hasCode(error, NOT_PREPARED);
      },
      () => undefined,
    );
    throw error;
  } finally {
    sending.end();
    client.release(broken);
  }
}

/**
 * Does the work of a transaction on its session, and then commits. The server answers the commit of a transaction in which a statement
 * failed by undoing all of it, without an error: so if the work went on, or did not wait for it, that statement's error is thrown.
 * Statements behind it are refused: if the work fails by such a refusal, the error is the first one too.
 */
export async function withoutFailure<T>(
  work: (session: OwnerSession) => Promise<T>,
  session: Session,
  commit: () => Promise<void> = async () => undefined,
): Promise<T> {
  let failure: { readonly error: unknown } | null = null;
  const open = new Set<Promise<unknown>>();
  const own = ownerSession({
    rows: async <Row>(statement: Statement, parameters: readonly unknown[]) => {
      const answer = session.rows<Row>(statement, parameters);
      open.add(answer);
      try {
        return await answer;
      } catch (error) {
        failure ??= { error };
        throw error;
      } finally {
        open.delete(answer);
      }
    },
  });
  const first = () => failure as { readonly error: unknown } | null;
  const result = await work(own).catch((error: unknown) => {
    throw hasCode(error, REFUSED_BEHIND) ? (first()?.error ?? error) : error;
  });
  const passedOver = first();
  if (passedOver) throw passedOver.error;
  const [committed, ...unawaited] = await Promise.allSettled([commit(), ...open]);
  for (const answer of [...unawaited, committed]) if (answer.status === 'rejected') throw answer.reason;
  return result;
}

/** For a statement that is given at the end of a transaction, and whose answer nothing waits for: its failure is the transaction's. */
export function withCommit(answer: Promise<unknown>): void {
  answer.catch(() => undefined);
}

/** SQLSTATE in_failed_sql_transaction and invalid_sql_statement_name. */
const REFUSED_BEHIND = '25P02';
const NOT_PREPARED = '26000';
const hasCode = (error: unknown, code: string) =>
  error instanceof Error && (error as { readonly code?: unknown }).code === code;

/**
 * Gives statements to a connection: those that are given before the event loop goes on, in one write, because each write wakes the
 * server.
 */
class Sending {
  readonly #client: pg.PoolClient;
  readonly #stream: Socket;
  #isCorked = false;
  #isOver = false;

  constructor(client: pg.PoolClient) {
    this.#client = client;
    // Missing from pg's types.
    this.#stream = (
      client as unknown as { readonly connection: { readonly stream: Socket } }
    ).connection.stream;
  }

  query(query: string | pg.QueryConfig): Promise<pg.QueryResult> {
    // Work that goes on after a failure beside it must not reach the next user of the connection.
    if (this.#isOver) return Promise.reject(new Error('the transaction of this statement is over'));
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#stream.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        this.#stream.uncork();
      });
    }
    return this.#client.query(query);
  }

  end(): void {
    this.#isOver = true;
  }
}
