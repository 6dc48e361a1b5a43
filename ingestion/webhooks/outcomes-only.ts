import { z } from 'zod';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { readChecked } from '../files/map/map-mistakes.ts';
import { named } from '../files/map/map-parts.ts';
import type { ConnectionReader } from './connector.ts';
import { mappedOutcomes, type VendorOutcomes } from './mapped-outcomes.ts';

const mappingShape = z.strictObject({ source: named('source').optional(), outcomes: z.unknown().optional() });

/**
 * The reader of a vendor that brings no responses: its mapping is { "source", "outcomes" }, and may be {}.
 * @throws InvalidMapError
 */
export function outcomesOnly(
  vendor: string,
  mapping: unknown,
  dimensions: readonly Dimension[],
  outcomesOf: VendorOutcomes,
): ConnectionReader {
  const { source = vendor, outcomes = {} } = readChecked(mappingShape, mapping, dimensions.length);
  return {
    source,
    sourceOf: () => source,
    read: () => null,
    outcomes: mappedOutcomes(source, outcomes, dimensions, outcomesOf),
  };
}
