import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { buildSchema, getOperationAST, parse } from 'graphql';
import { compileQuery } from 'graphql-jit';
import { expect, it } from 'vitest';
import { CompiledQueries, isWorthCompiling } from './compiled.ts';
import { refuseRepeats, unfoldedFields } from './gate/screen.ts';
import { LIMITS } from './limits.ts';

const SCHEMA = buildSchema('type Query { a: String, q: Query }');
const FRAGMENT = `fragment F on Query { ${Array.from({ length: 30 }, (_, i) => `f${i}: a`).join(' ')} }`;
const spread = (times: number) =>
  `{ ${Array.from({ length: times }, (_, i) => `q${i}: q { ...F }`).join(' ')} } ${FRAGMENT}`;

it('compiles small queries at once, larger ones on repeated use, very large ones never', () => {
  expect(isWorthCompiling(LIMITS.compiledAtOnce, false)).toBe(true);
  expect(isWorthCompiling(LIMITS.compiledAtOnce + 1, false)).toBe(false);
  expect(isWorthCompiling(LIMITS.compiledRepeated, true)).toBe(true);
  expect(isWorthCompiling(LIMITS.compiledRepeated + 1, true)).toBe(false);
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
    const document = parse(spread(times));
    refuseRepeats(document);
    const args = { schema: SCHEMA, document, rootValue: undefined, contextValue: {} };
    const queries = new CompiledQueries();
    const first = await queries.execute(args);
    expect(first.errors).toBeUndefined();
    for (let i = 0; i < 3; i++)
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
  const another = () => {
    const document = parse(`${spread(15)} #${made++}`);
    refuseRepeats(document);
    return document;
  };
  const documents = Array.from({ length: 120 }, another);
  const queries = new CompiledQueries();
  const execute = async () => {
    for (const document of documents)
      for (let i = 0; i < 3; i++)
        await queries.execute({ schema: SCHEMA, document, rootValue: undefined, contextValue: {} });
  };
  // What the first documents of a process allocate is not kept for them.
  for (const document of [another(), another(), another()])
    for (let i = 0; i < 3; i++)
      await queries.execute({ schema: SCHEMA, document, rootValue: undefined, contextValue: {} });
  const before = heap();
  await execute();
  const grown = heap() - before;
  const control = documents.map((document) => compileQuery(SCHEMA, document));
  const all = heap() - before - grown;
  expect(control).toHaveLength(documents.length);
  expect(grown, `of ${all} bytes`).toBeLessThan(all / 2);
});
