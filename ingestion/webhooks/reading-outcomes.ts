import type { Dimension } from '../../domain/segments/dimensions.ts';
import { InvalidMapError } from '../files/map/map-mistakes.ts';
import type { ConnectionReader } from './connector.ts';
import { mappedOutcomes, type VendorOutcomes } from './mapped-outcomes.ts';

/** How a vendor's items are read, of which some are answers and some outcomes. */
export interface MixedItems {
  /**
   * The reader of answers for the mapping without its part `outcomes`.
   * @throws InvalidMapError
   */
  answers(mapping: unknown): ConnectionReader;
  /** Whether an item may be an answer. */
  isAnswer(item: unknown): boolean;
  readonly outcomesOf: VendorOutcomes;
}

/**
 * The reader of a vendor that brings answers, and outcomes too where the mapping has a part `outcomes`.
 * @throws InvalidMapError
 */
export function readingOutcomes(
  mapping: unknown,
  dimensions: readonly Dimension[],
  { answers, isAnswer, outcomesOf }: MixedItems,
): ConnectionReader {
  const isObject = typeof mapping === 'object' && mapping !== null && !Array.isArray(mapping);
  const { outcomes, ...rest } = isObject ? (mapping as Readonly<Record<string, unknown>>) : {};
  const reader = answers(isObject ? rest : mapping);
  const { source } = reader;
  const mixed: ConnectionReader = {
    ...reader,
    read: (item, position) => (isAnswer(item) ? reader.read(item, position) : null),
  };
  if (outcomes === undefined) return mixed;
  if (source === null) throw new InvalidMapError('source: outcomes need one');
  return { ...mixed, outcomes: mappedOutcomes(source, outcomes, dimensions, outcomesOf) };
}
