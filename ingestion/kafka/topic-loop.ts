import type { KafkaCluster } from '../../domain/kafka/kafka-target.ts';
import type { Loops } from '../../store/database/loops.ts';
import { runPeriodic } from '../../store/database/periodic.ts';
import type { BytesMessage } from '../../store/kafka/consumers.ts';
import { type OpenTopic, openTopic } from '../../store/kafka/topic-member.ts';

export interface TopicOptions {
  readonly cluster: KafkaCluster;
  readonly topic: string;
  readonly group: string;
  /**
   * Stores messages, those of a partition in their order; false: not now, as something is full. After false or an error the same
   * messages come again.
   */
  readonly take: (messages: readonly BytesMessage[]) => Promise<boolean>;
  readonly onError: (error: Error) => void;
  readonly loops: Loops | null;
}

/** A topic that is being read. */
export interface FollowedTopic {
  /** Messages of its partitions that are not stored yet, as of the last seconds. */
  lag(): number;
  stop(): Promise<void>;
}

/** What is wrong with storing leaves the membership as it is; what is wrong with Kafka ends it. */
class NotStored {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/** Messages, and bytes of them, that are stored together. */
const MOST_MESSAGES = 500;
const MOST_BYTES = 2 * 1024 * 1024;
const IDLE_MS = 1_000;
const FULL_MS = 200;
const AFTER_FAILURE_MS = 1_000;
const LAG_EVERY_MS = 5_000;

/**
 * Reads a topic in a group and commits what was stored, in this order, so that nothing is skipped whatever ends in between; what comes
 * twice is a duplicate to the pipeline. While messages cannot be stored no others are fetched.
 */
export function followTopic(options: TopicOptions): FollowedTopic {
  const { cluster, topic, group, take, onError, loops } = options;
  let open: OpenTopic | null = null;
  let pending: readonly BytesMessage[] = [];
  let lag = 0;
  let lagAt = Number.NEGATIVE_INFINITY;
  let pauseMs = IDLE_MS;
  const shut = async () => {
    const closing = open;
    // What is not committed comes again.
    [open, pending] = [null, []];
    await closing?.close();
  };
  const readLag = async (from: OpenTopic) => {
    if (performance.now() - lagAt < LAG_EVERY_MS) return;
    lagAt = performance.now();
    lag = await from.lag();
  };
  const step = async (): Promise<void> => {
    open ??= await openTopic(cluster, { topic, group }, () => job.wake());
    const failure = open.failure();
    if (failure) throw failure;
    if (pending.length === 0) pending = readBatch(open);
    if (pending.length > 0) {
      if (!(await takeOrThrow())) {
        pauseMs = FULL_MS;
        return;
      }
      await open.commit(pending);
      pending = [];
      job.wake();
    }
    pauseMs = IDLE_MS;
    await readLag(open);
  };
  const takeOrThrow = async () => {
    try {
      return await take(pending);
    } catch (error) {
      throw new NotStored(error);
    }
  };
  const job = runPeriodic({
    name: `Kafka topic ${topic}`,
    everyMs: () => pauseMs,
    run: async () => {
      try {
        await step();
      } catch (error) {
        pauseMs = AFTER_FAILURE_MS;
        if (error instanceof NotStored) throw error.error;
        await shut();
        throw new Error(`the Kafka topic ${topic} cannot be read: ${(error as Error).message}`, {
          cause: error,
        });
      }
    },
    onError,
    loops,
  });
  return {
    lag: () => lag,
    stop: async () => {
      await job.stop();
      await shut();
    },
  };
}

function readBatch(from: OpenTopic): BytesMessage[] {
  const batch: BytesMessage[] = [];
  for (let bytes = 0; batch.length < MOST_MESSAGES && bytes < MOST_BYTES; ) {
    const message = from.read();
    if (message === null) break;
    batch.push(message);
    bytes += message.value?.length ?? 0;
  }
  return batch;
}
