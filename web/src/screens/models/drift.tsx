import { useMemo, useState } from 'react';
import type { ModelMetric, ModelReadingsOfQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { formatAge, formatCount, formatMoment, formatShare } from '../../lib/format.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { Readings } from './documents.ts';
import { formatFigure, METRICS } from './figures.ts';
import type { ModelVersion } from './index.tsx';
import { Spark } from './spark.tsx';

export type Reading = ModelReadingsOfQuery['modelReadings'][number];
type MetricInfo = (typeof METRICS)[number];

const DAYS = 14;
const DAY_MS = 86_400_000;

/** The monitor's readings: each week beside the four weeks before it, hour by hour. */
export function DriftPanel({ version }: { readonly version: ModelVersion }) {
  const from = useMemo(() => new Date(Date.now() - DAYS * DAY_MS).toISOString(), []);
  const [isTable, setTable] = useState(false);
  // One request for each figure: a figure of many segments does not crowd the others out.
  const reads = METRICS.map(({ metric }) =>
    // biome-ignore lint/correctness/useHookAtTopLevel: the list of figures never changes
    useRead(Readings, { id: version.id, metrics: [metric as ModelMetric], from }),
  );
  const failed = reads.find(({ error }) => error);
  const isLoading = reads.some((read) => read.isLoading);
  const shown = METRICS.flatMap((info, i) => {
    const all = reads[i]?.data?.modelReadings ?? [];
    const whole = all.filter(({ segmentValues }) => segmentValues.length === 0);
    return whole.length === 0
      ? []
      : [{ info, whole: [...whole].reverse(), alarms: all.filter(({ alarm }) => alarm) }];
  });
  const alarms = shown.flatMap(({ info, alarms: found }) => found.map((reading) => ({ info, reading })));
  return (
    <Panel
      title="Drift"
      testId="model-drift"
      actions={
        shown.length > 0 && (
          <Button
            look="quiet"
            icon={isTable ? 'chart' : 'table'}
            label={isTable ? 'Show as charts' : 'Show as a table'}
            onPress={() => setTable(!isTable)}
          />
        )
      }
    >
      <p className="muted small">
        Each reading is of one week, beside the four weeks before it (the dashed line). An alarm is a
        difference that chance does not explain, of all that was tested at that hour.
      </p>
      {isLoading && <Skeleton height={180} />}
      {failed && <Failed error={failed.error} onRetry={failed.refresh} />}
      {!isLoading && !failed && shown.length === 0 && (
        <Empty title="There are no readings yet">
          The monitor checks versions in use once an hour, and needs 50 answers in a week and 50 in the weeks
          before.
        </Empty>
      )}
      <Alarms alarms={alarms} />
      {isTable ? (
        <ReadingsTable
          rows={shown.flatMap(({ info, whole }) => whole.map((reading) => ({ info, reading })))}
          name={`model-${version.version}-readings.csv`}
        />
      ) : (
        <ul className="drift">
          {shown.map(({ info, whole }) => (
            <MetricChart key={info.metric} info={info} readings={whole} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

const formatOf =
  ({ isShare, metric }: MetricInfo) =>
  (value: number | null) =>
    value === null
      ? formatFigure(null)
      : isShare
        ? formatShare(value, 1)
        : formatFigure(value, metric === 'LENGTH' || metric === 'CLASS_MIX' ? 1 : 3);

function MetricChart({ info, readings }: { info: MetricInfo; readings: readonly Reading[] }) {
  const last = readings.at(-1);
  if (!last) return null;
  const format = formatOf(info);
  return (
    <li className={last.alarm ? 'drift-alarm' : ''}>
      <h3 className="small">{info.title}</h3>
      <p className="numbers drift-now">
        <strong>{format(last.value)}</strong>{' '}
        <span className="small muted">
          {last.reference === null ? '' : `before: ${format(last.reference)}`}
        </span>
      </p>
      <p className="small">
        {last.alarm ? (
          <strong className="drift-word">Alarm</strong>
        ) : (
          <span className="muted">{last.adjustedPValue === null ? 'Not tested' : 'No clear change'}</span>
        )}
        <span className="muted numbers">
          {' '}
          · {formatCount(last.n)} answers, {formatAge(last.until, Date.now())}
        </span>
      </p>
      {readings.length > 1 ? (
        <Spark
          readings={readings}
          label={`${info.title}: ${format(last.value)}${last.reference === null ? '' : `, before ${format(last.reference)}`}${last.alarm ? ', alarm' : ''}. ${readings.length} readings.`}
        />
      ) : null}
      <p className="small muted">{info.says}</p>
    </li>
  );
}

/** The alarms of single segments have no chart of their own: they are named. */
function Alarms({ alarms }: { alarms: readonly { info: MetricInfo; reading: Reading }[] }) {
  const { dimensions } = useViewer();
  const newest = new Map<string, { info: MetricInfo; reading: Reading }>();
  const nameOf = ({ segmentValues }: Reading) =>
    segmentValues
      .map(({ field, value }) => `${dimensions.find((one) => one.field === field)?.label ?? field} ${value}`)
      .join(', ') || 'all answers';
  for (const one of [...alarms].sort((a, b) => (a.reading.until < b.reading.until ? 1 : -1))) {
    const key = `${one.info.metric} ${nameOf(one.reading)}`;
    if (!newest.has(key)) newest.set(key, one);
  }
  if (newest.size === 0) return null;
  return (
    <ul className="alarms small">
      {[...newest].slice(0, 8).map(([key, { info, reading }]) => (
        <li key={key}>
          <strong>Alarm:</strong> {info.title}, {nameOf(reading)}: {formatOf(info)(reading.value)}
          {reading.reference === null ? '' : `, before ${formatOf(info)(reading.reference)}`} (
          {formatMoment(reading.until)})
        </li>
      ))}
    </ul>
  );
}

function ReadingsTable({
  rows,
  name,
}: {
  rows: readonly { info: MetricInfo; reading: Reading }[];
  name: string;
}) {
  const columns: Column<(typeof rows)[number]>[] = [
    { key: 'metric', title: 'Figure', value: ({ info }) => info.title },
    {
      key: 'until',
      title: 'Week that ends',
      value: ({ reading }) => reading.until,
      render: ({ reading }) => formatMoment(reading.until),
    },
    { key: 'n', title: 'Answers', isNumber: true, value: ({ reading }) => reading.n },
    {
      key: 'value',
      title: 'Value',
      isNumber: true,
      value: ({ reading }) => reading.value,
      render: ({ info, reading }) => formatOf(info)(reading.value),
    },
    {
      key: 'reference',
      title: 'Weeks before',
      isNumber: true,
      value: ({ reading }) => reading.reference,
      render: ({ info, reading }) => formatOf(info)(reading.reference),
    },
    {
      key: 'p',
      title: 'p, adjusted',
      isNumber: true,
      value: ({ reading }) => reading.adjustedPValue,
      render: ({ reading }) => formatFigure(reading.adjustedPValue),
    },
    { key: 'alarm', title: 'Alarm', value: ({ reading }) => (reading.alarm ? 'alarm' : '') },
  ];
  return (
    <DataTable
      caption="Readings of the monitor"
      columns={columns}
      rows={rows}
      rowKey={({ info, reading }) => `${info.metric} ${reading.until}`}
      csvName={name}
    />
  );
}
