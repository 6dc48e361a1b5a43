import type { Dimension } from '../../domain/segments/dimensions.ts';
import { fixed } from '../gate/costs.ts';
import { access, type Builder } from './builder.ts';
import type { SchemaParts, SegmentValue } from './types.ts';

/** Adds the query dimensions and SegmentValue, for clients that work with any deployment's dimensions. */
export function addDimensions({ builder, types, dimensions }: SchemaParts): void {
  types.segmentValue.implement({
    ...access('readScore'),
    description: 'The value of one dimension.',
    fields: (t) => ({
      field: t.exposeString('field', {
        nullable: false,
        description: 'The dimension as SegmentInput and rows name it.',
      }),
      value: t.exposeString('value', { nullable: false }),
    }),
  });
  const dimension = addDimension(builder);
  builder.queryField('dimensions', (t) =>
    t.field({
      ...access('public', fixed(1)),
      type: [dimension],
      nullable: false,
      description:
        'The dimensions of this deployment, in their order, with the names that the schema derives from each.',
      resolve: () => [...dimensions],
    }),
  );
}

function addDimension(builder: Builder) {
  return builder.objectRef<Dimension>('DimensionInfo').implement({
    ...access('public'),
    description: 'A dimension of this deployment: what responses are segmented by.',
    fields: (t) => ({
      field: t.exposeString('field', {
        nullable: false,
        description: 'The field of rows and responses, and of SegmentInput.',
      }),
      enumValue: t.exposeString('enumValue', {
        nullable: false,
        description: 'The value of the enum Dimension, for `groupBy`.',
      }),
      label: t.string({
        nullable: false,
        description: 'Its name for people: "Product line".',
        resolve: ({ attribute }) => labelOf(attribute),
      }),
      description: t.exposeString('description', { nullable: false }),
    }),
  });
}

/** The values that a row is grouped by, in the order of the dimensions. */
export function segmentValuesOf(
  dimensions: readonly Dimension[],
  group: Readonly<Record<string, string>>,
): SegmentValue[] {
  return dimensions.flatMap(({ field, attribute }) => {
    const value = group[attribute];
    return value === undefined ? [] : [{ field, value }];
  });
}

/** "product_line" as people read it: "Product line". */
function labelOf(attribute: string): string {
  const words = attribute.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
