import { type DocumentNode, getOperationAST } from 'graphql';
import { expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../domain/segments/dimensions.ts';
import { heapKept } from '../../test/fixtures/heap.ts';
import { buildSchema } from '../schema/schema.ts';
import { Costs } from './cost.ts';
import { Documents, documentBytes, KEPT_BYTES } from './documents.ts';

const SCHEMA = buildSchema(defineDimensions(DEFAULT_DIMENSIONS));
/** Of few characters for each of its nodes. */
const dense = (i: number) => `query A${i}($a:Boolean=true){nps{${'...@skip(if:$a){id}'.repeat(200)}}}`;

it('of many dense documents few are kept, with what their costs are counted with', () => {
  const documents = new Documents();
  const costs = new Costs();
  const read = (i: number): DocumentNode => {
    const document = documents.read(SCHEMA, dense(i), true);
    const operation = getOperationAST(document);
    if (!operation) throw new Error('one operation is needed');
    const counted = { document, operation, operationName: null, variables: {} };
    costs.of(SCHEMA, counted, { size: 2, suggests: true });
    return document;
  };
  // What the first documents of a process allocate is not kept for them.
  for (let i = 0; i < 10; i++) read(i);
  const before = heapKept();
  for (let i = 10; i < 260; i++) read(i);
  expect(heapKept() - before).toBeLessThan(1.25 * KEPT_BYTES);
  expect(documentBytes(read(259))).toBeGreaterThan(100 * dense(259).length);
});
