import { isIP } from 'node:net';
import type { Consumer, Message, Producer } from '@platformatic/kafka';
import type { KafkaCluster } from '../../domain/kafka/kafka-target.ts';

export type StringProducer = Producer<string, string, string, string>;

/** For one answer of a broker, which itself waits 5 s for its replicas. */
const ANSWER_MS = 15_000;

/** What every client of the brokers is opened with. */
function connecting({ brokers, tls, sasl }: KafkaCluster) {
  return {
    clientId: 'scoreline',
    bootstrapBrokers: brokers.map((broker) => ({ ...broker })),
    autocreateTopics: false,
    // Servers with several names choose their certificate by the requested name; an address is none.
    ...(tls ? { tls: {}, tlsServerName: brokers.some(({ host }) => isIP(host) === 0) } : {}),
    ...(sasl ? { sasl } : {}),
  };
}

/** Written once despite retries, when all in-sync replicas have it, if one send follows the other: see ingestion/kafka/topic-writer.ts. */
const WRITING = { idempotent: true, requestTimeout: ANSWER_MS, retries: 3 };

/** A client that writes texts to a topic. It is loaded and connects when it is first used. */
export async function openProducer(cluster: KafkaCluster): Promise<StringProducer> {
  const { compatibilityPartitioner, Producer, stringSerializers } = await import('@platformatic/kafka');
  return new Producer({
    ...connecting(cluster),
    ...WRITING,
    serializers: stringSerializers,
    // Like Java clients, so that other writers of the same keys reach the same partition.
    partitioner: compatibilityPartitioner,
  });
}

export type BytesProducer = Producer<Buffer, Buffer, Buffer, Buffer>;

/** The same for bytes. */
export async function openBytesProducer(cluster: KafkaCluster): Promise<BytesProducer> {
  const { compatibilityPartitioner, Producer } = await import('@platformatic/kafka');
  return new Producer({ ...connecting(cluster), ...WRITING, partitioner: compatibilityPartitioner });
}

/** A message as it lies in a topic. */
export type BytesMessage = Message<Buffer, Buffer, Buffer, Buffer>;

/** Of the group: how long a process that died keeps its partitions, and how long a rebalance waits for the others. */
const MEMBERSHIP = { sessionTimeout: 10_000, heartbeatInterval: 2_000, rebalanceTimeout: 20_000 };
/** Bytes that one fetch brings, and messages beside which the next one begins: so much is in memory. */
const FETCHING = { maxBytes: 4 * 1024 * 1024, maxBytesPerPartition: 1024 * 1024, highWaterMark: 16 };
const LONGEST_FETCH_MS = 1_000;

/** A member of a group that reads a topic. */
export interface OpenTopic {
  /** What it was ended by; it is closed then, and another is opened. */
  failure(): Error | null;
  /** The next message that has arrived, in the order of its partition. */
  read(): BytesMessage | null;
  /** Messages of its partitions that are not committed yet. */
  lag(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Joins the group and begins where it has committed, or at the oldest message. Nothing is committed but by `commit` of a message.
 * @param onChange called when messages arrived or it has ended
 */
export async function openTopic(
  cluster: KafkaCluster,
  { topic, group }: { readonly topic: string; readonly group: string },
  onChange: () => void,
): Promise<OpenTopic> {
  const { Consumer } = await import('@platformatic/kafka');
  const consumer = new Consumer<Buffer, Buffer, Buffer, Buffer>({
    ...connecting(cluster),
    ...MEMBERSHIP,
    groupId: group,
    retries: 3,
  });
  let failure: Error | null = null;
  const fail = (error: Error) => {
    failure ??= error;
    onChange();
  };
  consumer.on('error', fail);
  try {
    const stream = await consumer.consume({
      ...FETCHING,
      topics: [topic],
      mode: 'committed',
      fallbackMode: 'earliest',
      autocommit: false,
      maxWaitTime: LONGEST_FETCH_MS,
    });
    stream.on('error', async (error) => {
      if (isOutOfRange(error)) await skipWhatIsGone(consumer, topic).catch(() => undefined);
      fail(error);
    });
    stream.on('close', () => fail(new Error('the brokers ended the connection')));
    stream.on('readable', onChange);
    return {
      failure: () => failure,
      read: () => stream.read() as BytesMessage | null,
      lag: async () => {
        const lags = (await consumer.getLag({ topics: [topic] })).get(topic) ?? [];
        return lags.reduce((sum, lag) => sum + Math.max(0, Number(lag)), 0);
      },
      close: () => closeConsumer(consumer),
    };
  } catch (error) {
    await closeConsumer(consumer);
    throw error;
  }
}

async function closeConsumer(consumer: Consumer<Buffer, Buffer, Buffer, Buffer>): Promise<void> {
  try {
    await consumer.close(true);
  } catch {
    // It is not used again.
  }
}

/** The committed position is not in the topic: retention removed it, or the topic was made again. */
const isOutOfRange = (error: Error) =>
  Boolean(
    (error as Error & { findBy?: (name: string, value: string) => unknown }).findBy?.(
      'apiId',
      'OFFSET_OUT_OF_RANGE',
    ),
  );

/** Moves positions that are not in the topic to its oldest message. */
async function skipWhatIsGone(
  consumer: Consumer<Buffer, Buffer, Buffer, Buffer>,
  topic: string,
): Promise<void> {
  const { ListOffsetTimestamps } = await import('@platformatic/kafka');
  const partitions = consumer.assignments?.find((one) => one.topic === topic)?.partitions ?? [];
  const offsetsAt = async (timestamp: bigint) =>
    (await consumer.listOffsets({ topics: [topic], timestamp })).get(topic) ?? [];
  const oldest = await offsetsAt(ListOffsetTimestamps.EARLIEST);
  const newest = await offsetsAt(ListOffsetTimestamps.LATEST);
  const committed =
    (await consumer.listCommittedOffsets({ topics: [{ topic, partitions }] })).get(topic) ?? [];
  const offsets = partitions.flatMap((partition) => {
    const [at, from, to] = [committed[partition] ?? -1n, oldest[partition] ?? 0n, newest[partition] ?? 0n];
    return at >= 0n && (at < from || at > to) ? [{ topic, partition, offset: from, leaderEpoch: -1 }] : [];
  });
  if (offsets.length > 0) await consumer.commit({ offsets });
}
