import { complement } from '../../domain/disclosure/complement.ts';
import { FEW, type GroupedCells } from './grouped-cells.ts';

/** What is measured of a window. */
export const KPIS = [
  'REVENUE',
  'REVENUE_PER_ACCOUNT',
  'REVENUE_AT_RISK',
  'NET_REVENUE_RETENTION',
  'EXPANSION',
  'LIFETIME_VALUE',
  'WIN_RATE',
  'ACTIVATION',
] as const;
export type Kpi = (typeof KPIS)[number];

/** One figure of one group and window. */
export interface KpiRow {
  readonly kpi: Kpi;
  readonly from: Date;
  readonly until: Date;
  readonly group: Readonly<Record<string, string>>;
  readonly currency: string | null;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Of what the figure is: accounts or deals. */
  readonly n: number | null;
  /** Accounts that are not in it, though the window has them. */
  readonly leftOut: number | null;
  readonly suppressed: boolean;
}

/** A row before any is hidden. */
export interface Draft {
  readonly row: KpiRow;
  readonly group: GroupedCells;
  /** Guarded accounts behind each part of it. */
  readonly sizes: readonly number[];
  readonly guardedLeftOut: number;
}

/** Makes a draft of one group. */
export type DraftOf<D> = (
  kpi: Kpi,
  sizes: readonly number[],
  figures: Partial<KpiRow>,
  guardedLeftOut?: number,
) => D;

/** The rows, of which those of few accounts are without numbers. */
export function rowsOfDrafts(drafts: readonly Draft[]): KpiRow[] {
  const hidden = hiddenDrafts(drafts, ({ sizes }) => ({ sizes, isHidden: sizes.some((n) => n < FEW) }));
  const hiddenLeftOut = hiddenDrafts(drafts, ({ guardedLeftOut: n }) => ({
    ...{ sizes: [n], isHidden: n > 0 && n < FEW },
  }));
  return drafts.map((draft): KpiRow => {
    const { row, group } = draft;
    if (group.isReadable && !hidden.has(draft))
      return hiddenLeftOut.has(draft) ? { ...row, leftOut: null } : row;
    return { ...row, value: null, low: null, high: null, n: null, leftOut: null, suppressed: true };
  });
}

/** The rows of a few accounts, and those from which others could be subtracted until a few are left; an account may be in several groups. */
function hiddenDrafts(
  drafts: readonly Draft[],
  figureOf: (draft: Draft) => { readonly sizes: readonly number[]; readonly isHidden: boolean },
): ReadonlySet<Draft> {
  const tables = new Map<string, Draft[]>();
  for (const draft of drafts) {
    if (!draft.group.isReadable || draft.group.mayName) continue;
    const key = `${draft.row.kpi} ${draft.row.currency}`;
    const table = tables.get(key);
    if (table) table.push(draft);
    else tables.set(key, [draft]);
  }
  const rules = { least: FEW, together: (sizes: readonly number[]) => Math.max(0, ...sizes) };
  return new Set(
    [...tables.values()].flatMap((table) => {
      const figures = table.map((draft) => ({
        place: Object.values(draft.group.values),
        ...figureOf(draft),
      }));
      const hidden = complement(figures, rules);
      return table.filter((_, i) => hidden[i]);
    }),
  );
}
