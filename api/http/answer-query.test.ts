import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { directTypeOf } from './answer-query.ts';

const typeOf = (
  accept: string | undefined,
  text = '{ a }',
  method = 'POST',
  operationName: string | null = null,
) =>
  directTypeOf(
    { method, headers: accept === undefined ? {} : { accept } } as never,
    { document: parse(text), operationName } as never,
  );

it.each([
  [undefined, 'application/json'],
  ['*/*', 'application/json'],
  ['application/json', 'application/json'],
  ['application/graphql-response+json', 'application/graphql-response+json'],
  ['application/graphql-response+json, application/json;q=0.9', 'application/graphql-response+json'],
])('answers directly who accepts %s', (accept, type) => {
  expect(typeOf(accept)).toBe(type);
});

it.each([
  ['application/json;q=0.9'],
  ['text/html'],
  ['multipart/mixed;deferSpec=20220824, application/json'],
])('leaves to Apollo who accepts %s', (accept) => {
  expect(typeOf(accept)).toBeNull();
});

it('leaves mutations and requests by GET to Apollo', () => {
  expect(typeOf('*/*', 'mutation { a }')).toBeNull();
  expect(typeOf('*/*', '{ a }', 'GET')).toBeNull();
  const both = 'query A { a } mutation B { b }';
  expect([typeOf('*/*', both, 'POST', 'A'), typeOf('*/*', both, 'POST', 'B')]).toEqual([
    'application/json',
    null,
  ]);
});
