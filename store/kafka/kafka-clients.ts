import { isIP } from 'node:net';
import type { Producer } from '@platformatic/kafka';
import type { KafkaCluster } from '../../domain/kafka/kafka-target.ts';

export type StringProducer = Producer<string, string, string, string>;

/** For one answer of a broker, which itself waits 5 s for its replicas, and 10 s for the members of a group. */
export const ANSWER_MS = 15_000;

/** What every client of the brokers is opened with. */
export function connecting({ brokers, tls, sasl }: KafkaCluster) {
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
