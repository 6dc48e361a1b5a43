import { useRead } from '../../lib/api.ts';
import { formatMoment } from '../../lib/format.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { VERSIONS } from './documents.ts';
import { Switch } from './rules-panel.tsx';
import { type Rule, sentenceOf, testOf } from './words.ts';

/** Every version of a rule: who made it, when, why, and what its test said. */
export function Versions({ name }: { readonly name: string }) {
  const { data, error, isLoading, refresh } = useRead(VERSIONS, { name });
  const { dimensions } = useViewer();
  const columns: readonly Column<Rule>[] = [
    { key: 'version', title: 'Version', isNumber: true, value: ({ version }) => version },
    {
      key: 'when',
      title: 'When',
      value: ({ createdAt }) => createdAt,
      render: ({ createdAt }) => (createdAt ? formatMoment(createdAt) : null),
    },
    {
      key: 'who',
      title: 'Who',
      value: ({ createdBy }) => createdBy,
      render: ({ createdBy }) => <span dir="auto">{createdBy}</span>,
    },
    {
      key: 'why',
      title: 'Why',
      value: ({ reason }) => reason,
      render: ({ reason }) => <span dir="auto">{reason}</span>,
    },
    {
      key: 'state',
      title: 'State',
      value: ({ enabled }) => (enabled ? 'on' : 'off'),
      render: ({ enabled }) => <Switch isOn={enabled} />,
    },
    { key: 'what', title: 'What it looks for', value: ({ rule }) => sentenceOf(rule, dimensions) },
    { key: 'test', title: 'Test', value: (rule) => testOf(rule) ?? 'not tested' },
  ];
  return (
    <Panel title="Versions" testId="rule-versions">
      {error ? <Failed title="The versions could not be read" error={error} onRetry={refresh} /> : null}
      {isLoading ? <Skeleton lines={3} /> : null}
      {data ? (
        <DataTable
          isStacked
          caption={`Versions of ${name}, the newest first`}
          columns={columns}
          rows={data.ruleVersions}
          rowKey={({ version }) => version}
          csvName="rule-versions.csv"
          empty={
            <Empty title="It is as it came">The first change that you save is version 1 of this rule.</Empty>
          }
        />
      ) : null}
    </Panel>
  );
}
