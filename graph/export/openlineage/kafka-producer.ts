import { isIP } from 'node:net';
import type { Producer } from '@platformatic/kafka';
import type { KafkaTarget } from './kafka-target.ts';

export type StringProducer = Producer<string, string, string, string>;

/** For one answer of a broker, which itself waits 5 s for its replicas. */
const ANSWER_MS = 15_000;

/** A client that writes to a topic. It is loaded and connects when it is first used. */
export async function openProducer({ brokers, tls, sasl }: KafkaTarget): Promise<StringProducer> {
  const { compatibilityPartitioner, Producer, stringSerializers } = await import('@platformatic/kafka');
  return new Producer({
    clientId: 'scoreline',
    bootstrapBrokers: brokers.map((broker) => ({ ...broker })),
    serializers: stringSerializers,
    // Acknowledged by all in-sync replicas, and written once despite retries.
    idempotent: true,
    requestTimeout: ANSWER_MS,
    retries: 3,
    // Like Java clients, so that other writers of the same run's events reach the same partition.
    partitioner: compatibilityPartitioner,
    autocreateTopics: false,
    // Servers with several names choose their certificate by the requested name; an address is none.
    ...(tls ? { tls: {}, tlsServerName: brokers.some(({ host }) => isIP(host) === 0) } : {}),
    ...(sasl ? { sasl } : {}),
  });
}
