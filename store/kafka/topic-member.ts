import type { KafkaCluster } from '../../domain/kafka/kafka-target.ts';
import { type BytesConsumer, type BytesMessage, closeConsumer, errorHas, openConsumer } from './consumers.ts';
import { type GroupPositions, groupPositions } from './group-positions.ts';

/** Bytes that one fetch brings, and messages beside which the next one begins: so much is in memory. */
const FETCHING = { maxBytes: 4 * 1024 * 1024, maxBytesPerPartition: 1024 * 1024, highWaterMark: 16 };
const LONGEST_FETCH_MS = 1_000;

/** A member of a group that reads a topic. Nothing is committed but by `commit`. */
export interface OpenTopic extends GroupPositions {
  /** What it was ended by; it is closed then, and another is opened. */
  failure(): Error | null;
  /** The next message that has arrived, in the order of its partition. */
  read(): BytesMessage | null;
  close(): Promise<void>;
}

/**
 * Joins the group and begins where it has committed, or at the oldest message.
 * @param onChange called when messages arrived or it has ended
 */
export async function openTopic(
  cluster: KafkaCluster,
  { topic, group }: { readonly topic: string; readonly group: string },
  onChange: () => void,
): Promise<OpenTopic> {
  const consumer = await openConsumer(cluster, group, 3);
  const committer = await openConsumer(cluster, group, 0);
  const positions = groupPositions(consumer, committer, topic);
  const close = async () => void (await Promise.all([consumer, committer].map(closeConsumer)));
  let failure: Error | null = null;
  const fail = (error: Error) => {
    failure ??= error;
    onChange();
  };
  consumer.on('error', fail);
  // After one that failed the client sends no others (platformatic/kafka#376, repaired in 2.x only), so the group gives up the member.
  consumer.on('consumer:heartbeat:error', ({ error }) => fail(error as Error));
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
      ...positions,
      failure: () => failure,
      read: () => stream.read() as BytesMessage | null,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The committed position is not in the topic: retention removed it, or the topic was made again. */
const isOutOfRange = (error: Error) => errorHas(error, 'apiId', 'OFFSET_OUT_OF_RANGE');

/** Moves positions that are not in the topic to its oldest message. */
async function skipWhatIsGone(consumer: BytesConsumer, topic: string): Promise<void> {
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
