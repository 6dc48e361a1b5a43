import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { FiringVerdict } from '../../gql/graphql.ts';
import { formatCount, formatDay } from '../../lib/format.ts';
import { useScreenHref } from '../../lib/open-screens.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Picker } from '../../parts/picker.tsx';
import { Empty, Failed, Partial, Skeleton } from '../../parts/states.tsx';
import { ReplaySeries, VERDICT_MARKS } from './replay-series.tsx';
import type { Tested } from './use-replay.ts';
import { timesOf, VERDICT_WORDS, verdictsOf } from './words.ts';

/** How far back a rule is tested, in days. */
export const PERIODS = [
  { id: '90', label: 'the last 90 days' },
  { id: '180', label: 'the last 180 days' },
  { id: '365', label: 'the last 365 days' },
  { id: '1461', label: 'the last four years' },
] as const;

/** Chooses one of them. */
export function PeriodPicker({
  period,
  onChange,
}: {
  readonly period: string;
  readonly onChange: (period: string) => void;
}) {
  return (
    <Picker
      label="Test over"
      options={PERIODS}
      value={[period]}
      onChange={([chosen]) => onChange(chosen ?? period)}
    />
  );
}

interface ReplayPanelProps {
  readonly tested: Tested | null;
  /** The rule was changed after the test. */
  readonly isOfAnother: boolean;
  readonly isBusy: boolean;
  readonly failure: string | null;
}

/** What a rule would have done: how often it would have fired, and how many of these later answers bear out. */
export function ReplayPanel({ tested, isOfAnother, isBusy, failure }: ReplayPanelProps) {
  return (
    <Panel title="What it would have done" testId="rule-replay" isStale={isBusy}>
      {failure ? (
        <Failed title="The rule was not tested" error={failure} />
      ) : tested === null ? (
        isBusy ? (
          <Skeleton height={320} />
        ) : (
          <Empty title="It was not tested yet">
            Test it against the past: it counts when the rule would have fired, and how many of these times
            the answers of the four weeks after bear it out.
          </Empty>
        )
      ) : (
        <>
          {isOfAnother ? <Partial>The rule was changed after this test. Test it again.</Partial> : null}
          <Replayed tested={tested} />
        </>
      )}
    </Panel>
  );
}

const DAY_MS = 86_400_000;

function Replayed({ tested }: { readonly tested: Tested }) {
  const { draft, replay } = tested;
  const { from, to, fired, statedFalseAlarmsPerYear: stated } = replay;
  const days = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
  return (
    <>
      <p role="status">
        <strong>
          In {formatCount(days)} days it would have fired {timesOf(fired)}
        </strong>
        {fired > 0 ? `: ${verdictsOf(replay)}.` : '.'}
      </p>
      <p className="muted small">
        {typeof stated === 'number'
          ? `Where nothing changes it may be wrong ${stated} times a year, which is ${((stated * days) / 365).toFixed(1)} times in these days.`
          : 'A fixed threshold states no rate of false alarms.'}
        {draft.watches === 'each'
          ? ' It was tested on all answers together; the score monitor watches each segment with enough answers.'
          : ''}
      </p>
      <ReplaySeries tested={tested} />
      <Firings tested={tested} />
    </>
  );
}

interface Firing {
  readonly at: string;
  readonly verdict: FiringVerdict;
}

function Firings({ tested: { draft, replay } }: { readonly tested: Tested }) {
  const href = useScreenHref();
  if (replay.firings.length === 0) return null;
  const view = (at: string) =>
    href('/overview', { segment: draft.watches === 'one' ? draft.segment : {}, asOf: at });
  const columns: readonly Column<Firing>[] = [
    {
      key: 'at',
      title: 'It would have fired',
      value: ({ at }) => at,
      render: ({ at }): ReactNode => {
        const link = view(at);
        return link ? <Link href={link}>{formatDay(at)}</Link> : formatDay(at);
      },
    },
    {
      key: 'verdict',
      title: 'Later answers say',
      value: ({ verdict }) => VERDICT_WORDS[verdict],
      render: ({ verdict }) => `${VERDICT_MARKS[verdict].sign} ${VERDICT_WORDS[verdict]}`,
    },
  ];
  return (
    <DataTable
      caption="When it would have fired"
      columns={columns}
      rows={replay.firings}
      rowKey={({ at }) => at}
      csvName="rule-firings.csv"
    />
  );
}
