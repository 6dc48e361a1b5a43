import type { TimePoint } from '../charts/lines-geometry.ts';
import { formatCount, formatDay, formatScore } from '../lib/format.ts';
import type { Column } from './data-table.tsx';

/** What tables of scores show. */
export interface ScoreNumbers {
  readonly score?: number | null;
  readonly low?: number | null;
  readonly high?: number | null;
  readonly responses?: number | null;
  readonly suppressed: boolean;
}

/** The columns of a score with what is needed to judge it; with several columns in the CSV for the interval. */
export function scoreColumns<Row extends ScoreNumbers>(): Column<Row>[] {
  return [
    {
      key: 'score',
      title: 'Score',
      isNumber: true,
      value: ({ score }) => score,
      render: ({ score, suppressed }) => (suppressed ? 'hidden' : formatScore(score, { sign: true })),
    },
    {
      key: 'low',
      title: 'Low',
      isNumber: true,
      value: ({ low }) => low,
      render: ({ low }) => formatScore(low),
    },
    {
      key: 'high',
      title: 'High',
      isNumber: true,
      value: ({ high }) => high,
      render: ({ high }) => formatScore(high),
    },
    {
      key: 'responses',
      title: 'Answers',
      isNumber: true,
      value: ({ responses }) => responses,
      render: ({ responses }) => formatCount(responses),
    },
  ];
}

/** The column of the time from which a row of a series counts. */
export const timeColumn = <Row extends { readonly time: string }>(
  format: (time: number) => string = formatDay,
): Column<Row> => ({
  key: 'time',
  title: 'From',
  value: ({ time }) => time,
  render: ({ time }) => format(Date.parse(time)),
});

/** A row of a series as a point of a line. */
export const pointOf = ({
  time,
  score,
  low,
  high,
  responses,
  suppressed,
}: ScoreNumbers & { readonly time: string }): TimePoint => ({
  time: Date.parse(time),
  score: score ?? null,
  low: low ?? null,
  high: high ?? null,
  responses: responses ?? null,
  suppressed,
});
