import type { Dot } from '../../charts/dot-plot.tsx';
import type { Column } from '../../parts/data-table.tsx';
import type { ScoreNumbers } from '../../parts/score-columns.ts';
import { chartLink } from './controls.tsx';

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
