import { mapInSlices } from '../../domain/text/slices.ts';
import type { ResponseDraft } from './draft.ts';
import type { Ingestor } from './ingestor.ts';
import { accountFor, type BatchAccount, type Outcome } from './outcome.ts';
import type { RejectedItem } from './rejection-counts.ts';
import type { ItemReader } from './response-items.ts';
import type { Submitter } from './submitter.ts';

export type { BatchAccount } from './outcome.ts';
export type Rejection = BatchAccount['rejected'][number];

/**
 * Accepts drafts among which some are already rejected or left out (null): the outcomes of all, in order, after the commit. Counts the
 * rejected ones by the source that they name.
 * @param sourceOf the source of the item at that place, where it is not a draft
 * @throws OverloadedError, or the database's error if it stays away.
 */
export async function acceptMixed<Item extends ResponseDraft | Outcome | null>(
  ingestor: Ingestor,
  submitter: Submitter,
  items: readonly Item[],
  sourceOf: (index: number) => string | null,
): Promise<(Outcome | Extract<Item, null>)[]> {
  const isDraft = (item: ResponseDraft | Outcome | null): item is ResponseDraft =>
    item !== null && !('status' in item);
  const drafts = items.filter((item): item is Item & ResponseDraft => isDraft(item));
  const outcomes = await ingestor.accept(submitter, drafts);
  let next = 0;
  const rejected: RejectedItem[] = [];
  const all = items.map((item, index) => {
    const outcome = isDraft(item) ? (outcomes[next++] as Outcome) : (item as Outcome | Extract<Item, null>);
    if (outcome !== null && outcome.status === 'rejected') {
      const source = isDraft(item) ? item.mapping.source : sourceOf(index);
      rejected.push({ source, code: outcome.code });
    }
    return outcome;
  });
  ingestor.noteRejected(submitter, rejected);
  return all;
}

/** Reads items, accepts them and accounts for each: the way in of every item that is not a row of a file. `request` names the delivery in the provenance. */
export async function submitItems(
  ingestor: Ingestor,
  submitter: Submitter,
  reader: ItemReader,
  items: readonly unknown[],
  request: string,
): Promise<BatchAccount> {
  const drafts = await mapInSlices(items, (item, index) => reader.read(item, `${request} item ${index}`));
  const sourceOf = (index: number) => reader.sourceOf(items[index]);
  return accountFor(await acceptMixed(ingestor, submitter, drafts, sourceOf));
}
