import { type KafkaTarget, kafkaPlace } from '../../../domain/kafka/kafka-target.ts';
import { openProducer, type StringProducer } from '../../../store/kafka/kafka-clients.ts';
import type { RunEvent } from './events.ts';
import type { Transport } from './transports.ts';

interface Message {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
}

/** For one batch, everything included: connecting, looking up the topic, retries. */
const PATIENCE_MS = 30_000;
const CLOSING_MS = 5_000;
/** A batch stays below the megabyte that brokers accept by default, even if all of it goes to one partition. */
const BATCH_BYTES = 500_000;

/**
 * To an existing topic of Kafka, whose partitions and retention its owner chooses. One message per event: the
 * run's id as key, so that a run's events stay in order in one partition, JSON as value. `send` resolves when
 * all in-sync replicas have the events, and throws within half a minute per batch if they have not. The client
 * is loaded and connects at the first `send`.
 */
export function kafkaTransport(target: KafkaTarget): Transport {
  const place = kafkaPlace(target);
  let producer: StringProducer | undefined;
  const close = async () => {
    const closing = producer;
    producer = undefined;
    if (closing) await within(CLOSING_MS, closing.close()).catch(() => undefined);
  };
  return {
    place,
    send: async (events) => {
      try {
        producer ??= await openProducer(target);
        for (const messages of batches(events, target.topic))
          await within(PATIENCE_MS, producer.send({ messages }));
      } catch (error) {
        // Not used again: a connection that missed an answer stays stuck, and whether the brokers have this
        // batch is unknown. They would take the next one, under the same sequence number, for a repetition and
        // drop it.
        await close();
        throw new Error(`${place}: ${kafkaReason(error)}`);
      }
    },
    close,
  };
}

function* batches(events: readonly RunEvent[], topic: string): Generator<Message[]> {
  let batch: Message[] = [];
  let bytes = 0;
  for (const event of events) {
    const value = JSON.stringify(event);
    const more = Buffer.byteLength(value);
    if (batch.length > 0 && bytes + more > BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push({ topic, key: event.run.runId, value });
    bytes += more;
  }
  if (batch.length > 0) yield batch;
}

async function within<T>(ms: number, doing: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no acknowledgement within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([doing, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The root causes of the client's nested errors, each once, and what to do if it is not obvious. */
export function kafkaReason(error: unknown): string {
  const text = [...new Set(causesOf(error))].slice(0, 3).join('; ');
  // The protocol's error 3.
  if (/unknown topic|does not host this topic-partition/i.test(text))
    return 'the topic does not exist; create it first';
  if (/^connection closed/i.test(text))
    return `${text}; does the broker ask for TLS (kafkas://) or for a login?`;
  return text;
}

function causesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const {
    errors = [],
    cause,
    serverErrorMessage,
  } = error as Error & {
    errors?: unknown[];
    serverErrorMessage?: string | null;
  };
  const below = [...errors, ...(cause === undefined ? [] : [cause])].flatMap(causesOf);
  return below.length > 0 ? below : [serverErrorMessage || error.message];
}
