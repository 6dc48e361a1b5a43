import { mapInSlices } from '../../domain/text/slices.ts';
import type { ResponseDraft } from './draft.ts';
import type { Ingestor } from './ingestor.ts';
import { accountFor, type BatchAccount, type Outcome } from './outcome.ts';
import type { ItemReader } from './response-items.ts';
import type { Submitter } from './submitter.ts';

export type { BatchAccount } from './outcome.ts';
export type Rejection = BatchAccount['rejected'][number];

/**
 * Stores drafts among which some are already rejected: the outcomes of all, in order, after the commit.
 * @throws OverloadedError, or the database's error if it stays away.
 */
export async function acceptMixed(
  ingestor: Ingestor,
  submitter: Submitter,
  items: readonly (ResponseDraft | Outcome)[],
): Promise<Outcome[]> {
  const drafts = items.filter((item): item is ResponseDraft => !('status' in item));
  const outcomes = await ingestor.accept(submitter, drafts);
  let next = 0;
  return items.map((item) => ('status' in item ? item : (outcomes[next++] as Outcome)));
}

/**
 * Reads items in Scoreline's own form, stores them and returns the result of each. `request` names the delivery
 * in the lineage.
 */
export async function submitItems(
  ingestor: Ingestor,
  submitter: Submitter,
  read: ItemReader,
  items: readonly unknown[],
  request: string,
): Promise<BatchAccount> {
  const drafts = await mapInSlices(items, (item, index) => read(item, `${request} item ${index}`));
  return accountFor(await acceptMixed(ingestor, submitter, drafts));
}
