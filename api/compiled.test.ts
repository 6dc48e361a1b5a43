import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { buildSchema, type DefinitionNode, type DocumentNode, getOperationAST, parse } from 'graphql';
import { compileQuery } from 'graphql-jit';
import { expect, it } from 'vitest';
import { CompiledQueries, isWorthCompiling } from './compiled.ts';
import { Documents, documentBytes, KEPT_BYTES } from './gate/documents.ts';
import { refuseRepeats, unfoldedFields } from './gate/screen.ts';
import { LIMITS } from './limits.ts';

const SCHEMA = buildSchema('type Query { a: String, q: Query }');
const FRAGMENT = `fragment F on Query { ${Array.from({ length: 30 }, (_, i) => `f${i}: a`).join(' ')} }`;
const spread = (times: number) =>
  `{ ${Array.from({ length: times }, (_, i) => `q${i}: q { ...F }`).join(' ')} } ${FRAGMENT}`;

/** What the gate charged for a use, and how much of it was refunded. */
const paying = (requested: number, givenBack = 0) => ({
  cost: { requested },
  givenBack,
  rowsInSlices: false,
});
const screened = (text: string) => {
  const document = parse(text);
  refuseRepeats(document);
  return document;
};

it('compiles queries whose uses have cost as much, very large ones never', () => {
  expect(isWorthCompiling(10, 10 * LIMITS.compilingPoints - 1)).toBe(false);
  expect(isWorthCompiling(10, 10 * LIMITS.compilingPoints)).toBe(true);
  const most = LIMITS.compiledQuery;
  expect(isWorthCompiling(most, most * LIMITS.compilingPoints)).toBe(true);
  expect(isWorthCompiling(most + 1, Number.MAX_SAFE_INTEGER)).toBe(false);
});

it.each([
  ['paid', () => paying(160), [false, false, false, false, true]],
  ['half refunded', () => paying(160, 80), [false, false, false, false, false, false, false, false, true]],
])('no use is compiled before those before it have paid for that: %s', async (_, context, expected) => {
  // 10 times 32 fields.
  const document = screened(spread(10));
  const queries = new CompiledQueries();
  const compiled: boolean[] = [];
  for (let i = 0; i < expected.length; i++) {
    const contextValue = context();
    await queries.execute({ schema: SCHEMA, document, contextValue });
    compiled.push(!contextValue.rowsInSlices);
  }
  expect(compiled).toEqual(expected);
});

it('of many large documents no tokens are kept, and few texts', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const documents = new Documents();
  const queries = new CompiledQueries();
  const made: WeakRef<DefinitionNode>[] = [];
  const read: WeakRef<DocumentNode>[] = [];
  for (let i = 0; i < 50; i++) {
    const text = `{ a q { a } } #${i}\n${'#\n'.repeat(3_000)}${' '.repeat(90_000)}`;
    const document = documents.read(SCHEMA, text, true);
    const compiled: boolean[] = [];
    for (let use = 0; use < 3; use++) {
      const contextValue = paying(20);
      await queries.execute({ schema: SCHEMA, document, contextValue });
      compiled.push(!contextValue.rowsInSlices);
    }
    expect(compiled).toEqual([false, true, true]);
    made.push(...document.definitions.map((one) => new WeakRef(one)));
    read.push(new WeakRef(document));
  }
  await new Promise((done) => setImmediate(done));
  collect();
  const kept = made.flatMap((ref) => ref.deref() ?? []);
  expect(kept.length).toBeGreaterThan(0);
  for (const { loc } of kept) expect([loc?.startToken.next, loc?.endToken.prev]).toEqual([null, null]);
  const bytes = read.reduce((sum, ref) => {
    const document = ref.deref();
    return sum + (document ? documentBytes(document) : 0);
  }, 0);
  // The document of the last turn may still be at hand.
  const most = KEPT_BYTES + LIMITS.compiledFields * LIMITS.compiledBytes + 1_000_000;
  expect(bytes).toBeLessThanOrEqual(most);
});

it('counts fields after expansion, and documents that were not screened as infinite', () => {
  const document = parse(spread(10));
  const operation = getOperationAST(document);
  if (!operation) throw new Error('one operation is needed');
  expect(unfoldedFields(operation)).toBe(Number.POSITIVE_INFINITY);
  refuseRepeats(document);
  expect(unfoldedFields(operation)).toBe(10 * (1 + 1 + 30));
});

it.each([1, 10, 28])(
  'answers alike each time, whether compiled or not: %i times the fragment',
  async (times) => {
    const document = screened(spread(times));
    const args = { schema: SCHEMA, document, rootValue: undefined, contextValue: paying(200) };
    const queries = new CompiledQueries();
    const first = await queries.execute(args);
    expect(first.errors).toBeUndefined();
    for (let i = 0; i < 6; i++)
      expect(JSON.stringify(await queries.execute(args))).toBe(JSON.stringify(first));
  },
);

it('few of many large documents are kept compiled, used once or repeatedly', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  let made = 0;
  /** The maximum number of fields that are compiled on repeated use. */
  const another = () => screened(`${spread(15)} #${made++}`);
  const documents = Array.from({ length: 120 }, another);
  const queries = new CompiledQueries();
  const execute = async (executed: readonly DocumentNode[]) => {
    for (const document of executed)
      for (let i = 0; i < 7; i++)
        await queries.execute({ schema: SCHEMA, document, contextValue: paying(200) });
  };
  // What the first documents of a process allocate is not kept for them.
  await execute([another(), another(), another()]);
  const before = heap();
  await execute(documents);
  const grown = heap() - before;
  const control = documents.map((document) => compileQuery(SCHEMA, document));
  const all = heap() - before - grown;
  expect(control).toHaveLength(documents.length);
  expect(grown, `of ${all} bytes`).toBeLessThan(all / 2);
});
