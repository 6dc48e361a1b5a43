import type { Segment } from '../../domain/segments/cell.ts';
import { type Dimension, storedValue } from '../../domain/segments/dimensions.ts';
import { InvalidArgumentError } from '../errors.ts';
import { atMost } from '../gate/lists.ts';
import { LIMITS } from '../limits.ts';
import { forEachDimension } from './builder.ts';
import type { SchemaParts, SegmentArgument } from './types.ts';

/** Adds SegmentInput. */
export function addSegment({ types, dimensions }: SchemaParts): void {
  types.segment.implement({
    description:
      'Values of one dimension are OR-ed, dimensions are AND-ed; absent = all that the caller may see. ' +
      'Answers without a value have "unknown", which a blank value asks for too.',
    fields: (t) =>
      forEachDimension(dimensions, ({ description }) =>
        t.stringList(atMost(LIMITS.segmentValues, description)),
      ) as Record<string, never>,
  });
}

/**
 * The filter over attributes; a null or absent dimension is not restricted.
 * @throws InvalidArgumentError for an empty list (it would match nothing, which is never meant) or very long
 * values.
 */
export function segmentOf(
  dimensions: readonly Dimension[],
  argument: SegmentArgument | null | undefined,
): Segment {
  const segment: Record<string, readonly string[]> = {};
  let bytes = 0;
  for (const { field, attribute } of dimensions) {
    const given = argument?.[field];
    if (given === null || given === undefined) continue;
    const values = given.map(storedValue);
    if (values.length === 0)
      throw new InvalidArgumentError(`segment.${field}: name at least one value, or leave it out`);
    bytes += values.reduce((sum, value) => sum + Buffer.byteLength(JSON.stringify(value)), 0);
    if (bytes > LIMITS.segmentBytes)
      throw new InvalidArgumentError(
        `segment: its values are ${bytes} bytes together; at most ${LIMITS.segmentBytes}, because the id of a score contains them`,
      );
    segment[attribute] = values;
  }
  return segment;
}
