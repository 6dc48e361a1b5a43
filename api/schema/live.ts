import { parseWindow } from '../../domain/time/time-windows.ts';
import { parsePosition } from '../../store/journal/journal.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { atMost } from '../gate/lists.ts';
import { type FieldCost, GROUPED, grouped } from '../gate/score-costs.ts';
import { LiveQueryHandle } from '../subscriptions/cohort.ts';
import type { NpsUpdate } from '../subscriptions/live-query.ts';
import { access, asInt } from './builder.ts';
import { segmentOf } from './segment.ts';
import type { SchemaParts } from './types.ts';

const COST: FieldCost = {
  points: (args) => 10 * grouped(args),
  says: `10 to begin, ${GROUPED}; updates cost nothing`,
};

/** Adds NpsUpdate and the subscription npsUpdates. */
export function addLive({ builder, types, dimensions }: SchemaParts): void {
  const update = builder.objectRef<NpsUpdate>('NpsUpdate').implement({
    ...access('readScore'),
    description:
      'position: where this update stands in the journal; subscribe again with `after` to miss nothing.',
    fields: (t) => ({
      position: t.exposeString('position', { nullable: false }),
      row: t.expose('row', { type: types.npsRow, nullable: false }),
      lagMs: t.int({
        description:
          'Milliseconds from the recording of the first change that the update shows until the row was read. Null for a row that no ' +
          'change preceded, and for callers who may not see every change.',
        resolve: ({ lag }) => (lag === null ? null : asInt(lag)),
      }),
    }),
  });
  builder.subscriptionField('npsUpdates', (t) =>
    t.field({
      ...access('readScore', COST),
      type: update,
      nullable: false,
      description:
        'The current row (one for each group), then the row again after each committed change. Updates are whole ' +
        'rows, not differences: of changes within 50 ms only the last is sent. With `after` the current row comes ' +
        'only if anything changed since; of groups all rows come, since those that were read together have the same position.',
      args: {
        segment: t.arg({ type: types.segment }),
        window: t.arg({ type: 'Duration', required: true, defaultValue: 'P30D' }),
        basis: t.arg({ type: types.basis, required: true, defaultValue: 'SURVEYED' }),
        groupBy: t.arg({
          type: [types.dimension],
          required: true,
          defaultValue: [],
          ...atMost(dimensions.length),
        }),
        after: t.arg.string(),
      },
      subscribe: (_root, args, { deps, caller }) => {
        // An update is built once for many callers: nothing in it could be reported as masked.
        if (caller.scope.grant('readScore') === 'none')
          throw new ForbiddenError('this key may not read scores');
        const after = args.after === null || args.after === undefined ? null : parsePosition(args.after);
        if (args.after && !after)
          throw new InvalidArgumentError('after: not a position; pass one back as it was received');
        const liveQuery = deps.feed.liveQuery(caller.scope, {
          segment: segmentOf(dimensions, args.segment),
          window: parseWindow(args.window),
          basis: args.basis,
          groupBy: args.groupBy,
        });
        return new LiveQueryHandle(liveQuery, after) as unknown as AsyncIterable<NpsUpdate>;
      },
      resolve: (root) => root as unknown as NpsUpdate,
    }),
  );
}
