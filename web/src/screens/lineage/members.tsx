import { useEffect, useRef, useState } from 'react';
import type { LineageMembersQuery, TraceDirection } from '../../gql/graphql.ts';
import { useSend } from '../../lib/api.ts';
import { formatMoment } from '../../lib/format.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { MEMBERS } from './documents.ts';
import { capital, groupName, kindName, labelText } from './words.ts';

type Member = LineageMembersQuery['lineageMembers']['nodes'][number];

interface MembersProps {
  /** Of which node. */
  readonly of: string;
  readonly kind: string;
  readonly count: number | null;
  readonly direction: TraceDirection;
  readonly find: string;
  readonly onFind: (text: string) => void;
  readonly onOpen: (id: string) => void;
  readonly onClose: () => void;
}

const TYPING_MS = 250;

interface Listed {
  readonly members: readonly Member[];
  readonly after: string | null;
  readonly error: string | null;
}

/** The nodes of one group, page by page, with a filter. */
export function Members({ of, kind, count, direction, find, onFind, onOpen, onClose }: MembersProps) {
  const send = useSend();
  const [listed, setListed] = useState<Listed | null>(null);
  const [text, setText] = useState(find);
  const [isReading, setReading] = useState(false);
  const read = async (after: string | null, before: readonly Member[]): Promise<Listed> => {
    const variables = { id: of, direction, kind, contains: find === '' ? null : find, after };
    const { data, error } = await send(MEMBERS, variables);
    if (!data) return { members: before, after, error: error ?? null };
    const { nodes, pageInfo } = data.lineageMembers;
    return {
      members: [...before, ...nodes],
      after: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
      error: null,
    };
  };
  // A page that arrives for another list, or another filter, is dropped.
  const turn = useRef(0);
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `read` follows from these; `round` reads it again
  useEffect(() => {
    turn.current += 1;
    const mine = turn.current;
    setListed(null);
    void read(null, []).then((first) => {
      if (turn.current === mine) setListed(first);
    });
    return () => {
      turn.current += 1;
    };
  }, [of, kind, direction, find, round]);
  useEffect(() => {
    if (text === find) return;
    const typed = setTimeout(() => onFind(text), TYPING_MS);
    return () => clearTimeout(typed);
  }, [text, find, onFind]);
  const more = async () => {
    if (!listed?.after || isReading) return;
    const mine = turn.current;
    setReading(true);
    const next = await read(listed.after, listed.members);
    setReading(false);
    if (turn.current === mine) setListed(next);
  };
  const retry = () => (listed?.after ? void more() : setRound((before) => before + 1));
  return (
    <Panel
      title={capital(groupName(kind, count))}
      actions={<Button look="quiet" icon="close" label="Close the list" onPress={onClose} />}
      testId="lineage-members"
    >
      <Field
        label={`Find among the ${kindName(kind, 2)}`}
        value={text}
        onChange={setText}
        placeholder="Such as Japan or 2026-08-05"
      />
      {listed === null ? <Skeleton lines={8} /> : null}
      {listed?.error ? <Failed error={listed.error} onRetry={retry} /> : null}
      {listed && !listed.error && listed.members.length === 0 && listed.after === null ? (
        <Empty title={find ? `None has “${find}” in its name` : 'There are none'} />
      ) : null}
      {listed ? (
        <ul className="lineage-members">
          {listed.members.map(({ id, label, recordedAt }) => (
            <li key={id}>
              <button type="button" className="lineage-item" onClick={() => onOpen(id)}>
                <span dir="auto">{labelText(label)}</span>
                {recordedAt ? <span className="muted small">recorded {formatMoment(recordedAt)}</span> : null}
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      {listed?.after ? (
        <Button onPress={() => void more()} isDisabled={isReading}>
          {listed.members.length === 0 ? 'Look further' : 'Show more'}
        </Button>
      ) : null}
    </Panel>
  );
}
