import type { Scope } from '../../domain/access/scope.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import { folded } from '../../domain/text/did-you-mean.ts';
import { mapInSlices } from '../../domain/text/slices.ts';
import { parseWindow, type TimeRange, windowAt } from '../../domain/time/time-windows.ts';
import { readDimensionValues } from '../../store/scores/dimension-values.ts';
import { readScores, type ScoreDeps } from '../../store/scores/scores.ts';
import { giveBack } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { VALUES_COST } from '../gate/score-costs.ts';
import { LIMITS } from '../limits.ts';
import { access, momentOf } from './builder.ts';
import { assertFirst } from './row-order.ts';
import { segmentOf } from './segment.ts';
import type { SchemaParts } from './types.ts';

/** Adds the query dimensionValues. */
export function addDimensionValues({ builder, types, dimensions }: SchemaParts): void {
  builder.queryField('dimensionValues', (t) =>
    t.field({
      ...access('readScore', VALUES_COST),
      type: ['String'],
      nullable: false,
      description:
        'The values of a dimension among the answers that the caller may see, sorted: for filters and their menus. Callers of small cells get the values that a score grouped by the dimension has rows for.',
      args: {
        dimension: t.arg({ type: types.dimension, required: true }),
        segment: t.arg({ type: types.segment, description: 'Only values that occur within it.' }),
        window: t.arg({
          type: 'Duration',
          description:
            'Only values of answers in the window that ends with the bucket holding `asOf`: those that a COMBINED score of ' +
            'it, grouped by the dimension, has rows for.',
        }),
        asOf: t.arg({ type: 'DateTime', description: 'With `window`; now when absent.' }),
        contains: t.arg.string({
          description: 'Only values that contain this, whatever the case, accents and punctuation.',
        }),
        first: t.arg.int({ description: 'At most so many values; all of them when absent.' }),
        after: t.arg.string({ description: 'The last value of the page before.' }),
      },
      resolve: async (_root, args, context) => {
        const { deps, caller } = context;
        assertFirst(args.first);
        const within = segmentOf(dimensions, args.segment);
        const { contains, after, first, window, asOf } = args;
        if (asOf != null && window == null)
          throw new InvalidArgumentError('asOf: needs a window, such as window: "P30D"');
        const range =
          window == null
            ? null
            : windowAt(parseWindow(window), asOf == null ? deps.now() : momentOf('asOf', asOf), 'UTC');
        const values = range
          ? await valuesWithin(deps, caller.scope, { dimension: args.dimension, within, range })
          : await readDimensionValues(deps, caller.scope, args.dimension, within);
        const later = typeof after === 'string' ? values.filter((value) => value > after) : values;
        const found = (contains ? await containing(later, contains) : later).slice(0, first ?? undefined);
        giveBack(context, VALUES_COST.unused(args, found.length));
        return found;
      },
    }),
  );
}

/** Exactly what a grouped score tells, so that small cells are as well guarded here. */
async function valuesWithin(
  deps: ScoreDeps,
  scope: Scope,
  {
    dimension,
    within,
    range,
  }: { readonly dimension: string; readonly within: Segment; readonly range: TimeRange },
): Promise<string[]> {
  const rows = await readScores(deps, scope, {
    ...{ segment: within, basis: 'COMBINED', confidence: 0.95, groupBy: [dimension] },
    ...{ windows: [range], mostRows: LIMITS.rows },
  });
  return rows.map(({ group }) => group[dimension] as string).sort();
}

async function containing(values: readonly string[], text: string): Promise<string[]> {
  const letters = folded(text);
  // A text without letters and digits cannot be compared.
  const holds = (value: string) =>
    letters === '' ? value.includes(text.trim()) : folded(value).includes(letters);
  const found = await mapInSlices(values, (value) => (holds(value) ? value : null));
  return found.filter((value) => value !== null);
}
