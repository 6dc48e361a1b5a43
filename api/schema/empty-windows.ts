import type { GraphQLSchema } from 'graphql';
import type { ScoreRow } from '../../domain/scores/score.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { parseWindow, windowAt } from '../../domain/time/time-windows.ts';
import { readNewest } from '../../store/responses/responses.ts';
import { type ApiContext, pathOf } from '../context.ts';
import { segmentOf } from './segment.ts';
import type { SegmentArgument } from './types.ts';

/** Told of one operation. */
const MOST_TOLD = 3;

interface SnapshotArguments {
  readonly segment?: SegmentArgument | null;
  readonly window: string;
  readonly asOf?: unknown;
  readonly timeZone: string;
}

/**
 * Makes `nps` tell, in `extensions.emptyWindows`, when the newest answer was given where a window that ends at the present has none: a record of the past
 * is not answered with 0 in silence. Of answers that the caller may read alone.
 */
export function noteEmptyWindows(schema: GraphQLSchema, dimensions: readonly Dimension[]): GraphQLSchema {
  const field = schema.getQueryType()?.getFields()['nps'];
  const resolve = field?.resolve;
  if (!field || !resolve) return schema;
  field.resolve = async (root, args: SnapshotArguments, context: ApiContext, info) => {
    const { deps, caller, emptyWindows } = context;
    const present = deps.now();
    const rows = (await resolve(root, args, context, info)) as readonly (ScoreRow | Promise<ScoreRow>)[];
    if (args.asOf || emptyWindows.length >= MOST_TOLD || !isEmpty(rows)) return rows;
    const newest = await readNewest(deps, caller.scope, segmentOf(dimensions, args.segment));
    const { from } = windowAt(parseWindow(args.window), present, args.timeZone);
    if (newest && newest.getTime() < from)
      emptyWindows.push({ path: pathOf(info.path), newest: newest.toISOString() });
    return rows;
  };
  return schema;
}

/** Whether no row counts anything; of suppressed ones it is not told. Long lists have promises, and rows that count. */
function isEmpty(rows: readonly (ScoreRow | Promise<ScoreRow>)[]): boolean {
  return rows.every(
    (row) =>
      'counts' in row &&
      row.counts !== null &&
      row.counts.promoters + row.counts.passives + row.counts.detractors === 0,
  );
}
