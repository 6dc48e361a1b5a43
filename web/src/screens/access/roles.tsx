import { useRead } from '../../lib/api.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Failed, Skeleton } from '../../parts/states.tsx';
import { ROLES } from './documents.ts';
import { groupWords } from './words.ts';

interface Row {
  readonly group: string;
  readonly reach: Readonly<Record<string, string>>;
}

const REACH_WORDS: Readonly<Record<string, string>> = {
  ALL: 'yes',
  SOME: 'within the segments of its key',
  NONE: 'no',
};

/** Which role may do what, by the policies in force. */
export function Roles({ onSees }: { readonly onSees: (role: string) => void }) {
  const { viewer } = useViewer();
  const { data, error, isLoading, refresh } = useRead(ROLES, {});
  const roles = data?.roles ?? [];
  const groups = roles[0]?.permissions.map(({ group }) => group) ?? [];
  const rows: Row[] = groups.map((group) => ({
    group,
    reach: Object.fromEntries(
      roles.map(({ name, permissions }) => [
        name,
        permissions.find((one) => one.group === group)?.reach ?? 'NONE',
      ]),
    ),
  }));
  const columns: Column<Row>[] = [
    {
      key: 'group',
      title: 'Permission',
      value: ({ group }) => groupWords(group),
      render: ({ group }) => <span className="access-group">{groupWords(group)}</span>,
    },
    ...roles.map(
      ({ name }): Column<Row> => ({
        key: name,
        title: name,
        value: ({ reach }) => REACH_WORDS[reach[name] ?? 'NONE'],
        render: ({ reach }) => <Reach of={reach[name] ?? 'NONE'} />,
      }),
    ),
  ];
  return (
    <Panel title="Roles" testId="roles">
      <p className="muted small">
        From the policies in force, version <code>{viewer.policyVersion.slice(0, 12)}</code>. A key can be
        narrowed to segments; then it sees these only. The funnel: only within the segments of its key.
      </p>
      {isLoading ? <Skeleton lines={8} /> : null}
      {error ? <Failed title="The roles could not be read" error={error} onRetry={refresh} /> : null}
      {data ? (
        <>
          <DataTable
            caption="Which role may do what"
            columns={columns}
            rows={rows}
            rowKey={({ group }) => group}
            csvName="roles.csv"
          />
          <div className="row no-print">
            <span className="muted small">In detail:</span>
            {roles.map(({ name }) => (
              <Button key={name} label={`What ${name} sees`} onPress={() => onSees(name)}>
                {name}
              </Button>
            ))}
          </div>
        </>
      ) : null}
    </Panel>
  );
}

function Reach({ of }: { readonly of: string }) {
  return (
    <span className={`access-reach access-${of.toLowerCase()}`}>
      {of === 'NONE' ? <span aria-hidden="true">–</span> : <Icon name={of === 'ALL' ? 'check' : 'filter'} />}
      <span className="sr">{REACH_WORDS[of]}</span>
    </span>
  );
}
