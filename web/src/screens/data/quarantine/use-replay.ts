import { useCallback } from 'react';
import type { QuarantineFilter } from '../../../gql/graphql.ts';
import { type Outcome, useSend } from '../../../lib/api.ts';
import { REPLAY } from './documents.ts';
import type { Replayed } from './words.ts';

/** Some items, or all that match. */
export interface Wanted {
  readonly ids?: string[];
  readonly filter?: QuarantineFilter;
}

/** Replays what waits for a connection, however many calls that takes: each item is tried once. */
export function useReplay(connection: string): (wanted: Wanted) => Promise<Outcome<Replayed>> {
  const send = useSend();
  return useCallback(
    async (wanted) => {
      let replayed = 0;
      let triedBefore: string | null = null;
      const problems = new Map<string, Replayed['problems'][number]>();
      for (;;) {
        const answer: Outcome<{ replayQuarantined: Call }> = await send(REPLAY, {
          connection,
          ...wanted,
          triedBefore,
        });
        if (answer.error !== undefined) return { error: answer.error };
        const call: Call = answer.data.replayQuarantined;
        replayed += call.replayed;
        for (const one of call.problems) {
          const key = JSON.stringify([one.reason, one.code, one.field]);
          problems.set(key, { ...one, count: one.count + (problems.get(key)?.count ?? 0) });
        }
        // What others replay or discard meanwhile is not waited for.
        if (call.remaining === 0 || call.replayed + call.failed === 0)
          return { data: { replayed, problems: [...problems.values()] } };
        triedBefore ??= call.startedAt;
      }
    },
    [send, connection],
  );
}

interface Call extends Replayed {
  readonly failed: number;
  readonly remaining: number;
  readonly startedAt: string;
}
