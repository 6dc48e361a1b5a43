import { useState } from 'react';
import type { RulesReplayQuery } from '../../gql/graphql.ts';
import { useSend } from '../../lib/api.ts';
import { REPLAY } from './documents.ts';
import { type Draft, ruleOf } from './draft.ts';

/** A rule as it was tested. */
export interface Tested {
  readonly draft: Draft;
  readonly replay: RulesReplayQuery['replayRule'];
}

const DAY_MS = 86_400_000;

/** Tests a rule against the last so many days. */
export function useReplay() {
  const send = useSend();
  const [tested, setTested] = useState<Tested | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const test = async (draft: Draft, days: number) => {
    setBusy(true);
    const to = new Date();
    const from = new Date(to.getTime() - days * DAY_MS);
    const variables = { rule: ruleOf(draft), from: from.toISOString(), to: to.toISOString() };
    const { data, error } = await send(REPLAY, variables);
    setBusy(false);
    setFailure(error ?? null);
    setTested(data ? { draft, replay: data.replayRule } : null);
  };
  return { tested, failure, isBusy, test };
}
