import { type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import { Slice } from '../../domain/text/slices.ts';
import type { ApiContext } from '../context.ts';
import { statusOf } from '../errors.ts';
import type { OperationRequest } from '../gate/gate.ts';
import { LIMITS } from '../limits.ts';
import { executeOperation, type NotRun, type Prepared, prepareOperation } from '../operation.ts';
import type { Column, Table } from './table.ts';

/** A value of a row: moments are dates. */
export type Value = string | number | boolean | Date | null;

/** The rows of an answer, column by column, and what the answer says beside them. */
export interface Filled {
  readonly columns: readonly Column[];
  /** By column. */
  readonly data: readonly (readonly Value[])[];
  readonly rows: number;
  /** Columns in which values were withheld from the caller. */
  readonly masked: ReadonlySet<string>;
  /** The newest response, if the window of the answer ends now and has none. */
  readonly newest: string | null;
  /** Points, of all pages. */
  readonly cost: number;
}

/** What an operation is executed with; each page has a context of its own. */
export interface Reading {
  readonly schema: GraphQLSchema;
  readonly table: Table;
  readonly request: OperationRequest;
  readonly context: () => ApiContext;
}

/**
 * Executes an operation that passed the gate, follows its pages up to the limit of rows, and returns the rows.
 */
export async function readTable(reading: Reading, first: Prepared): Promise<Filled | NotRun> {
  const { table } = reading;
  const data: Value[][] = table.columns.map(() => []);
  const masked = new Set<string>();
  const slice = new Slice();
  let [rows, cost] = [0, 0];
  let newest: string | null = null;
  let prepared = first;
  for (;;) {
    const result = await executeOperation(prepared);
    if (result.errors?.length || !result.data) return notRun(result);
    const answer = result.data[table.key];
    const { emptyWindows } = prepared.contextValue;
    newest ??= emptyWindows[0]?.newest ?? null;
    cost += prepared.contextValue.cost?.requested ?? 0;
    for (const { path } of prepared.contextValue.masked) masked.add(columnAt(table, path));
    for (const row of rowsOf(table, answer)) {
      if (slice.isOver()) await slice.next();
      for (const [i, column] of table.columns.entries()) data[i]?.push(valueAt(column, row));
      rows++;
    }
    if (rows > LIMITS.biRows) return tooMany();
    const after = nextPage(table, answer, reading.request);
    if (after === null) return { columns: table.columns, data, rows, masked, newest, cost };
    const next = prepareOperation(
      reading.schema,
      reading.context(),
      pageRequest(table, reading.request, after),
    );
    if (!('document' in next)) return next;
    prepared = next;
  }
}

/** The first page: a full one where pages are followed. */
export function pageRequest(table: Table, request: OperationRequest, after?: string): OperationRequest {
  const { pages } = table;
  if (!pages || isOnePage(table, request)) return request;
  const variables = {
    ...request.variables,
    [pages.first]: LIMITS.page,
    ...(after === undefined ? {} : { [pages.after]: after }),
  };
  return { ...request, variables };
}

/** Whether the address asks for one page itself. */
function isOnePage({ pages }: Table, { variables }: OperationRequest): boolean {
  return !pages || [pages.first, pages.after].some((name) => variables?.[name] !== undefined);
}

function nextPage(table: Table, answer: unknown, request: OperationRequest): string | null {
  if (isOnePage(table, request)) return null;
  const { pageInfo } = answer as { pageInfo: { hasNextPage: boolean; endCursor: string | null } };
  return pageInfo.hasNextPage ? pageInfo.endCursor : null;
}

function rowsOf({ shape }: Table, answer: unknown): unknown[] {
  if (answer === null || answer === undefined) return [];
  if (shape === 'object') return [answer];
  if (shape === 'list') return answer as unknown[];
  return (answer as { edges: { node: unknown }[] }).edges.map(({ node }) => node);
}

function valueAt({ path, kind }: Column, row: unknown): Value {
  let value: unknown = row;
  for (const key of path) value = (value as Record<string, unknown> | null | undefined)?.[key];
  if (value === null || value === undefined) return null;
  // Of compiled queries moments are texts.
  if (kind === 'time') return value instanceof Date ? value : new Date(String(value));
  if (kind === 'json') return JSON.stringify(value);
  return value as Value;
}

/** The column of a masked path: responses.edges.0.node.comment. */
function columnAt({ shape, columns }: Table, path: readonly (string | number)[]): string {
  const skipped = { object: 1, list: 2, connection: 4 }[shape];
  const within = path.slice(skipped);
  const found = columns.find((column) => column.path.every((key, i) => key === within[i]));
  return found?.name ?? within.filter((key) => typeof key === 'string').join('_');
}

function notRun({ errors = [] }: ExecutionResult): NotRun {
  const code = errors[0]?.extensions['code'];
  const status = code === 'INTERNAL_SERVER_ERROR' ? 500 : statusOf(code as Parameters<typeof statusOf>[0]);
  return { errors, status };
}

function tooMany(): NotRun {
  const message = `more than ${LIMITS.biRows} rows: ask for a shorter time or a smaller segment`;
  return { errors: [new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } })], status: 400 };
}
