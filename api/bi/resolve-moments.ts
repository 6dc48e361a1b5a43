import type { GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { cut, quoted } from '../../domain/text/text.ts';
import { parseDateTime } from '../../domain/time/date-time.ts';
import { InvalidArgumentError } from '../errors.ts';
import { momentText, type Present } from './moments.ts';
import { parametersOf } from './parameters.ts';

const MOMENTS =
  'it is RFC 3339 with an offset, such as 2026-03-31T09:30:00Z, a day (2026-03-31), or relative: now, now-P30D, now/d, newest, newest-P12W';

/** Variables as they are executed. */
export interface Resolved {
  readonly variables: Record<string, unknown>;
  /** The end of the newest data, where it was looked up. */
  readonly asOf: string | null;
}

/** What variables are resolved with. */
export interface Resolving {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  /** Of variables that are not given. */
  readonly defaults: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Where windows end that show the newest response that the caller may read; null: at the present. */
  readonly newestEnd: () => Promise<Date | null>;
}

/**
 * The variables with their moments in RFC 3339, and the end of the newest data where it was looked up.
 * @throws InvalidArgumentError that names what is no moment
 */
export async function resolveMoments(
  { schema, operation, defaults, now, newestEnd }: Resolving,
  given: Readonly<Record<string, unknown>>,
): Promise<Resolved> {
  const variables: Record<string, unknown> = { ...defaults, ...given };
  let end: Promise<Date | null> | undefined;
  const newest = async () => {
    end ??= newestEnd();
    return (await end)?.getTime() ?? now;
  };
  const present: Present = { now, newest };
  for (const [name, type] of parametersOf(schema, operation)) {
    const value = variables[name];
    if (!/^DateTime!?$/.test(type.toString()) || typeof value !== 'string') continue;
    const isDefault = given[name] === undefined;
    const moment = await momentText(value, present);
    if (!parseDateTime(moment))
      throw new InvalidArgumentError(`${name}: ${quoted(cut(value))} is no moment; ${MOMENTS}`);
    variables[name] = moment;
    // Up to the present a window ends with the request, as without the variable.
    if (isDefault && value === 'newest' && !type.toString().endsWith('!') && (await end) === null)
      delete variables[name];
  }
  const found = (await end) ?? null;
  return { variables, asOf: found && Object.values(variables).length > 0 ? found.toISOString() : null };
}
