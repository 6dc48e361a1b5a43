import { folded } from '../../domain/text/did-you-mean.ts';
import { mapInSlices } from '../../domain/text/slices.ts';
import { readDimensionValues } from '../../store/scores/dimension-values.ts';
import { VALUES_COST } from '../gate/score-costs.ts';
import { access } from './builder.ts';
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
        'The values of a dimension among the answers that the caller may see, sorted: for filters and their menus. Who is held to ' +
        'small cells has those that a score grouped by the dimension has rows for.',
      args: {
        dimension: t.arg({ type: types.dimension, required: true }),
        segment: t.arg({ type: types.segment, description: 'Only values that occur within it.' }),
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
        const { contains, after, first } = args;
        const later = typeof after === 'string' ? values.filter((value) => value > after) : values;
        const found = (contains ? await containing(later, contains) : later).slice(0, first ?? undefined);
        deps.gate.giveBack(caller, VALUES_COST.unused(args, found.length));
        return found;
      },
    }),
  );
}

async function containing(values: readonly string[], text: string): Promise<string[]> {
  const letters = folded(text);
  // A text without letters and digits cannot be compared.
  const holds = (value: string) =>
    letters === '' ? value.includes(text.trim()) : folded(value).includes(letters);
  const found = await mapInSlices(values, (value) => (holds(value) ? value : null));
  return found.filter((value) => value !== null);
}
