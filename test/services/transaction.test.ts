import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { openPostgres } from '../../store/database/postgres.ts';
import { statement, unnamed } from '../../store/database/statement.ts';
import { withCommit } from '../../store/database/transaction.ts';
import { freshDatabase } from '../fixtures/database.ts';

const ONE = statement('test_transaction_one', 'SELECT 1 AS one');
const ADD = statement('test_transaction_add', 'INSERT INTO added VALUES ($1::integer) RETURNING number');
const BAD = statement('test_transaction_bad', 'SELECT 1 / $1::integer');
const ALL = statement('test_transaction_all', 'SELECT number FROM added ORDER BY number');

/** A database with the table `added`, and how often a client sent something to it. */
async function setUp() {
  const target = new URL((await freshDatabase()) ?? '');
  const place = { port: Number(target.port), host: target.hostname };
  const sent = { times: 0 };
  const proxy = createServer((client) => {
    const server = connect(place);
    client.on('data', () => {
      sent.times += 1;
    });
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  target.hostname = '127.0.0.1';
  target.port = String((proxy.address() as { port: number }).port);
  const store = openPostgres(target.href, () => undefined, { maxConnections: 1 });
  await store.rows(unnamed('CREATE TABLE added (number integer PRIMARY KEY)'), []);
  const close = async () => {
    await store.close();
    proxy.close();
  };
  return { store, sent, close };
}

it('sends together what is given together, and answers it in its order', async () => {
  const { store, sent, close } = await setUp();
  try {
    const before = sent.times;
    const found = await store.transaction(
      async (session) => {
        const read = await Promise.all([session.rows(ONE, []), session.rows(ALL, [])]);
        const added = await Promise.all([3, 1, 2].map((number) => session.rows(ADD, [number])));
        return [...read, ...added];
      },
      { beginsWithReads: true },
    );
    expect(found).toEqual([[{ one: 1 }], [], [{ number: 3 }], [{ number: 1 }], [{ number: 2 }]]);
    // The begin with the reads, the inserts, the commit.
    expect(sent.times - before).toBe(3);
    expect(await store.rows(ALL, [])).toEqual([1, 2, 3].map((number) => ({ number })));
  } finally {
    await close();
  }
});

it('stores nothing of a transaction with a failure, also of what was sent behind it', async () => {
  const { store, close } = await setUp();
  try {
    const work = store.transaction((session) =>
      Promise.all([session.rows(ADD, [1]), session.rows(BAD, [0]), session.rows(ADD, [2])]),
    );
    await expect(work).rejects.toMatchObject({ code: '22012' });
    expect(await store.rows(ALL, [])).toEqual([]);
    // Statements that were refused behind the failure are prepared again.
    await store.transaction((session) => Promise.all([3, 4].map((number) => session.rows(ADD, [number]))));
    expect(await store.rows(ALL, [])).toEqual([{ number: 3 }, { number: 4 }]);
  } finally {
    await close();
  }
});

it('refuses statements of work that goes on after its transaction', async () => {
  const { store, close } = await setUp();
  try {
    let over = () => {};
    const isOver = new Promise<void>((done) => {
      over = done;
    });
    let late: Promise<unknown> = Promise.resolve();
    const work = store.transaction((session) => {
      late = isOver.then(() => session.rows(ADD, [1]));
      late.catch(() => undefined);
      return Promise.all([late, session.rows(BAD, [0])]);
    });
    await expect(work).rejects.toMatchObject({ code: '22012' });
    // The only connection is another transaction's now.
    await store.transaction(async (session) => {
      over();
      await expect(late).rejects.toThrow('the transaction of this statement is over');
      await session.rows(ADD, [2]);
    });
    expect(await store.rows(ALL, [])).toEqual([{ number: 2 }]);
  } finally {
    await close();
  }
});

it('fails if a statement failed that its work did not wait for', async () => {
  const { store, close } = await setUp();
  try {
    const work = store.transaction(async (session) => {
      await session.rows(ADD, [1]);
      session.rows(BAD, [0]).catch(() => undefined);
      return 'stored';
    });
    await expect(work).rejects.toMatchObject({ code: '22012' });
    expect(await store.rows(ALL, [])).toEqual([]);
  } finally {
    await close();
  }
});

it('sends with the commit what its work does not wait for', async () => {
  const { store, sent, close } = await setUp();
  try {
    const before = sent.times;
    const work = store.transaction(
      async (session) => {
        await session.rows(ONE, []);
        withCommit(session.rows(ADD, [1]));
        withCommit(session.rows(ADD, [2]));
        return 'stored';
      },
      { beginsWithReads: true },
    );
    expect(await work).toBe('stored');
    expect(sent.times - before).toBe(2);
    expect(await store.rows(ALL, [])).toEqual([1, 2].map((number) => ({ number })));
    // Of those that fail, the first one's error; nothing is stored.
    const failing = store.transaction(async (session) => {
      await session.rows(ADD, [3]);
      withCommit(session.rows(ADD, [1]));
      withCommit(session.rows(BAD, [0]));
    });
    await expect(failing).rejects.toMatchObject({ code: '23505' });
    expect(await store.rows(ALL, [])).toEqual([1, 2].map((number) => ({ number })));
  } finally {
    await close();
  }
});

it('takes nothing in that is given while it commits', async () => {
  const { store, close } = await setUp();
  try {
    let late: Promise<unknown> = Promise.resolve();
    await store.transaction(async (session) => {
      await session.rows(ADD, [1]);
      late = new Promise<void>((resolve) => setImmediate(resolve)).then(() => session.rows(ADD, [2]));
      late.catch(() => undefined);
    });
    await expect(late).rejects.toThrow('the transaction of this statement is over');
    expect(await store.rows(ALL, [])).toEqual([{ number: 1 }]);
  } finally {
    await close();
  }
});
