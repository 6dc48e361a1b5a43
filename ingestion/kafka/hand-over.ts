import { UserError } from '../../domain/errors/user-error.ts';
import type { KafkaCluster } from '../../domain/kafka/kafka-target.ts';
import { nodeId } from '../../domain/lineage/lineage.ts';
import { mapInSlices } from '../../domain/text/slices.ts';
import { openBytesProducer } from '../../store/kafka/kafka-clients.ts';
import type { Ingestor } from '../pipeline/ingestor.ts';
import { accountFor, type BatchAccount, type Outcome, rejected } from '../pipeline/outcome.ts';
import type { Pepper } from '../pipeline/pseudonym.ts';
import type { ItemReader } from '../pipeline/response-items.ts';
import type { Submitter } from '../pipeline/submitter.ts';
import { itemSeal, type Sender } from './sealed-items.ts';
import { openTopicWriter, type TopicMessage } from './topic-writer.ts';

export interface HandOverDeps {
  readonly cluster: KafkaCluster;
  readonly topic: string;
  readonly pepper: Pepper;
  readonly tenant: string;
  readonly ingestor: Pick<Ingestor, 'check' | 'noteRejected'>;
  readonly onError: (error: Error) => void;
}

/** The account of a request whose items are in Kafka: none is stored yet. */
export interface QueuedAccount extends BatchAccount {
  readonly queued: number;
  /** Of the responses, in the order of the items that are queued. */
  readonly ids: readonly string[];
}

/** Hands checked items to Kafka in place of the database. */
export interface HandOver {
  /** Resolves when every replica in sync has the items. @throws NotHandedOverError: what of them is in Kafka is not known */
  submit(
    submitter: Submitter & Sender,
    reader: ItemReader,
    items: readonly unknown[],
    request: string,
  ): Promise<QueuedAccount>;
  close(): Promise<void>;
}

/** The brokers have not confirmed the items. */
export class NotHandedOverError extends UserError {
  override readonly name = 'NotHandedOverError';

  constructor(cause: unknown) {
    super('the items could not be queued just now; send them again, none is stored twice', 'UNAVAILABLE', {
      cause,
      retryAfter: 2,
    });
  }
}

/** Brokers take a megabyte by default, with the key and what they add. */
const LONGEST_VALUE = 900_000;

/** Opens it; the client is loaded and connects at the first request. */
export function openHandOver(deps: HandOverDeps): HandOver {
  const { cluster, topic, pepper, tenant, ingestor, onError } = deps;
  const { seal } = itemSeal(pepper, tenant);
  const writer = openTopicWriter(() => openBytesProducer(cluster));
  const send = async (messages: readonly TopicMessage[]) => {
    try {
      await writer.write(messages);
    } catch (error) {
      onError(new Error(`items could not be handed to the Kafka topic ${topic}`, { cause: error }));
      throw new NotHandedOverError(error);
    }
  };
  return {
    async submit({ id, role, attributes, sources, scope }, reader, items, request) {
      const by = { id, role, attributes, sources };
      const named = (index: number) => `${request} item ${index}`;
      const drafts = await mapInSlices(items, (item, index) => reader.read(item, named(index)));
      const checked = await ingestor.check({ id, scope, sources }, drafts);
      const messages: TopicMessage[] = [];
      const ids: string[] = [];
      const outcomes = checked.map((one, index): Outcome | null => {
        if (one === null || 'status' in one) return one;
        const value = seal({ by, position: named(index), item: items[index] });
        if (value.length > LONGEST_VALUE)
          return rejected(
            'TOO_LONG',
            `the item takes ${value.length} bytes; at most ${LONGEST_VALUE} are queued. Shorten its texts, or leave out what is not of the answer`,
          );
        // Items of one person stay in one partition and in order; the key says no more than the pseudonym.
        messages.push({ topic, key: Buffer.from(one.respondent ?? one.id), value });
        ids.push(nodeId('Response', one.id));
        return null;
      });
      await send(messages);
      const counted = outcomes.flatMap((one, index) =>
        one?.status === 'rejected' ? [{ source: reader.sourceOf(items[index]), code: one.code }] : [],
      );
      ingestor.noteRejected({ id, scope, sources }, counted);
      return { ...accountFor(outcomes), queued: ids.length, ids };
    },
    close: writer.close,
  };
}
