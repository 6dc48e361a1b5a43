import { useMemo, useState } from 'react';
import { useRead, useSend } from '../../lib/api.ts';
import { formatMoment, viewerZone } from '../../lib/format.ts';
import { Button } from '../../parts/button.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Drawer } from '../../parts/drawer.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { LOG } from './documents.ts';
import { actionWords, type Entry, subjectText } from './words.ts';

interface Filter {
  readonly actor: string | null;
  readonly action: string | null;
  readonly from: string | null;
  readonly to: string | null;
}

const PAGE = 50;

/** The rows of the log that match, page by page. */
export function Entries({ filter, isNarrowed }: { readonly filter: Filter; readonly isNarrowed: boolean }) {
  const { data, error, isLoading, refresh } = useRead(
    LOG,
    { first: PAGE, after: null, ...filter },
    // Reading it adds a row: once is enough.
    { policy: 'network-only' },
  );
  const send = useSend();
  const [more, setMore] = useState<readonly Entry[]>([]);
  const [end, setEnd] = useState<{ readonly cursor: string | null; readonly isMore: boolean } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [open, setOpen] = useState<Entry | null>(null);
  const columns = useMemo(() => columnsOf(setOpen), []);
  const page = data?.auditLog;
  const rows = [...(page?.edges.map(({ node }) => node) ?? []), ...more];
  const last = end ?? {
    cursor: page?.pageInfo.endCursor ?? null,
    isMore: page?.pageInfo.hasNextPage ?? false,
  };
  const readOn = async () => {
    setBusy(true);
    const answer = await send(LOG, { first: PAGE, after: last.cursor, ...filter });
    setBusy(false);
    setProblem(answer.error ?? null);
    if (!answer.data) return;
    const { edges, pageInfo } = answer.data.auditLog;
    setMore((before) => [...before, ...edges.map(({ node }) => node)]);
    setEnd({ cursor: pageInfo.endCursor ?? null, isMore: pageInfo.hasNextPage });
  };
  if (error) return <Failed title="The log could not be read" error={error} onRetry={refresh} />;
  if (isLoading) return <Skeleton lines={10} />;
  return (
    <>
      <DataTable
        isStacked
        caption="Audit log"
        rows={rows}
        rowKey={({ seq }) => seq}
        csvName="audit.csv"
        empty={
          <Empty title={isNarrowed ? 'No row matches' : 'There is no row yet'}>
            {isNarrowed
              ? 'Widen the days, or clear the filters.'
              : 'Each change and each read of comments adds one.'}
          </Empty>
        }
        columns={columns}
      />
      {problem ? <Failed title="The next rows could not be read" error={problem} /> : null}
      {last.isMore ? (
        <div>
          <Button onPress={() => void readOn()} isDisabled={isBusy}>
            Show older rows
          </Button>
        </div>
      ) : null}
      <Drawer title={`Row ${open?.seq}`} isOpen={open !== null} onClose={() => setOpen(null)}>
        {open ? <Whole entry={open} /> : null}
      </Drawer>
    </>
  );
}

/** `onOpen` shows a row whole. A plain button: there are hundreds of them. */
const columnsOf = (onOpen: (entry: Entry) => void): readonly Column<Entry>[] => [
  {
    key: 'at',
    title: `When (${viewerZone()})`,
    value: ({ at }) => at,
    render: ({ at }) => <span className="audit-when">{formatMoment(at)}</span>,
  },
  {
    key: 'who',
    title: 'Who',
    value: ({ actorName }) => actorName,
    render: ({ actorName, role }) => (
      <>
        <strong dir="auto">{actorName}</strong>
        {role === actorName ? null : <div className="muted">{role}</div>}
      </>
    ),
  },
  {
    key: 'what',
    title: 'What',
    value: ({ action }) => action,
    render: (entry) => (
      <>
        {actionWords(entry.action)}
        {entry.outcome === 'REFUSED' ? <strong className="audit-refused"> Refused</strong> : null}
        <div className="muted audit-subject" dir="auto">
          {subjectText(entry.subject)}
        </div>
      </>
    ),
  },
  { key: 'purpose', title: 'Purpose', value: ({ purpose }) => purpose ?? '' },
  {
    key: 'seq',
    title: 'Row',
    isNumber: true,
    value: ({ seq }) => seq,
    render: (entry) => (
      <button
        type="button"
        className="button button-quiet"
        aria-label={`Open row ${entry.seq}`}
        onClick={() => onOpen(entry)}
      >
        {entry.seq}
      </button>
    ),
  },
];

function Whole({ entry }: { readonly entry: Entry }) {
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ['When', `${entry.at} (${formatMoment(entry.at)} here)`],
    ['Who', `${entry.actorName} (${entry.actor})`],
    ['Role', entry.role],
    ['What', `${actionWords(entry.action)} (${entry.action})`],
    ['Outcome', entry.outcome === 'REFUSED' ? 'Refused' : 'Done'],
    ['Purpose', entry.purpose ?? 'Not stated'],
    ['Policies', entry.policyVersion],
    ['Hash of the row before', entry.previous ?? 'None: it is the first'],
    ['Hash', entry.hash],
  ];
  return (
    <>
      <dl className="row-facts">
        {facts.map(([name, value]) =>
          value ? (
            <div key={name}>
              <dt>{name}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
      <h3>What it concerned</h3>
      <pre className="audit-json">{JSON.stringify(entry.subject, null, 2)}</pre>
    </>
  );
}
