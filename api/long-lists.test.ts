import { buildSchema, execute, parse } from 'graphql';
import { expect, it } from 'vitest';
import { promisesInSlices } from '../domain/text/slices.ts';

it('yields to the event loop while GraphQL builds a long list', async () => {
  const schema = buildSchema(
    'type Query { rows: [Row!]! } type Row { a: Int b: Int c: Int d: Int e: Int f: Int }',
  );
  const document = parse('{ rows { a b c d e f } }');
  const rows = Array.from({ length: 20_000 }, (_, a) => ({ a, b: 1, c: 2, d: 3, e: 4, f: 5 }));
  let turns = 0;
  const count = () => {
    turns += 1;
    timer = setImmediate(count);
  };
  let timer = setImmediate(count);
  const { data, errors } = await execute({ schema, document, rootValue: { rows: promisesInSlices(rows) } });
  clearImmediate(timer);
  expect(errors).toBeUndefined();
  expect(JSON.stringify(data)).toBe(JSON.stringify({ rows }));
  expect(turns).toBeGreaterThan(3);
});
