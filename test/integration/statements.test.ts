import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namedStatements, type Statement, statement, unnamed } from '../../store/database/statement.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

const ROOT = new URL('../../', import.meta.url);
const { MODULES } = createRequire(import.meta.url)('../../.modules.cjs') as { MODULES: object };
const sources = [...Object.keys(MODULES), 'cli']
  .flatMap((module) =>
    readdirSync(new URL(module, ROOT), { recursive: true, encoding: 'utf8' }).map(
      (path) => `${module}/${path}`,
    ),
  )
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
  .map((path) => ({ path, text: readFileSync(new URL(path, ROOT), 'utf8') }));

/** Statements that PREPARE accepts; the others (SET, LOCK) are run, in a transaction that is rolled back. */
const PREPARABLE = /^[\s(]*(SELECT|INSERT|UPDATE|DELETE|MERGE|VALUES|WITH)\b/i;

let database: TestDatabase;
let statements: readonly Statement[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  // Loading a module registers its statements.
  for (const { path, text } of sources)
    if (/database\/statement\.ts'|\.\/statement\.ts'/.test(text)) await import(new URL(path, ROOT).href);
  // Not those of tests that ran before in this process, which may be of tables of their own.
  statements = namedStatements().filter(({ name }) => !name.startsWith('test_'));
});
afterAll(() => database.close());

/** What the database has against each of the statements; empty where it has nothing. */
async function mistakes(given: readonly Statement[]): Promise<string[]> {
  const found: string[] = [];
  const undone = new Error('rolled back');
  for (const { name, text } of given) {
    const tried = PREPARABLE.test(text) ? `PREPARE checked AS ${text}` : text;
    const work = database.store.transaction(async (session) => {
      await session.rows(unnamed(tried), []);
      if (PREPARABLE.test(text)) await session.rows(unnamed('DEALLOCATE checked'), []);
      throw undone;
    });
    await work.catch((error: Error) => {
      if (error !== undone) found.push(`${name}: ${error.message}`);
    });
  }
  return found;
}

describe('named statements', () => {
  it('are all accepted by the migrated database', async () => {
    expect(statements.length).toBeGreaterThan(300);
    expect(await mistakes(statements)).toEqual([]);
  });

  it('are detected if a column, a table or a type differs', async () => {
    const wrong = [
      { name: 'column', text: 'SELECT no_such_column FROM response WHERE id = $1' },
      { name: 'table', text: 'DELETE FROM no_such_table' },
      { name: 'type', text: 'SELECT FROM response WHERE answered_at = $1::boolean' },
      { name: 'setting', text: 'SET LOCAL no_such_setting = 1' },
    ];
    expect(await mistakes(wrong)).toHaveLength(4);
  });

  it('have a name each', () => {
    const [first] = statements;
    expect(() => statement(first?.name ?? '', 'SELECT 1')).toThrow(/two statements have the name/);
    expect(new Set(statements.map(({ name }) => name)).size).toBe(statements.length);
    // PostgreSQL cuts longer names: two could become one.
    expect(statements.filter(({ name }) => Buffer.byteLength(name) > 63)).toEqual([]);
  });

  it('look for an answer by its time too: no index begins with its id, and a hypertable would open every chunk', () => {
    const byId = /\b(FROM|JOIN|UPDATE) response r?\b[^;]*\br\.id = |\bresponse (SET [^;]* )?WHERE id = /;
    const alone = (text: string) => byId.test(text) && !/\banswered_at = /.test(text);
    expect(alone('SELECT FROM response WHERE id = $1')).toBe(true);
    expect(alone('UPDATE response SET comment = NULL WHERE id = ANY ($1)')).toBe(true);
    // Of erasures that an earlier version left unfinished, nothing but the ids is known.
    const found = statements.filter(({ text }) => alone(text)).map(({ name }) => name);
    expect(found).toEqual(['erasures_check_responses']);
  });

  it('are made by statement(), so that none is left out here', () => {
    const literal = /\{\s*name: ['`"][^{}]*?,\s*(isSmall: true,\s*|isLong: true,\s*)?text: /;
    expect(literal.test("{ name: 'x', text: 'SELECT 1' }")).toBe(true);
    // postgres.ts sets the scope of a connection, below the sessions that take statements.
    const found = sources.filter(({ text }) => literal.test(text)).map(({ path }) => path);
    expect(found).toEqual(['store/database/postgres.ts']);
  });
});
