import { afterAll, beforeAll, expect, it } from 'vitest';
import { captureConsole, openLog } from '../../instance/log.ts';
import type { Store } from '../../store/database/client.ts';
import { openPglite } from '../../store/database/pglite.ts';
import { openPostgres } from '../../store/database/postgres.ts';
import { freshDatabase } from '../fixtures/database.ts';

/* What the log keeps of the database's own errors, of whichever backend: none of the values that they were raised about. */

const NEEDLE = 'wilhelmina@needle.example';

let store: Store;
beforeAll(async () => {
  const url = await freshDatabase();
  store = url ? openPostgres(url, () => undefined) : await openPglite(undefined);
  await store.rows({ name: '', text: 'CREATE TABLE planted (id text PRIMARY KEY, n integer)' }, []);
  await store.rows({ name: '', text: 'INSERT INTO planted VALUES ($1, 1)' }, [NEEDLE]);
});
afterAll(() => store?.close());

const failing = (text: string, ...parameters: unknown[]): Promise<Error> =>
  store.rows({ name: '', text }, parameters).then(
    () => {
      throw new Error(`no error: ${text}`);
    },
    (error: Error) => error,
  );

/** Statements that fail, each with the needle as a value. */
const STATEMENTS: Readonly<Record<string, [string, ...unknown[]]>> = {
  uuid: ['SELECT $1::text::uuid', NEEDLE],
  number: ['SELECT $1::text::integer', NEEDLE],
  time: ['SELECT $1::text::timestamptz', NEEDLE],
  json: ['SELECT $1::text::jsonb', `{"a": ${NEEDLE}`],
  pattern: ['SELECT regexp_replace($2::text, $1::text, $2)', `(${NEEDLE}`, 'x'],
  unique: ['INSERT INTO planted VALUES ($1, 1)', NEEDLE],
  null: ['INSERT INTO planted (n) SELECT length($1::text)', NEEDLE],
  zone: ['SELECT now() AT TIME ZONE $1', NEEDLE],
  raised: [`DO $$ BEGIN RAISE EXCEPTION 'no: ${NEEDLE}'; END $$`],
};

/** How many of the errors hold the needle themselves. */
let holding = 0;

function collecting() {
  const lines: string[] = [];
  const log = openLog('debug', { write: (line: string) => void lines.push(line) });
  return { log, lines };
}

it.each(Object.entries(STATEMENTS))(
  'keeps no value of an error: %s',
  async (_name, [text, ...parameters]) => {
    const error = await failing(text, ...parameters);
    if (JSON.stringify({ ...error, message: error.message }).includes(NEEDLE)) holding += 1;
    const { log, lines } = collecting();
    log.error({ err: error }, 'unexpected error');
    log.error({ err: error }, error.message);
    log.warn({ err: error }, `API keys: ${error.message}`);
    log.warn(error);
    log.warn({ reason: error }, 'under another name');
    log.warn({ err: new Error('it failed', { cause: error }) }, 'as a cause');
    log.warn({ err: { type: 'x', message: error.message, params: [NEEDLE] } }, 'no error, but thrown');
    log.warn({ err: new AggregateError([error], 'several') }, 'among others');
    expect(lines).toHaveLength(8);
    expect(lines.join('')).not.toContain(NEEDLE);
    const [first] = lines.map((line) => JSON.parse(line));
    const { code } = error as Error & { code: string };
    expect(first).toMatchObject({ err: { code, message: expect.any(String) }, msg: 'unexpected error' });
    expect(first.err.stack).toMatch(/^ {4}at /);
    expect(Object.keys(first.err)).not.toEqual(
      expect.arrayContaining(['params', 'query', 'detail', 'where']),
    );
  },
);

it('errors that contain the value were tried', () => {
  expect(holding).toBeGreaterThan(3);
});

it('includes output of libraries and Node.js, without its text', async () => {
  const { log, lines } = collecting();
  let ended = 0;
  const release = captureConsole(log, () => {
    ended += 1;
  });
  try {
    console.error('a library says', NEEDLE, new Error(`of "${NEEDLE}"`));
    console.warn(NEEDLE);
    console.log({ text: NEEDLE });
    process.emitWarning(`"${NEEDLE}"`, 'TestWarning');
    await new Promise((done) => setTimeout(done, 20));
  } finally {
    release();
  }
  const received = lines.map((line) => JSON.parse(line));
  expect(received.map(({ msg }) => msg)).toEqual([
    ...Array(3).fill('a library wrote to the console'),
    'a warning of Node.js',
  ]);
  expect(received[0].source).toContain('log.test.ts');
  expect(received[3].err.type).toBe('TestWarning');
  expect(lines.join('')).not.toContain(NEEDLE);
  expect(ended).toBe(0);
});
