import SchemaBuilder, { type ObjectRef } from '@pothos/core';
import { GraphQLError, Kind, valueFromASTUntyped } from 'graphql';
import type { FieldGroup } from '../../domain/access/scope.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { quoted } from '../../domain/text/text.ts';
import { isoText, isWithinYears, parseDateTime, YEARS } from '../../domain/time/date-time.ts';
import type { ApiContext } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import type { FieldCost } from '../gate/score-costs.ts';

export interface SchemaTypes {
  Context: ApiContext;
  DefaultFieldNullability: true;
  Scalars: {
    ID: { Input: string; Output: string };
    /** As output also in epoch milliseconds: rows of a series need no object for it. */
    DateTime: { Input: DateTimeInput; Output: Date | number };
    Duration: { Input: string; Output: string };
    JSON: { Input: unknown; Output: unknown };
  };
}

/**
 * A DateTime argument: `value` is null when it is invalid. The resolver decides whether that fails the whole
 * operation (an argument of a query) or one item of a batch, so coercion does not throw.
 */
export interface DateTimeInput {
  readonly text: string;
  readonly value: Date | null;
}

/**
 * What a type's fields, or one field, show: a field group, or public if it is the same for every caller. Every
 * field has a tag, its own or its type's (schema.test.ts); the field's takes precedence. It is the reviewer's
 * list; the tests on scopes show that the resolvers follow it.
 */
export type AccessClass = FieldGroup | 'public';

/** The tag of a type or field, and for a field its cost. */
export function access(
  shows: AccessClass,
  cost?: FieldCost,
): { extensions: { access: AccessClass; cost?: FieldCost } } {
  return { extensions: cost ? { access: shows, cost } : { access: shows } };
}

/** What a field costs whose access tag is that of its type. A field without a cost is charged for what is asked inside it. */
export function costs(cost: FieldCost): { extensions: { cost: FieldCost } } {
  return { extensions: { cost } };
}

type Types = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>;
export type Builder = PothosSchemaTypes.SchemaBuilder<Types>;
/** A type of the schema with the type of its rows. */
export type TypeOf<Row> = ObjectRef<Types, Row>;

/** The builder with its scalars; the schema's modules add their types to it. */
export function createBuilder(): Builder {
  const builder = new SchemaBuilder<SchemaTypes>({});
  builder.queryType({ description: 'Scores, responses and where they come from.' });
  builder.mutationType({});
  builder.subscriptionType({});
  builder.scalarType('DateTime', {
    description: 'RFC 3339 with offset; answers are in UTC.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
    serialize: (moment) => isoText(typeof moment === 'number' ? moment : moment.getTime()),
    parseValue: dateTimeInput,
    parseLiteral: (node) => dateTimeInput(node.kind === Kind.STRING ? node.value : valueFromASTUntyped(node)),
  });
  builder.scalarType('Duration', {
    description: 'ISO 8601 duration, whole buckets only: PT15M, PT6H, P1D, P30D, P12W, P3M.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339#appendix-A',
    serialize: (text) => text,
    parseValue: durationText,
    parseLiteral: (node) => durationText(node.kind === Kind.STRING ? node.value : valueFromASTUntyped(node)),
  });
  builder.scalarType('JSON', {
    description: 'Any JSON value.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
    serialize: (value) => value,
  });
  return builder as unknown as Builder;
}

function dateTimeInput(value: unknown): DateTimeInput {
  if (typeof value !== 'string') {
    throw new GraphQLError('a DateTime is a string such as "2026-03-31T09:30:00Z"', {
      extensions: { code: 'BAD_USER_INPUT' },
    });
  }
  return { text: value, value: parseDateTime(value) };
}

function durationText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new GraphQLError('a Duration is a string such as "P30D"', { extensions: { code: 'BAD_USER_INPUT' } });
}

/**
 * The argument's moment in epoch milliseconds.
 * @throws InvalidArgumentError naming the argument.
 */
export function momentOf(name: string, input: DateTimeInput): number {
  const time = input.value?.getTime();
  if (time !== undefined && !isWithinYears(time))
    throw new InvalidArgumentError(`${name}: ${quoted(input.text)} is not within the years ${YEARS}`);
  if (time !== undefined) return time;
  throw new InvalidArgumentError(
    `${name}: ${quoted(input.text)} is not RFC 3339 with an offset, such as "2026-03-31T09:30:00Z"`,
  );
}

/** As `momentOf`; null where the argument is not given. */
export const timeOf = (name: string, given: DateTimeInput | null | undefined): Date | null =>
  given ? new Date(momentOf(name, given)) : null;

/** Builds a field (or an argument) for each configured dimension. */
export function forEachDimension<T>(
  dimensions: readonly Dimension[],
  make: (dimension: Dimension) => T,
): Record<string, T> {
  return Object.fromEntries(dimensions.map((dimension) => [dimension.field, make(dimension)]));
}

const LARGEST_INT = 2 ** 31 - 1;

/** A count as GraphQL's Int, which has 32 bits: the largest Int in place of a larger one, which would be an error. */
export const asInt = (count: number): number => Math.min(count, LARGEST_INT);
