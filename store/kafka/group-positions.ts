import { setTimeout as pause } from 'node:timers/promises';
import type { GroupAssignment } from '@platformatic/kafka';
import { type BytesConsumer, type BytesMessage, dropConnections, errorHas } from './consumers.ts';

/** Where a group is in the partitions of a topic that a member has. */
export interface GroupPositions {
  /**
   * Commits messages that are stored, where the member still has their partition and the group is not further. What is not committed
   * comes again, to the member that has the partition.
   */
  commit(messages: readonly BytesMessage[]): Promise<void>;
  /** Messages of the partitions that are not committed yet. */
  lag(): Promise<number>;
}

/** What the member has since it joined last. */
interface Membership {
  readonly memberId: string | null;
  readonly generationId: number;
  readonly partitions: readonly number[];
  /** The next offset of each partition, once they are read; -1: none is committed. */
  positions?: Promise<Map<number, bigint>>;
}

const COMMIT_ATTEMPTS = 4;
const AGAIN_AFTER_MS = 1_000;

/**
 * Follows the positions of a member that has not joined yet. The client's own `commit` joins again when the group has changed and
 * then commits all the same, also what another member has read further since: the group would go back, and stay there until
 * something arrives. So `committer`, which joins nothing, commits for the membership that is known here, and brokers refuse what is
 * of a former one.
 */
export function groupPositions(
  member: BytesConsumer,
  committer: BytesConsumer,
  topic: string,
): GroupPositions {
  let membership: Membership | null = null;
  member.on('consumer:group:join', ({ memberId, generationId, assignments }) => {
    const partitions = assignments?.find((one: GroupAssignment) => one.topic === topic)?.partitions ?? [];
    membership = { memberId, generationId: generationId ?? -1, partitions };
  });
  const read = async (partitions: readonly number[]) => {
    if (partitions.length === 0) return new Map<number, bigint>();
    const found = await member.listCommittedOffsets({ topics: [{ topic, partitions: [...partitions] }] });
    const committed = found.get(topic) ?? [];
    return new Map(partitions.map((partition) => [partition, committed[partition] ?? -1n]));
  };
  const positionsOf = (of: Membership) => {
    of.positions ??= read(of.partitions).catch((error) => {
      delete of.positions;
      throw error;
    });
    return of.positions;
  };
  return {
    commit: async (messages) => {
      const of = membership;
      if (!of) return;
      const positions = await positionsOf(of);
      const offsets = lastOfPartitions(messages).flatMap(({ partition, offset }) =>
        offset < (positions.get(partition) ?? offset + 1n)
          ? []
          : [{ topic, partition, offset: offset + 1n, leaderEpoch: -1 }],
      );
      if (offsets.length === 0 || of !== membership) return;
      Object.assign(committer, { memberId: of.memberId, generationId: of.generationId });
      if (!(await committed(committer, offsets))) return;
      for (const { partition, offset } of offsets) positions.set(partition, offset);
    },
    lag: async () => {
      if (!membership) return 0;
      const { partitions } = membership;
      const positions = await positionsOf(membership);
      const ends = (await member.listOffsets({ topics: [topic] })).get(topic) ?? [];
      const behind = partitions.map((one) => Number((ends[one] ?? 0n) - (positions.get(one) ?? 0n)));
      return behind.reduce((sum, count) => sum + Math.max(0, count), 0);
    },
  };
}

/** @returns false if the group has a new generation, makes one, or has given up the member, which learns that by its next heartbeat */
async function committed(
  committer: BytesConsumer,
  offsets: Parameters<BytesConsumer['commit']>[0]['offsets'],
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      await committer.commit({ offsets });
      return true;
    } catch (error) {
      if (errorHas(error, 'needsRejoin', true)) return false;
      if (attempt === COMMIT_ATTEMPTS) throw error;
      dropConnections(committer);
      await pause(AGAIN_AFTER_MS);
    }
  }
}

/** The last message of each partition: committing it commits those before it. */
function lastOfPartitions(messages: readonly BytesMessage[]): BytesMessage[] {
  return [...new Map(messages.map((message) => [message.partition, message])).values()];
}
