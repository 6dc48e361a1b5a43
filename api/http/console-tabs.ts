import type { GraphQLSchema } from 'graphql';
import { parseDateTime } from '../../domain/time/date-time.ts';
import { windowEnd } from '../../domain/time/window-end.ts';
import { exampleQueries } from '../../web/example-queries.ts';
import type { ApiContext } from '../context.ts';
import { executeOperation, prepareOperation } from '../operation.ts';

/** A tab of the console, with a comment about what it shows. */
export interface Tab {
  readonly query: string;
}

/** The newest response that the caller may see. */
interface Newest {
  readonly at: Date | null;
  /** Values of its dimensions, by field. */
  readonly values: Readonly<Record<string, string>>;
}

/**
 * The example queries for a caller: over the deployment's dimensions, with windows that end at the newest
 * response that the caller may see. The lookup runs, and is charged, as the caller's.
 */
export async function consoleTabs(schema: GraphQLSchema, context: ApiContext): Promise<Tab[]> {
  const { dimensions, now } = context.deps;
  const moment = now();
  const { at, values } = await newestOf(schema, context, moment);
  const end = windowEnd(at, moment);
  const note = noteOn(at, end);
  return exampleQueries({ dimensions, end, now: moment, values }).map(({ query }) => ({
    query: `${note}${query}`,
  }));
}

function noteOn(at: Date | null, end: Date | null): string {
  if (at === null) return '# There are no answers yet that this key may see.\n';
  return end === null
    ? ''
    : `# The newest answer is of ${new Date(end.getTime() - 1).toISOString().slice(0, 10)}: windows end there, not at the present.\n`;
}

/** The newest response that the caller may see; a key that may only read scores learns the month. */
export async function newestOf(schema: GraphQLSchema, context: ApiContext, moment: number): Promise<Newest> {
  const fields = context.deps.dimensions.map(({ field }) => field);
  const ask = async (query: string): Promise<Record<string, unknown>> => {
    const prepared = prepareOperation(schema, context, { query });
    return 'document' in prepared ? ((await executeOperation(prepared)).data ?? {}) : {};
  };
  const { responses } = await ask(
    `{ responses(first: 1) { edges { node { answeredAt ${fields.join(' ')} } } } }`,
  );
  const node = (responses as { edges: { node: Record<string, unknown> }[] } | null | undefined)?.edges[0]
    ?.node;
  if (node) {
    const values = fields.flatMap((field) => (typeof node[field] === 'string' ? [[field, node[field]]] : []));
    return { at: momentOf(node['answeredAt']), values: Object.fromEntries(values) };
  }
  // A key that may only read scores gets the month.
  const month = (later: number) => {
    const day = new Date(moment);
    return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + later, 1)).toISOString();
  };
  const { npsSeries } = await ask(
    `{ npsSeries(from: "${month(-60)}", to: "${month(1)}", every: MONTH) { until responses } }`,
  );
  const rows = (npsSeries ?? []) as { until: unknown; responses: number | null }[];
  const until = momentOf(rows.findLast(({ responses: n }) => (n ?? 0) > 0)?.until);
  return { at: until && new Date(until.getTime() - 1), values: {} };
}

/** Values of an answer: moments are dates, or texts if it was compiled. */
function momentOf(value: unknown): Date | null {
  if (value instanceof Date) return value;
  return typeof value === 'string' ? parseDateTime(value) : null;
}
