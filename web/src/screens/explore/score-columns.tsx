import type { Dot } from '../../charts/dot-plot.tsx';
import { formatCount, formatScore } from '../../lib/format.ts';
import type { Column } from '../../parts/data-table.tsx';
import { chartLink } from './controls.tsx';

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
      title: 'From',
      isNumber: true,
      value: ({ low }) => low,
      render: ({ low }) => formatScore(low),
    },
    {
      key: 'high',
      title: 'To',
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

/** The columns of a table as those of its CSV. */
export const csvColumns = <Row,>(columns: readonly Column<Row>[]) =>
  columns.flatMap(({ title, value }) => (value ? [{ title, value }] : []));

/** A row of a dot plot; with `href` its name leads to the answers. */
export const dotOf = (
  { id, score, low, high, responses, suppressed }: ScoreNumbers & { readonly id: string },
  name: string,
  href: string | null,
): Dot => ({
  key: `${id} ${name}`,
  name,
  label: href && !suppressed ? chartLink(href, `Answers: ${name}`, name) : name,
  score: score ?? null,
  low: low ?? null,
  high: high ?? null,
  responses: responses ?? null,
  isHidden: suppressed,
  differs: null,
});
