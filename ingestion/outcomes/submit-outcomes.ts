import { mapInSlices } from '../../domain/text/slices.ts';
import { accountFor, type BatchAccount } from '../pipeline/outcome.ts';
import type { Submitter } from '../pipeline/submitter.ts';
import type { OutcomeIngestor } from './outcome-ingestor.ts';
import type { OutcomeReader } from './outcome-items.ts';

/** Reads items, accepts them and accounts for each. `request` names the delivery in the position of each. */
export async function submitOutcomes(
  ingestor: OutcomeIngestor,
  submitter: Submitter,
  read: OutcomeReader,
  items: readonly unknown[],
  request: string,
): Promise<BatchAccount> {
  const drafts = await mapInSlices(items, (item, index) => read(item, `${request} item ${index}`));
  return accountFor(await ingestor.accept(submitter, drafts));
}
