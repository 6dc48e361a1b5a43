import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { AgentsDecisionsQuery, DecisionState } from '../../gql/graphql.ts';
import { type Read, useRead } from '../../lib/api.ts';
import { formatAge, formatMoment } from '../../lib/format.ts';
import { pageOfId } from '../../lib/node-href.ts';
import { useHref, useParam } from '../../lib/url-state.ts';
import { useEachMinute } from '../../lib/use-each-minute.ts';
import { useNow } from '../../lib/use-now.ts';
import { Button } from '../../parts/button.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Picker } from '../../parts/picker.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { DECISIONS } from './documents.ts';
import { STATE_WORDS } from './words.ts';

type Listed = AgentsDecisionsQuery['decisions']['edges'][number]['node'];

const PAGE = 50;
const STATES = Object.keys(STATE_WORDS) as DecisionState[];
const ALL = 'all';

/** Proposals that wait for a person. */
export function ProposalsPanel() {
  const [first, setFirst] = useState(PAGE);
  const read = useRead(DECISIONS, { agent: null, state: ['PROPOSED'], first });
  useEachMinute(read.refresh);
  return (
    <Panel title="Waiting for a person" testId="proposals">
      <List
        read={read}
        caption="Proposals"
        onMore={() => setFirst((count) => count + PAGE)}
        empty={
          <Empty title="No proposal waits">
            An agent that may only propose asks here before it acts. A person approves, changes or rejects it.
          </Empty>
        }
      />
    </Panel>
  );
}

/** What agents decided, the newest first, by agent and by how it ended. */
export function DecisionsPanel() {
  const [agent, setAgent] = useParam('agent');
  const [given, setState] = useParam('state');
  const state = STATES.find((one) => one.toLowerCase() === given) ?? null;
  const [first, setFirst] = useState(PAGE);
  const read = useRead(DECISIONS, { agent, state: state && [state], first });
  useEachMinute(read.refresh);
  return (
    <Panel
      title="What they did and why"
      testId="decisions"
      actions={
        <>
          {agent ? (
            <Button
              look="quiet"
              icon="close"
              label={`Show every agent, not only ${agent}`}
              onPress={() => setAgent(null)}
            >
              {agent}
            </Button>
          ) : null}
          <Picker
            label="State"
            isFilter={state !== null}
            options={[{ id: ALL, label: 'any' }, ...STATES.map((id) => ({ id, label: STATE_WORDS[id] }))]}
            value={[state ?? ALL]}
            onChange={([id]) => setState(id === undefined || id === ALL ? null : id.toLowerCase())}
          />
        </>
      }
    >
      <List
        read={read}
        caption="Decisions of agents, the newest first"
        onMore={() => setFirst((count) => count + PAGE)}
        onAgent={setAgent}
        empty={
          <Empty title="Nothing was decided yet">
            Each decision of an agent appears here, also a decision to do nothing.
          </Empty>
        }
      />
    </Panel>
  );
}

interface ListProps {
  readonly read: Read<AgentsDecisionsQuery>;
  readonly caption: string;
  readonly onMore: () => void;
  /** Narrows the list to an agent; absent: a list of proposals, which are all in one state. */
  readonly onAgent?: (agent: string) => void;
  readonly empty: ReactNode;
}

function List({ read, caption, onMore, onAgent, empty }: ListProps) {
  const { data, error, isLoading, refresh } = read;
  const now = useNow();
  const href = useHref();
  if (error) return <Failed title="The decisions could not be read" error={error} onRetry={refresh} />;
  if (isLoading) return <Skeleton lines={4} />;
  const rows = (data?.decisions.edges ?? []).map(({ node }) => node);
  const columns: Column<Listed>[] = [
    {
      key: 'reason',
      title: 'Why',
      value: ({ reason }) => reason,
      render: ({ id, reason, nearMiss }) => (
        <>
          <Link href={href(pageOfId(id) ?? '')} dir="auto">
            {reason}
          </Link>
          {nearMiss ? <span className="agents-near">near miss</span> : null}
        </>
      ),
    },
    {
      key: 'agent',
      title: 'Agent',
      value: ({ agent }) => agent,
      render: ({ agent }) =>
        onAgent ? (
          <button type="button" className="agents-name" onClick={() => onAgent(agent)}>
            {agent}
          </button>
        ) : (
          agent
        ),
    },
    {
      key: 'key',
      title: 'About',
      value: ({ key }) => key,
      render: ({ key }) => <span dir="auto">{key}</span>,
    },
    ...(onAgent
      ? [{ key: 'state', title: 'How it ended', value: ({ state }: Listed) => STATE_WORDS[state] }]
      : []),
    {
      key: 'at',
      title: 'Decided',
      value: ({ decidedAt }) => decidedAt,
      render: ({ decidedAt }) => (
        <time dateTime={decidedAt} title={formatMoment(decidedAt)}>
          {formatAge(decidedAt, now)}
        </time>
      ),
    },
  ];
  return (
    <>
      <DataTable
        isStacked
        caption={caption}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        empty={empty}
      />
      {data?.decisions.pageInfo.hasNextPage ? (
        <div>
          <Button onPress={onMore}>Show older ones</Button>
        </div>
      ) : null}
    </>
  );
}
