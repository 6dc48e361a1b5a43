import { folded } from '../../domain/did-you-mean.ts';
import type { Dimension } from '../../domain/dimensions.ts';
import { readDimensionValues } from '../../store/dimension-values.ts';
import { VALUES_COST } from '../gate/score-costs.ts';
import { access, type Builder } from './builder.ts';
import { assertFirst } from './row-order.ts';
import { type addSegment, segmentOf } from './segment.ts';

/** Adds the query dimensionValues. */
export function addDimensionValues(
  builder: Builder,
  dimensions: readonly Dimension[],
  segment: ReturnType<typeof addSegment>,
) {
  builder.queryField('dimensionValues', (t) =>
    t.field({
      ...access('readScore'),
      type: ['String'],
      nullable: false,
      description:
        'The values of a dimension among the answers that the caller may see, sorted: for filters and their menus. Who is held to ' +
        'small cells has those that a score grouped by the dimension has rows for.',
      args: {
        dimension: t.arg({ type: segment.dimension, required: true }),
        segment: t.arg({ type: segment.segment, description: 'Only values that occur within it.' }),
        contains: t.arg.string({
          description: 'Only values that contain this, whatever the case, accents and punctuation.',
        }),
        first: t.arg.int({ description: 'Only so many; all of them when absent.' }),
        after: t.arg.string({ description: 'The last value of the page before.' }),
      },
      resolve: async (_root, args, { deps, caller }) => {
        assertFirst(args.first);
        const within = segmentOf(dimensions, args.segment);
        const values = await readDimensionValues(deps, caller.scope, args.dimension, within);
        const text = folded(args.contains ?? '');
        const after = args.after ?? null;
        const found = values
          .filter((value) => (after === null || value > after) && folded(value).includes(text))
          .slice(0, args.first ?? undefined);
        deps.gate.giveBack(caller, VALUES_COST.unused(args, found.length));
        return found;
      },
    }),
  );
}
