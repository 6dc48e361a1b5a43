import { useRef } from 'react';
import { type Driver, DriverBars } from '../../charts/driver-bars.tsx';
import { driversFigure } from '../../charts/figure.ts';
import type { Dimension, ExploreWhyQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { toCsv } from '../../lib/csv.ts';
import { formatAnswers, formatCount, formatDay, formatScore, formatShare } from '../../lib/format.ts';
import { comparedWith, iso, relativeWindows, windowAt } from '../../lib/ranges.ts';
import { segmentInput, useHref, useView } from '../../lib/url-state.ts';
import { type DimensionInfo, useViewer } from '../../lib/viewer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Picker } from '../../parts/picker.tsx';
import { Empty, Failed, Hidden, Skeleton } from '../../parts/states.tsx';
import { VerdictWords } from '../../parts/verdict-words.tsx';
import { chartLink, segmentOfRow, useDivision, type ViewProps } from './controls.tsx';
import { csvColumns } from './csv-columns.tsx';
import { WHY } from './documents.ts';
import { ExportBar } from './export-bar.tsx';
import { useExplored } from './state.ts';

type Row = ExploreWhyQuery['drivers'][number];

/** So many parts are drawn; the others are one line. */
const MOST_PARTS = 15;
/** What the API calls the answers that name no theme. */
const NO_THEME = '(none)';

/** Why the score changed: the difference of two windows in parts, mix and rate apart. */
export function WhyView({ moment }: ViewProps) {
  const [view] = useView();
  const [{ isTable, themes: wantsThemes }, change] = useExplored();
  const { dimensions, can } = useViewer();
  const { chosen } = useDivision(dimensions.length);
  const href = useHref();
  const readsThemes = can('readPrediction') && can('readResponse');
  const themes = wantsThemes && readsThemes;
  // Divided by something always: a change of the whole explains nothing.
  const division = chosen.length === 0 && !themes ? dimensions.slice(0, 1) : chosen;
  const after = windowAt(view.window, moment);
  const before = comparedWith(view.window, after, view.compare);
  const variables = {
    segment: segmentInput(view),
    beforeFrom: iso(before.from),
    beforeTo: iso(before.until),
    afterFrom: iso(after.from),
    afterTo: iso(after.until),
    by: division.map(({ enumValue }) => enumValue as Dimension),
    themes,
    basis: view.basis,
  };
  const { data, error, isLoading, isStale, refresh } = useRead(WHY, variables);
  const chart = useRef<HTMLDivElement>(null);
  const rows = data?.drivers ?? [];
  const found = data?.npsChange;
  const asOf = iso(after.until - 1);
  const hrefOf = (row: Row) =>
    can('readResponse')
      ? href(
          '/responses',
          { segment: segmentOfRow(view.segment, row), asOf: view.asOf ?? asOf },
          row.theme && row.theme !== NO_THEME ? { theme: row.theme } : {},
        )
      : null;
  const drivers = driversOf(rows, hrefOf);
  const columns = columnsOf(division, themes);
  const [scoreBefore, scoreAfter] = [found?.before.score ?? null, found?.after.score ?? null];
  return (
    <Panel title="Why the score changed" isStale={isStale} testId="explore-why">
      <Controls division={division} readsThemes={readsThemes} />
      {isLoading ? <Skeleton height={320} /> : null}
      {error ? <Failed error={error} onRetry={refresh} /> : null}
      {found ? (
        <p data-testid="why-words">
          <VerdictWords change={found} />{' '}
          <span className="muted">
            {formatAnswers((found.before.responses ?? 0) + (found.after.responses ?? 0))},{' '}
            {formatDay(before.from)} to {formatDay(before.until - 1)}, then {formatDay(after.from)} to{' '}
            {formatDay(after.until - 1)}.
          </span>
        </p>
      ) : null}
      {found && (found.before.suppressed || found.after.suppressed) ? <Hidden /> : null}
      {found && !found.before.suppressed && !found.after.suppressed && found.difference == null ? (
        <Empty title="One of the two windows has no answers">
          Choose a longer window, or another one to compare with.
        </Empty>
      ) : null}
      {scoreBefore !== null && scoreAfter !== null && rows.length > 0 ? (
        <>
          <div ref={chart}>
            {isTable ? (
              <DataTable caption="Parts of the change" columns={columns} rows={rows} rowKey={keyOf} />
            ) : (
              <DriverBars drivers={drivers} before={scoreBefore} after={scoreAfter} link={chartLink} />
            )}
          </div>
          <p className="small muted">
            The parts add up to {formatScore(found?.difference, { sign: true })} points. Mix: the group became
            a larger or smaller part of the answers. Rate: the group answers otherwise; its interval is in
            brackets.
            {themes ? ' An answer that names several themes is divided equally among them.' : ''}
          </p>
          <ExportBar
            chart={chart}
            figure={() => driversFigure(drivers, scoreBefore, scoreAfter)}
            csv={() => toCsv(csvColumns(columns), rows)}
            document="ExploreDrivers"
            reads={[{ name: '', variables }]}
            moving={view.asOf === null ? relativeWindows(view.window, view.compare) : null}
            isTable={isTable}
            onTable={(next) => change({ isTable: next })}
          />
        </>
      ) : null}
    </Panel>
  );
}

interface ControlsProps {
  readonly division: readonly DimensionInfo[];
  readonly readsThemes: boolean;
}

function Controls({ division, readsThemes }: ControlsProps) {
  const { dimensions } = useViewer();
  const [{ themes }, change] = useExplored();
  return (
    <div className="row no-print">
      <Picker
        label="Divide by"
        mode="multiple"
        isFilter={false}
        none="Nothing"
        options={dimensions.map(({ field, label }) => ({ id: field, label }))}
        value={division.map(({ field }) => field)}
        onChange={(fields) => change({ by: fields })}
      />
      {readsThemes ? (
        <Picker
          label="Themes"
          options={[
            { id: 'false', label: 'together' },
            { id: 'true', label: 'apart' },
          ]}
          value={[String(themes)]}
          onChange={([id]) => change({ themes: id === 'true' })}
        />
      ) : null}
    </div>
  );
}

const nameOf = ({ segmentValues, theme }: Row): string =>
  [
    ...segmentValues.map(({ value }) => value),
    ...(theme ? [theme === NO_THEME ? 'no theme' : theme.replaceAll('_', ' ')] : []),
  ].join(' · ') || 'All answers';

const keyOf = (row: Row): string => JSON.stringify([row.segmentValues, row.theme]);

/** The parts to draw, and one for all the smaller ones. */
function driversOf(rows: readonly Row[], hrefOf: (row: Row) => string | null): Driver[] {
  const drivers = rows.map(
    (row): Driver => ({
      id: keyOf(row),
      name: nameOf(row),
      mix: row.mix ?? null,
      rate: row.rate ?? null,
      low: row.low ?? null,
      high: row.high ?? null,
      shareBefore: row.shareBefore ?? null,
      shareAfter: row.shareAfter ?? null,
      suppressed: row.suppressed,
      href: hrefOf(row),
    }),
  );
  if (drivers.length <= MOST_PARTS) return drivers;
  const rest = drivers.slice(MOST_PARTS - 1);
  const sum = (of: 'mix' | 'rate' | 'shareBefore' | 'shareAfter') =>
    rest.reduce((all, driver) => all + (driver[of] ?? 0), 0);
  return [
    ...drivers.slice(0, MOST_PARTS - 1),
    {
      id: 'rest',
      name: `${rest.length} smaller parts`,
      mix: sum('mix'),
      rate: sum('rate'),
      low: null,
      high: null,
      shareBefore: sum('shareBefore'),
      shareAfter: sum('shareAfter'),
      suppressed: false,
      href: null,
    },
  ];
}

function columnsOf(division: readonly DimensionInfo[], themes: boolean): Column<Row>[] {
  const points = (
    key: 'mix' | 'rate' | 'low' | 'high' | 'scoreBefore' | 'scoreAfter',
    title: string,
  ): Column<Row> => ({
    key,
    title,
    isNumber: true,
    value: (row) => row[key],
    render: (row) =>
      row.suppressed ? 'hidden' : formatScore(row[key], { sign: key === 'mix' || key === 'rate' }),
  });
  const share = (key: 'shareBefore' | 'shareAfter', title: string): Column<Row> => ({
    key,
    title,
    isNumber: true,
    value: (row) => row[key],
    render: (row) => formatShare(row[key], 1),
  });
  const count = (key: 'responsesBefore' | 'responsesAfter', title: string): Column<Row> => ({
    key,
    title,
    isNumber: true,
    value: (row) => row[key],
    render: (row) => formatCount(row[key]),
  });
  return [
    ...division.map(
      ({ field, label }): Column<Row> => ({
        key: field,
        title: label,
        value: ({ segmentValues }) => segmentValues.find((one) => one.field === field)?.value,
      }),
    ),
    ...(themes ? [{ key: 'theme', title: 'Theme', value: ({ theme }: Row) => theme }] : []),
    points('mix', 'Mix'),
    points('rate', 'Rate'),
    points('low', 'Rate from'),
    points('high', 'Rate to'),
    share('shareBefore', 'Share before'),
    share('shareAfter', 'Share after'),
    points('scoreBefore', 'Score before'),
    points('scoreAfter', 'Score after'),
    count('responsesBefore', 'Answers before'),
    count('responsesAfter', 'Answers after'),
  ];
}
