import type { KafkaConfig } from '../../config/config.ts';
import { itemOfMessage } from '../../ingestion/kafka/messages.ts';
import { type FollowedTopic, followTopic } from '../../ingestion/kafka/topic-loop.ts';
import { OverloadedError } from '../../ingestion/pipeline/overload.ts';
import type { LiveConnection } from '../../ingestion/webhooks/connections.ts';
import { takeItems } from '../../ingestion/webhooks/receive.ts';
import type { Loops } from '../../store/database/loops.ts';
import { runPeriodic } from '../../store/database/periodic.ts';
import type { BytesMessage } from '../../store/kafka/consumers.ts';
import { auditRefusedItems } from '../audit.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { type Opening, takingHanded } from './take-handed.ts';

/** The topics that this process reads. */
export interface FollowedTopics {
  /** Messages that are not stored yet, by topic. */
  lag(): Record<string, number>;
  stop(): Promise<void>;
}

export interface TopicSettings extends Opening {
  readonly kafka: KafkaConfig;
  readonly loops: Loops;
}

interface Followed {
  readonly topic: string;
  /** The revision of the mapping that it is read by; null: by none. */
  readonly mapped: number | null;
  readonly loop: FollowedTopic;
}

const LOOK_EVERY_MS = 1_000;
/** In place of a connection: the topic that requests hand their items to. */
const HANDED = 'handed items';

/**
 * Reads the topics of the connections of `kafka`, each in a group of its own that all processes share, and follows what is connected and
 * removed. Messages are submitted as the connection's deliveries are, by the same pipeline, limits and counts.
 */
export function followTopics(
  deps: ApiDeps,
  { kafka, loops, onError, ...keys }: TopicSettings,
): FollowedTopics {
  const followed = new Map<string, Followed>();
  const follow = async (connection: LiveConnection) => {
    const { topic } = await deps.connections.reader(connection);
    if (topic === undefined || !kafka.topics.has(topic)) return;
    const loop = followTopic({
      cluster: kafka.cluster,
      topic,
      group: `${kafka.group}.${connection.id}`,
      take: (messages) => take(deps, connection, messages),
      onError,
      loops,
    });
    followed.set(connection.id, { topic, mapped: connection.mappingRevision, loop });
  };
  if (kafka.ingestTopic !== undefined) {
    const store = takingHanded(deps, { ...keys, onError });
    const loop = followTopic({
      cluster: kafka.cluster,
      topic: kafka.ingestTopic,
      group: `${kafka.group}.ingest`,
      take: (messages) => withRoom(deps, HANDED, messages, () => store(messages)),
      onError,
      loops,
    });
    followed.set(HANDED, { topic: kafka.ingestTopic, mapped: null, loop });
  }
  const looking = runPeriodic({
    name: 'Kafka connections',
    everyMs: LOOK_EVERY_MS,
    run: async () => {
      const live = deps.connections.all().filter(({ connector }) => connector === 'kafka');
      // A changed mapping may name another topic; and what it says of messages holds from now on.
      const isCurrent = (id: string, { mapped }: Followed) =>
        mapped === null || live.some((one) => one.id === id && one.mappingRevision === mapped);
      for (const [id, one] of followed) {
        if (isCurrent(id, one)) continue;
        followed.delete(id);
        await one.loop.stop();
      }
      for (const connection of live) if (!followed.has(connection.id)) await follow(connection);
    },
    onError,
    loops,
  });
  return {
    lag: () => {
      const lags: Record<string, number> = {};
      for (const { topic, loop } of followed.values()) lags[topic] = (lags[topic] ?? 0) + loop.lag();
      return lags;
    },
    stop: async () => {
      await looking.stop();
      await Promise.all([...followed.values()].map(({ loop }) => loop.stop()));
    },
  };
}

/** Stores the messages as items of the connection; false while there is no room for them, or it may not submit. */
async function take(
  deps: ApiDeps,
  connection: LiveConnection,
  messages: readonly BytesMessage[],
): Promise<boolean> {
  const caller = deps.access.connectionCaller(connection);
  if (!caller || caller.scope.grant('submitResponse') === 'none') {
    deps.connections.refused(connection.id, 'NOT_GRANTED');
    return false;
  }
  return withRoom(deps, caller.id, messages, async () => {
    const { account } = await takeItems(deps, caller, {
      id: connection.id,
      reader: await deps.connections.reader(connection),
      items: messages.map(itemOfMessage),
      // In the lineage each item names its own.
      position: `kafka ${messages[0]?.topic}`,
      digest: null,
      at: new Date(deps.now()),
      quarantine: deps,
    });
    deps.onIngested(account);
    const context = createContext(deps, caller, null, `topic ${messages[0]?.topic}`);
    await auditRefusedItems(context, 'ingest', account);
  });
}

/** Does the work with the messages in the inbox; false while there is no room. */
async function withRoom(
  { inbox }: Pick<ApiDeps, 'inbox'>,
  by: string,
  messages: readonly BytesMessage[],
  work: () => Promise<void>,
): Promise<boolean> {
  const bytes = messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
  try {
    const entry = inbox.enter(by, bytes);
    await work().finally(entry.leave);
    return true;
  } catch (error) {
    if (error instanceof OverloadedError) return false;
    throw error;
  }
}
