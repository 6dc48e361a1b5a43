import type { GenericError } from '@platformatic/kafka';
import type { BytesProducer } from '../../store/kafka/kafka-clients.ts';

export interface TopicMessage {
  readonly topic: string;
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Writes messages of many requests through one producer. */
export interface TopicWriter {
  /** Resolves when every replica in sync has the messages. @throws what the client said: how many of them are in the topic is not known */
  write(messages: readonly TopicMessage[]): Promise<void>;
  close(): Promise<void>;
}

/** A batch stays below the megabyte that brokers accept by default, even if all of it goes to one partition. */
const BATCH_BYTES = 500_000;
/** Brokers' names of the error. */
const TOO_LARGE = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];

interface Part {
  readonly messages: readonly TopicMessage[];
  readonly bytes: number;
}

interface WaitingPart extends Part {
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * One send after another, each with all that waits. The client gives two sends at once the same sequence number: the broker takes
 * the second one for a repetition of the first, confirms it and drops it. For the same reason a producer is not used again
 * after an error (decision 0178).
 */
export function openTopicWriter(open: () => Promise<BytesProducer>): TopicWriter {
  const waiting: WaitingPart[] = [];
  let producer: Promise<BytesProducer> | undefined;
  let isWriting = false;
  const close = async () => {
    const closing = producer;
    producer = undefined;
    try {
      await (await closing)?.close(true);
    } catch {
      // It is not used again.
    }
  };
  const writeWaiting = async () => {
    isWriting = true;
    while (waiting.length > 0) {
      const batch = takeBatch(waiting);
      try {
        producer ??= open();
        await (await producer).send({ messages: batch.flatMap(({ messages }) => messages) });
        for (const { done } of batch) done();
      } catch (error) {
        // Those that wait fail too: while the brokers are away, each would wait as long as the first one, without success. Only a size is
        // the batch's own.
        const all = isTooLarge(error) ? batch : [...batch, ...waiting.splice(0)];
        await close();
        for (const { failed } of all) failed(error);
      }
    }
    isWriting = false;
  };
  return {
    write: async (messages) => {
      const written = partsOf(messages).map(
        (part) => new Promise<void>((done, failed) => waiting.push({ ...part, done, failed })),
      );
      if (!isWriting) void writeWaiting();
      await Promise.all(written);
    },
    close,
  };
}

/** Whether a broker refused the batch for its size. */
function isTooLarge(error: unknown): boolean {
  const { findBy } = error as Partial<Pick<GenericError, 'findBy'>>;
  return TOO_LARGE.some((id) => Boolean(findBy?.call(error, 'apiId', id)));
}

/** The first ones, in order, as far as they fit into a batch; at least one. */
function takeBatch(waiting: WaitingPart[]): WaitingPart[] {
  let bytes = 0;
  const end = waiting.findIndex((part, index) => {
    bytes += part.bytes;
    return index > 0 && bytes > BATCH_BYTES;
  });
  return waiting.splice(0, end === -1 ? waiting.length : end);
}

/** Messages in order, in parts that fit into a batch. */
function partsOf(messages: readonly TopicMessage[]): Part[] {
  const parts: { messages: TopicMessage[]; bytes: number }[] = [];
  for (const message of messages) {
    const bytes = message.value.length;
    const last = parts.at(-1);
    if (last && last.bytes + bytes <= BATCH_BYTES) {
      last.messages.push(message);
      last.bytes += bytes;
    } else parts.push({ messages: [message], bytes });
  }
  return parts;
}
