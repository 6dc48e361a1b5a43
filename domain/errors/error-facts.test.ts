import { DrizzleQueryError } from 'drizzle-orm';
import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { errorFacts, safeText } from './error-facts.ts';

const NEEDLE = 'wilhelmina@needle.example';

const thrownBy = (work: () => unknown): Error => {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};
const withFacts = (message: string, facts: object, name = 'error') =>
  Object.assign(new Error(message), { name }, facts);

/** Each has the needle in its message, or beside it. */
const HOLDING: Readonly<Record<string, () => Error>> = {
  'a value of another type': () =>
    withFacts(`invalid input syntax for type uuid: "${NEEDLE}"`, { code: '22P02', severity: 'ERROR' }),
  'a broken constraint': () =>
    withFacts(`duplicate key value violates unique constraint "x"`, {
      code: '23505',
      severity: 'ERROR',
      detail: `Key (lookup)=(${NEEDLE}) already exists.`,
      table: 'subject_key',
      constraint: 'subject_key_lookup',
      query: 'INSERT INTO subject_key VALUES ($1)',
      params: [NEEDLE],
    }),
  'where and hint': () =>
    withFacts('deadlock detected', { code: '40P01', severity: 'ERROR', where: NEEDLE, hint: NEEDLE }),
  'a failed query of drizzle': () =>
    new DrizzleQueryError('SELECT $1', [NEEDLE], withFacts('x', { detail: NEEDLE })),
  'a node of Neo4j': () =>
    withFacts(`Node(1) already exists with label X and property id = ${NEEDLE}`, {
      code: 'Neo.ClientError.Schema.ConstraintValidationFailed',
      parameters: { id: NEEDLE },
    }),
  JSON: () => thrownBy(() => JSON.parse(`{"a": "${NEEDLE}", 'b'}`)),
  'JSON without quotes': () => thrownBy(() => JSON.parse(NEEDLE)),
  'JSON with quotes within': () => thrownBy(() => JSON.parse(`{"${NEEDLE}": x}`)),
  BigInt: () => thrownBy(() => BigInt(NEEDLE)),
  'a time zone': () => thrownBy(() => new Intl.DateTimeFormat('en', { timeZone: NEEDLE })),
  'a regular expression': () => thrownBy(() => new RegExp(`${NEEDLE}(`)),
  'a property': () => thrownBy(() => (undefined as unknown as Record<string, string>)[NEEDLE]),
  'an argument': () => thrownBy(() => Buffer.from(5 as never, NEEDLE as never)),
  'a URL': () => thrownBy(() => new URL(NEEDLE)),
  'a schema': () => thrownBy(() => z.strictObject({}).parse({ [NEEDLE]: 1 })),
  'an enumeration': () => thrownBy(() => z.enum(['a']).parse(NEEDLE)),
  GraphQL: () => new GraphQLError(`Int cannot represent non-integer value: ${NEEDLE}`),
  'a cause': () => new Error('it failed', { cause: new Error(`no: "${NEEDLE}"`) }),
  'the cause of a cause': () =>
    new Error('it failed', { cause: new Error('so', { cause: new Error(`'${NEEDLE}'`) }) }),
  'several at once': () => new AggregateError([new Error(`"${NEEDLE}"`)], `all failed: "${NEEDLE}"`),
  'the error behind GraphQL': () =>
    new GraphQLError('x', {
      originalError: withFacts('x', { code: '22001', severity: 'ERROR', detail: NEEDLE }),
    }),
  'frames that a message pretends': () => new Error(`"x\n    at ${NEEDLE} (file:1:1)"`),
  'properties of its own': () => withFacts('x', { input: NEEDLE, value: { deep: NEEDLE } }),
};

describe('what a log keeps of an error', () => {
  it.each(Object.entries(HOLDING))('contains no value: %s', (_name, make) => {
    const facts = errorFacts(make());
    expect(JSON.stringify(facts)).not.toContain(NEEDLE);
    expect(facts.message).not.toBe('');
    expect(facts.stack ?? '    at ').toContain('    at ');
  });

  it('contains what the operator needs', () => {
    expect(errorFacts(HOLDING['a broken constraint']?.())).toMatchObject({
      code: '23505',
      message: 'a row breaks a constraint',
      table: 'subject_key',
      constraint: 'subject_key_lookup',
    });
    const away = withFacts('the database system is shutting down', { code: '57P03', severity: 'FATAL' });
    expect(errorFacts(away)).toMatchObject({
      code: '57P03',
      message: 'the database system is shutting down',
    });
    expect(
      errorFacts(withFacts('connect ECONNREFUSED 127.0.0.1:1', { code: 'ECONNREFUSED' }, 'Error')),
    ).toMatchObject({
      type: 'Error',
      code: 'ECONNREFUSED',
      message: 'connect ECONNREFUSED 127.0.0.1:1',
    });
    expect(errorFacts(HOLDING['a property']?.())).toMatchObject({
      type: 'TypeError',
      message: 'Cannot read properties of undefined (reading …)',
    });
    expect(errorFacts('a text').message).toBe('a value was thrown that is not an error');
  });

  it('is short, whatever was thrown', () => {
    const long = new Error('x'.repeat(5_000_000));
    expect(JSON.stringify(errorFacts(long)).length).toBeLessThan(6_000);
    const circular = new Error('x');
    circular.cause = circular;
    expect(JSON.stringify(errorFacts(circular)).length).toBeLessThan(40_000);
  });

  it('makes a text safe that repeats the message', () => {
    const error = thrownBy(() => JSON.parse(`{"${NEEDLE}`));
    expect(safeText(`policies: ${error.message}`, error)).toMatch(
      /^policies: Unterminated string|^policies: Expected/,
    );
    expect(safeText(`policies: ${error.message}`, error)).not.toContain(NEEDLE);
  });
});
