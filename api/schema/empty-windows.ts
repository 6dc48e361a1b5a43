import type { GraphQLSchema } from 'graphql';
import type { ScoreRow } from '../../domain/scores/score.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { parseWindow, windowAt } from '../../domain/time/time-windows.ts';
import { readNewest } from '../../store/responses/responses.ts';
import type { ApiContext } from '../context.ts';
import { pathOf } from '../masking.ts';
import { segmentOf } from './segment.ts';
import type { SegmentArgument } from './types.ts';

/** Entries per operation. */
const MOST_TOLD = 3;

interface SnapshotArguments {
  readonly segment?: SegmentArgument | null;
  readonly window: string;
  readonly asOf?: unknown;
  readonly timeZone: string;
}

/**
 * Makes `nps` report, in `extensions.emptyWindows`, the time of the newest response if a window that ends now
 * has none, so that a historical database is not silently answered with 0. Only responses that the caller may
 * read count.
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

/**
 * Whether no row counts anything; suppressed ones do not reveal it. Long lists have promises, and rows that
 * count.
 */
function isEmpty(rows: readonly (ScoreRow | Promise<ScoreRow>)[]): boolean {
  return rows.every(
    (row) =>
      'counts' in row &&
      row.counts !== null &&
      row.counts.promoters + row.counts.passives + row.counts.detractors === 0,
  );
}
