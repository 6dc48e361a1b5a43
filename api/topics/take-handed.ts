import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { DecryptionError } from '../../domain/privacy/aes-gcm.ts';
import { type HandedItem, itemSeal, type Sender } from '../../ingestion/kafka/sealed-items.ts';
import { accountFor } from '../../ingestion/pipeline/outcome.ts';
import type { Pepper } from '../../ingestion/pipeline/pseudonym.ts';
import { createItemReader } from '../../ingestion/pipeline/response-items.ts';
import { acceptMixed } from '../../ingestion/pipeline/submit.ts';
import { OWNER, type Submitter } from '../../ingestion/pipeline/submitter.ts';
import type { BytesMessage } from '../../store/kafka/consumers.ts';
import type { ApiDeps } from '../context.ts';

/** What opens the items that were handed over. */
export interface Opening {
  readonly pepper: Pepper;
  readonly tenant: string;
  readonly onError: (error: Error) => void;
}

/**
 * Stores items that a request handed over, as its sender: with the rights that its role and attributes have now. What is rejected only
 * here is counted with its source.
 */
export function takingHanded(deps: ApiDeps, { pepper, tenant, onError }: Opening) {
  const reader = createItemReader(deps.dimensions, 'responses');
  const { open } = itemSeal(pepper, tenant);
  const opened = ({ value, topic, partition, offset }: BytesMessage): HandedItem[] => {
    if (!value) return [];
    try {
      return [open(value)];
    } catch (error) {
      if (!(error instanceof DecryptionError)) throw error;
      deps.ingestor.noteRejected(OWNER, [{ source: null, code: 'INVALID' }]);
      onError(new Error(`the message ${topic}/${partition}/${offset} is left out: ${error.message}`));
      return [];
    }
  };
  return async (messages: readonly BytesMessage[]): Promise<void> => {
    const bySender = new Map<string, HandedItem[]>();
    for (const item of messages.flatMap(opened)) {
      const sender = JSON.stringify(item.by);
      bySender.set(sender, [...(bySender.get(sender) ?? []), item]);
    }
    for (const handed of bySender.values()) {
      const items = handed.map(({ item, position }) => reader.read(item, position));
      const sourceOf = (index: number) => reader.sourceOf(handed[index]?.item);
      const outcomes = await acceptMixed(
        deps.ingestor,
        submitterOf(deps, (handed[0] as HandedItem).by),
        items,
        sourceOf,
      );
      deps.onIngested(accountFor(outcomes));
    }
  };
}

/** Of a role that is gone. */
const NOTHING: Scope = {
  fingerprint: 'nothing',
  smallestCount: 1,
  allows: () => false,
  allowsAll: () => false,
  grant: () => 'none',
};

/** The sender with the rights that it has now. */
function submitterOf({ access }: ApiDeps, { id, role, attributes, sources }: Sender): Submitter {
  const scope = id === OWNER.id ? EVERYTHING : access.scopeOf(role, attributes);
  return { id, sources, scope: scope ?? NOTHING };
}
