/*
 * The thread of the embedded database: PGlite runs its statements without leaving the thread that it is in, so it has one of
 * its own and the server's event loop stays free. Plain JavaScript: a thread would have to load the TypeScript loader first.
 * pglite.ts is the other side, and says what the messages mean.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rename, rm, rmdir } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { removeLeftFiles, removeSortFiles } from './left-files.mjs';
import { untar } from './untar.mjs';

const INT8 = 20;
/** Open transactions by their number: what runs in them, and how they end. */
const transactions = new Map();

/** What of a database's error may travel: no statement, no parameters, no values of rows. */
const errorOf = ({ message, code, severity, constraint, table, column }) => ({
  message,
  code,
  severity,
  constraint,
  table,
  column,
});
const fail = (id, error) => parentPort.postMessage({ id, error: errorOf(error) });
const answer = (id, promise) =>
  promise.then(
    (result) => parentPort.postMessage({ id, result }),
    (error) => fail(id, error),
  );

/** Answers once the transaction has begun; it stays open until `end`. */
function begin(pglite, { id }) {
  const ended = pglite.transaction(async (session) => {
    await new Promise((commit, rollback) => {
      transactions.set(id, { session, commit, rollback, ended: () => ended });
      parentPort.postMessage({ id, result: id });
    });
  });
  // A transaction that never began is reported here, one that did by `end`.
  ended.catch((error) => transactions.has(id) || fail(id, error)).finally(() => transactions.delete(id));
}

const ROLLED_BACK = new Error('rolled back');

function end({ id, transaction, isCommit }) {
  const { commit, rollback, ended } = transactions.get(transaction);
  if (isCommit) commit();
  else rollback(ROLLED_BACK);
  answer(
    id,
    ended().catch((error) => {
      if (error !== ROLLED_BACK) throw error;
    }),
  );
}

const { dataDir, template } = workerData;
const parsers = { [INT8]: Number };
/** The engine's cache of pages. Its default of 128 MB stays in memory permanently; pages beyond it are in the system's cache. */
const startParams = [...PGlite.defaultStartParams, '-c', 'shared_buffers=32MB'];

const isEmpty = (folder) => !existsSync(folder) || readdirSync(folder).length === 0;

async function open() {
  if (dataDir === undefined) {
    const archive = template === undefined ? {} : { loadDataDir: new Blob([readFileSync(template)]) };
    return PGlite.create({ parsers, startParams, ...archive });
  }
  if (template !== undefined && isEmpty(dataDir)) await unpack();
  await removeSortFiles(dataDir);
  const pglite = await PGlite.create({ parsers, startParams, dataDir });
  await removeLeftFiles(pglite, dataDir);
  return pglite;
}

/** Beside and renamed: what ends in the middle leaves no half of a database. */
async function unpack() {
  const beside = `${dataDir}.new`;
  await rm(beside, { recursive: true, force: true });
  untar(readFileSync(template), beside);
  if (existsSync(dataDir)) await rmdir(dataDir);
  await rename(beside, dataDir);
}

const opening = open();

async function run(pglite, message) {
  const { id, action, transaction, text, parameters, rowMode, channel } = message;
  if (action === 'ping') return parentPort.postMessage({ id, result: null });
  if (action === 'begin') return begin(pglite, message);
  if (action === 'end') return end(message);
  if (action === 'query') {
    const session = transaction === undefined ? pglite : transactions.get(transaction)?.session;
    if (!session) return fail(id, new Error('the transaction has ended'));
    const rows = session.query(text, parameters, rowMode ? { rowMode } : undefined);
    return answer(
      id,
      rows.then(({ rows, affectedRows }) => ({ rows, affectedRows })),
    );
  }
  if (action === 'listen')
    return answer(
      id,
      pglite.listen(channel, () => parentPort.postMessage({ channel })).then(() => null),
    );
  if (action === 'close')
    return answer(
      id,
      pglite.close().then(() => null),
    );
}

/** The first message: that the database is open, or why it is not. */
const OPENING = 0;
opening.then(
  (pglite) => {
    parentPort.postMessage({ id: OPENING, result: null });
    parentPort.on('message', (message) => {
      run(pglite, message).catch((error) => fail(message.id, error));
    });
  },
  (error) => fail(OPENING, error),
);
