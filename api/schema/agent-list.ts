import { type Seen, seenBy } from '../../store/agents/cell-set.ts';
import type { ScopedSession } from '../../store/database/client.ts';
import type { ApiContext } from '../context.ts';
import { fixed } from '../gate/costs.ts';
import type { ResponsePath } from '../masking.ts';
import { noteHiddenAgents, parseMomentCursor } from './agent-rights.ts';
import { access } from './builder.ts';
import { type ListPage, pageOf, pageSize } from './connection.ts';
import type { SchemaParts } from './types.ts';

/** The arguments that every list of agents' rows has. */
interface ListArguments<State> {
  readonly state?: readonly State[] | null | undefined;
  readonly first: number;
  readonly after?: string | null | undefined;
}

/** One page's worth of rows. */
export interface AgentFilter<State> {
  readonly states: readonly State[] | null;
  readonly after: ReturnType<typeof parseMomentCursor>;
  readonly limit: number;
}

/** A page of agents' rows, the newest first, of those that the caller sees. */
export async function agentPage<Row, State>(
  context: ApiContext,
  path: ResponsePath,
  { state, first: given, after: cursor }: ListArguments<State>,
  read: (session: ScopedSession, seen: Seen, filter: AgentFilter<State>) => Promise<readonly Row[]>,
): Promise<ListPage<Row>> {
  const first = pageSize(given);
  const after = parseMomentCursor(cursor);
  noteHiddenAgents(context, path);
  const { deps, caller } = context;
  const filter = { states: state ?? null, after, limit: first + 1 };
  return pageOf(await read(deps.store, seenBy(caller.scope, deps.cells), filter), first);
}

/** Adds a query of how many rows the caller sees in each state, without their texts. */
export function addCounts<State extends string>(
  { builder }: SchemaParts,
  { field, name, rows, state, count }: Counted<State>,
): void {
  const one = builder.objectRef<StateCount<State>>(name).implement({
    ...access('readResponse'),
    description: `How many ${rows} are in one state.`,
    fields: (t) => ({
      state: t.field({ type: state as never, nullable: false, resolve: (row) => row.state as never }),
      [rows]: t.exposeInt('n', { nullable: false }),
    }),
  });
  builder.queryField(field, (t) =>
    t.field({
      ...access('readResponse', fixed(5)),
      type: [one],
      nullable: false,
      description: `How many ${rows} the caller sees, by state; states without any are left out.`,
      resolve: (_root, _args, context, info) => {
        noteHiddenAgents(context, info.path);
        const { deps, caller } = context;
        return count(deps.store, seenBy(caller.scope, deps.cells));
      },
    }),
  );
}

interface StateCount<State> {
  readonly state: State;
  readonly n: number;
}

interface Counted<State> {
  readonly field: string;
  readonly name: string;
  /** "alerts": the name of the number. */
  readonly rows: string;
  /** The enum of the states. */
  readonly state: unknown;
  readonly count: (session: ScopedSession, seen: Seen) => Promise<StateCount<State>[]>;
}
