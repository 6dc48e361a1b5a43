import { buildSchema, execute, type GraphQLError, isObjectType, parse, TokenKind } from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { InvalidArgumentError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Log } from '../log.ts';
import { formatErrors } from '../operation.ts';
import { Documents, refuseNesting } from './documents.ts';

const SCHEMA = buildSchema('type Query { a(of: String): String!, q: Query } type Subscription { a: String }');
const MOST = LIMITS.tokens;
const TOO_MANY = `query: more than ${MOST} tokens, comments among them`;
const read = (text: string) => new Documents().read(SCHEMA, text, true);

describe('the tokens of a document', () => {
  it.each([
    ['comments', `{ a }${'#\n'.repeat(5_000)}`],
    ['comments of a subscription', `subscription { a }${'# more\r\n'.repeat(5_000)}`],
    ['comments before it', `${' ,\t\uFEFF#\r'.repeat(5_000)}{ a }`],
    ['comments between', `{ a ${'a # one\n'.repeat(MOST / 2)} }`],
    ['names', `{ ${'a '.repeat(MOST)}}`],
    ['many comments', `{ a }${'#\n'.repeat(99_000)}`],
  ])('are limited: %s', (_, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', message: TOO_MANY }));
  });

  it('may be as many as the limit, comments among them', () => {
    const comments = (count: number) => `{ a }${'#\n'.repeat(count)}`;
    expect(() => read(comments(MOST - 3))).not.toThrow();
    expect(() => read(comments(MOST - 2))).toThrow(TOO_MANY);
  });

  it('are not what texts contain', () => {
    expect(() => read(`{ a(of: "${'#'.repeat(5_000)}") }`)).not.toThrow();
    expect(() => read(`{ a(of: """${'#\n'.repeat(5_000)}""") # one\n }`)).not.toThrow();
  });

  it('are counted as the lexer makes them', () => {
    const parts = ['{ a }', 'query Q { a }', '#\n', '# "\n', ',', '\uFEFF', '{ a(of: "#\\"#") }', '#"""\r\n'];
    const part = fc.constantFrom(...parts, '{ a(of: """#\n\\"""#""") }', '{ a } #{\r');
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 12 }), (chosen) => {
        const text = `{ a } ${chosen.join('')}`;
        let made = 0;
        for (let token = parse(text).loc?.startToken.next; token; token = token.next)
          if (token.kind !== TokenKind.EOF) made++;
        const rest = MOST - made;
        expect(() => refuseNesting(`${text}\n${'#\n'.repeat(rest)}`)).not.toThrow();
        expect(() => refuseNesting(`${text}\n${'#\n'.repeat(rest + 1)}`)).toThrow(TOO_MANY);
      }),
    );
  });
});

it('has at most a hundred fragments, which validation compares with each other', () => {
  const spread = (count: number) => {
    const names = Array.from({ length: count }, (_, i) => `f${i}`);
    return `{ ${names.map((name) => `...${name}`).join(' ')} } ${names.map((name) => `fragment ${name} on Query { a }`).join(' ')}`;
  };
  expect(() => read(spread(100))).not.toThrow();
  expect(() => read(spread(101))).toThrow('query: 101 fragments; a document may have at most 100');
});

it('whose fields are too many to compare is refused with what is wrong', () => {
  const fields = Array.from({ length: 60 }, () => `...{ ${'a '.repeat(28)}}`).join(' ');
  expect(() => read(`{ ${fields} }`)).toThrow(/repeats too many fields of the same name/);
});

it('a document that is kept has no tokens but those of its nodes, and errors still say where', async () => {
  const document = read('# first\n{ q {\n    a # here\n } }');
  const tokens = [document.loc?.startToken, document.loc?.endToken];
  for (const token of tokens) expect([token?.prev, token?.next]).toEqual([null, null]);
  const { Query } = SCHEMA.getTypeMap();
  const query = isObjectType(Query) ? Query.getFields()['q'] : undefined;
  const refuse = () => {
    throw new InvalidArgumentError('no');
  };
  if (query) query.resolve = () => ({ a: refuse });
  const where = ({ errors = [] }: { errors?: readonly GraphQLError[] }) =>
    formatErrors({} as Log, errors).map(({ locations }) => locations);
  const expected = [[{ line: 3, column: 5 }]];
  expect(where(await execute({ schema: SCHEMA, document }))).toEqual(expected);
  const compiled = compileQuery(SCHEMA, document);
  if (!isCompiledQuery(compiled)) throw new Error('it is compiled');
  expect(where(await compiled.query(undefined, {}, {}))).toEqual(expected);
});
