import type { Consumer, Message } from '@platformatic/kafka';
import type { KafkaCluster } from '../../domain/kafka/kafka-target.ts';
import { ANSWER_MS, connecting } from './kafka-clients.ts';

/** A message as it lies in a topic. */
export type BytesMessage = Message<Buffer, Buffer, Buffer, Buffer>;
export type BytesConsumer = Consumer<Buffer, Buffer, Buffer, Buffer>;

/**
 * Of the group: how long a process that died keeps its partitions, and how long a rebalance waits for the others. Who joins is answered
 * after the latter, so it is less than what an answer may take.
 */
const MEMBERSHIP = { sessionTimeout: 10_000, heartbeatInterval: 2_000, rebalanceTimeout: 10_000 };

/** A client of a group that is no member yet. It connects when it is first used. */
export async function openConsumer(
  cluster: KafkaCluster,
  group: string,
  retries: number,
): Promise<BytesConsumer> {
  const { Consumer } = await import('@platformatic/kafka');
  return new Consumer<Buffer, Buffer, Buffer, Buffer>({
    ...connecting(cluster),
    ...MEMBERSHIP,
    requestTimeout: ANSWER_MS,
    groupId: group,
    retries,
  });
}

/** Leaves the group, if the brokers can be reached, and closes the connections. */
export async function closeConsumer(consumer: BytesConsumer): Promise<void> {
  dropConnections(consumer);
  try {
    await consumer.close(true);
  } catch {
    // It is not used again; where leaving fails the client keeps what it has connected meanwhile.
    dropConnections(consumer);
  }
}

/** The client goes on with a connection that does not answer (platformatic/kafka#389, repaired in 2.x only): the next request makes another. */
export function dropConnections(consumer: BytesConsumer): void {
  for (const [, { socket }] of consumer.connections) socket?.destroy();
}

/** Whether an error of the client, or one that it is made of, has that property. */
export const errorHas = (error: unknown, property: string, value: unknown): boolean =>
  Boolean((error as { findBy?: (property: string, value: unknown) => unknown }).findBy?.(property, value));
