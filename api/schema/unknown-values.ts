import type { GraphQLField, GraphQLSchema } from 'graphql';
import type { Segment } from '../../domain/segments/cell.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { suggesting } from '../../domain/text/did-you-mean.ts';
import { Slice } from '../../domain/text/slices.ts';
import { knowsAll, unknownValues } from '../../store/scores/dimension-values.ts';
import type { ApiContext } from '../context.ts';
import { pathOf } from '../masking.ts';
import { segmentOf } from './segment.ts';
import type { SegmentArgument } from './types.ts';

/** Entries per operation. */
const MOST_TOLD = 100;
/** Values that get suggestions; the others are only reported as unknown. */
const MOST_SUGGESTED = 10;

/**
 * Makes each field that takes a segment report unknown values in `extensions.unknownSegmentValues`, so that a
 * typing error is not silently answered with 0. Values that exist only outside of what the caller may see are
 * reported in the same way.
 */
export function noteUnknownValues(schema: GraphQLSchema, dimensions: readonly Dimension[]): GraphQLSchema {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const type of roots)
    for (const field of Object.values(type?.getFields() ?? {}))
      if (field.args.some(({ name }) => name === 'segment')) watch(field, dimensions);
  return schema;
}

function watch(field: GraphQLField<unknown, ApiContext>, dimensions: readonly Dimension[]): void {
  const { resolve } = field;
  if (!resolve) return;
  field.resolve = (root, args: { segment?: SegmentArgument | null }, context, info) => {
    const answer: unknown = resolve(root, args, context, info);
    const { deps, caller } = context;
    if (!args.segment) return answer;
    return Promise.resolve(answer).then(async (listed) => {
      const segment = segmentOf(dimensions, args.segment);
      if (!knowsAll(deps, caller.scope, segment)) await note(context, dimensions, segment, pathOf(info.path));
      return listed;
    });
  };
}

async function note(
  context: ApiContext,
  dimensions: readonly Dimension[],
  segment: Segment,
  path: readonly (string | number)[],
): Promise<void> {
  const { deps, caller, unknown: listed } = context;
  for (const { attribute, unknown, known } of await unknownValues(deps, caller.scope, segment)) {
    const dimension = dimensions.find((one) => one.attribute === attribute)?.field ?? attribute;
    const suggest = listed.length < MOST_SUGGESTED ? await suggesting(known) : () => [];
    const slice = new Slice();
    for (const value of unknown) {
      if (slice.isOver()) await slice.next();
      if (listed.length >= MOST_TOLD) return;
      const didYouMean = listed.length < MOST_SUGGESTED ? suggest(value) : [];
      listed.push({ path, dimension, value, didYouMean });
    }
  }
}
