import type { ReactNode } from 'react';
import { formatCount, formatInterval, formatScore } from '../lib/format.ts';
import './heat-table.css';

/** One pair of values. */
export interface HeatCell {
  readonly row: string;
  readonly column: string;
  readonly score: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly responses: number | null;
  readonly suppressed: boolean;
}

interface HeatTableProps {
  readonly caption: string;
  /** Names of the two dimensions. */
  readonly rowTitle: string;
  readonly columnTitle: string;
  readonly cells: readonly HeatCell[];
  /** Where a cell leads; absent: nowhere. */
  readonly hrefOf?: (cell: HeatCell) => string;
  readonly link?: (href: string, label: string, children: ReactNode) => ReactNode;
}

/** Strengths of the colour: from which distance to 0 on. */
const STEPS = [0, 10, 25, 50] as const;

/**
 * Scores of two dimensions as a table whose cells are tinted by their score. It reads as a table: the colour repeats what the number says.
 */
export function HeatTable({ caption, rowTitle, columnTitle, cells, hrefOf, link }: HeatTableProps) {
  const { rows, columns, at } = gridOf(cells);
  return (
    <div className="heat-box">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard */}
      <section className="heat-scroll" tabIndex={0} aria-label={caption}>
        <table className="heat">
          <caption className="sr">{caption}</caption>
          <thead>
            <tr>
              <th scope="col" className="heat-corner small">
                {rowTitle} <span aria-hidden="true">↓</span> {columnTitle} <span aria-hidden="true">→</span>
              </th>
              {columns.map((column) => (
                <th key={column} scope="col" dir="auto">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row}>
                <th scope="row" dir="auto">
                  {row}
                </th>
                {columns.map((column) => {
                  const cell = at(row, column);
                  const content = <CellText cell={cell} />;
                  const href = cell && (cell.responses ?? 0) > 0 ? hrefOf?.(cell) : undefined;
                  return (
                    <td key={column} className={classOf(cell)}>
                      {href && link ? link(href, `Answers: ${row}, ${column}`, content) : content}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="heat-legend small muted">
        <span className="heat-key heat-down-3">−50 and below</span>
        <span className="heat-key heat-even">around 0</span>
        <span className="heat-key heat-up-3">50 and above</span>
        <span className="heat-key heat-hidden">too few answers</span>
      </p>
    </div>
  );
}

function CellText({ cell }: { readonly cell: HeatCell | undefined }) {
  if (!cell || cell.responses === 0) return <span className="muted">–</span>;
  if (cell.suppressed) return <span className="small muted">hidden</span>;
  return (
    <>
      <strong>{formatScore(cell.score, { sign: true })}</strong>
      <span className="heat-count">
        {formatInterval(cell.low, cell.high)} · n {formatCount(cell.responses)}
      </span>
    </>
  );
}

/** How a score is tinted: "up-2", "down-1", "even". */
export function tintOf(score: number): string {
  const size = STEPS.filter((step) => Math.abs(score) >= step).length - 1;
  return size === 0 ? 'even' : `${score > 0 ? 'up' : 'down'}-${size}`;
}

function classOf(cell: HeatCell | undefined): string {
  if (!cell || cell.responses === 0) return 'heat-none';
  return cell.suppressed || cell.score === null ? 'heat-hidden' : `heat-${tintOf(cell.score)}`;
}

/** The values of both dimensions, those with most answers first, and the cell of a pair. */
export function gridOf(cells: readonly HeatCell[]) {
  const [rows, columns] = (['row', 'column'] as const).map((side) => {
    const sums = new Map<string, number>();
    for (const cell of cells) sums.set(cell[side], (sums.get(cell[side]) ?? 0) + (cell.responses ?? 0));
    return [...sums].sort(([a, x], [b, y]) => y - x || a.localeCompare(b)).map(([value]) => value);
  }) as [string[], string[]];
  const byPlace = new Map(cells.map((cell) => [JSON.stringify([cell.row, cell.column]), cell]));
  return { rows, columns, at: (row: string, column: string) => byPlace.get(JSON.stringify([row, column])) };
}
