import type { Scope } from '../../domain/access/scope.ts';
import { visibleCells } from '../../domain/access/scope.ts';
import { type Tally, wholeTally } from '../../domain/drivers/tally.ts';
import type { Confusion } from '../../domain/models/quantification.ts';
import { add, type Counts, subtract, ZERO } from '../../domain/nps/nps.ts';
import type { Basis } from '../../domain/scores/score.ts';
import type { Cell, Segment } from '../../domain/segments/cell.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import type { GuardDeps } from '../disclosure/score-guard.ts';
import { readChampion } from '../models/models.ts';
import { eachInterval } from './rollups.ts';
import { countedClasses } from './scores.ts';
import { onBasis, readModelThemes, readThemeCounts } from './theme-counts.ts';

/** Stands for the answers that name no theme; names of themes have no brackets. */
export const NO_THEME = '(none)';

/** The answers of one group of cells in each of the windows. */
export interface ThemeTallies {
  /** All of them, whole. */
  readonly all: readonly Tally[];
  /** By theme, then window; an answer that names several is divided among them. NO_THEME comes last. */
  readonly byTheme: ReadonlyMap<string, readonly Tally[]>;
}

export interface ThemeReading {
  readonly model: number;
  readonly confusion: Confusion;
  /** By index of the group. */
  readonly groups: readonly ThemeTallies[];
}

/**
 * The cells whose themes the caller may read: those whose scores, answers and predictions they may read. Answers by theme are
 * subsets of the answers that a score counts, so callers who receive sums of releases get none of them
 * (docs/guides/small-cells.md).
 */
export function cellsOfThemes(deps: GuardDeps, scope: Scope, segment: Segment): Cell[] {
  return visibleCells(scope, ['readScore', 'readResponse', 'readPrediction'], deps.cells, segment);
}

/** Whether the caller reads predictions but no answers, whatever there is: then every number of a theme is suppressed. */
export function suppressesThemes(scope: Scope): boolean {
  return (
    scope.grant('readScore') !== 'none' &&
    scope.grant('readPrediction') !== 'none' &&
    scope.grant('readResponse') === 'none'
  );
}

/** The themes of the champion, which names them; null before there is one. */
export async function readThemeNames(deps: GuardDeps): Promise<string[] | null> {
  const champion = await readChampion(deps.store);
  return champion && (await readModelThemes(deps.store, champion.id)).map(({ theme }) => theme);
}

/** The champion's themes in groups of cells and windows that do not overlap; null before there is a champion. */
export async function readThemeTallies(
  deps: GuardDeps,
  groups: readonly (readonly Cell[])[],
  { basis, windows }: { readonly basis: Basis; readonly windows: readonly TimeRange[] },
): Promise<ThemeReading | null> {
  const champion = await readChampion(deps.store);
  if (!champion) return null;
  const model = champion.id;
  const themes = await readModelThemes(deps.store, model);
  const cellIds = groups.flatMap((cells) => cells.map(({ id }) => id));
  const byCell = groups.length > 1;
  const groupOf = new Map(groups.flatMap((cells, group) => cells.map(({ id }) => [id, group] as const)));
  // Themes first: an answer that arrives in between is one without a theme.
  const counts = await readThemeCounts(deps.store, { windows, cellIds, model, byCell });
  const totals = await readTotals(deps, { basis, windows, cellIds, model, byCell });
  const drafts = groups.map(() => new Draft(themes, windows.length));
  const draftOf = (cellId: number) => drafts[byCell ? (groupOf.get(cellId) ?? 0) : 0];
  for (const row of counts) draftOf(row.cellId)?.name(row, onBasis(basis, row));
  for (const row of totals) draftOf(row.cellId)?.count(row.window, row);
  return { model, confusion: champion.confusion, groups: drafts.map((draft) => draft.tallies()) };
}

interface Total {
  readonly window: number;
  readonly cellId: number;
  readonly kind: 'surveyed' | 'inferred';
  readonly counts: Counts;
}

/** All answers of the basis, by window. */
async function readTotals(
  deps: GuardDeps,
  query: {
    readonly basis: Basis;
    readonly windows: readonly TimeRange[];
    readonly cellIds: readonly number[];
    readonly model: number;
    readonly byCell: boolean;
  },
): Promise<Total[]> {
  const { basis, windows, cellIds, model, byCell } = query;
  const totals: Total[] = [];
  for (const classes of countedClasses(basis, model))
    for (const [window, { from, until }] of windows.entries()) {
      const kind = classes.kind === 'surveyed' ? 'surveyed' : 'inferred';
      await eachInterval(
        deps.store,
        { edges: [from, until], cellIds, byCell, now: deps.now(), classes },
        (row) => totals.push({ window, cellId: row.cellId, kind, counts: row }),
      );
    }
  return totals;
}

interface Both {
  surveyed: Counts;
  inferred: Counts;
}
const nothing = (): Both => ({ surveyed: ZERO, inferred: ZERO });
const KINDS = ['surveyed', 'inferred'] as const;

/** The tallies of one group while they are read. */
class Draft {
  readonly #themes: readonly { readonly place: number; readonly theme: string }[];
  readonly #all: Both[];
  /** By place, window, and number of named themes. */
  readonly #named = new Map<number, Map<number, Both>[]>();

  constructor(themes: readonly { readonly place: number; readonly theme: string }[], windows: number) {
    this.#themes = themes;
    this.#all = Array.from({ length: windows }, nothing);
    for (const { place } of themes)
      this.#named.set(
        place,
        Array.from({ length: windows }, () => new Map()),
      );
  }

  name({ place, window, named }: { place: number; window: number; named: number }, counts: Both): void {
    const byNamed = this.#named.get(place)?.[window];
    const before = byNamed?.get(named) ?? nothing();
    byNamed?.set(named, {
      surveyed: add(before.surveyed, counts.surveyed),
      inferred: add(before.inferred, counts.inferred),
    });
  }

  count(window: number, { kind, counts }: Pick<Total, 'kind' | 'counts'>): void {
    const all = this.#all[window] as Both;
    all[kind] = add(all[kind], counts);
  }

  tallies(): ThemeTallies {
    const byTheme = new Map<string, readonly Tally[]>();
    for (const { place, theme } of this.#themes)
      byTheme.set(
        theme,
        (this.#named.get(place) ?? []).map((byNamed) =>
          [...byNamed].map(([among, { surveyed, inferred }]) => ({ among, surveyed, inferred })),
        ),
      );
    const rest = this.#all.map((all, window) => this.#unnamed(all, window));
    byTheme.set(NO_THEME, rest);
    return { all: this.#all.map(({ surveyed, inferred }) => wholeTally(surveyed, inferred)), byTheme };
  }

  /** All but those that name a theme; an answer that names several is counted for each of them, divided. */
  #unnamed(all: Both, window: number): Tally {
    const named = nothing();
    for (const windows of this.#named.values())
      for (const [among, counts] of windows[window] ?? [])
        for (const kind of KINDS)
          named[kind] = add(named[kind], {
            promoters: counts[kind].promoters / among,
            passives: counts[kind].passives / among,
            detractors: counts[kind].detractors / among,
          });
    const rest = (kind: (typeof KINDS)[number]): Counts => {
      const { promoters, passives, detractors } = subtract(all[kind], named[kind]);
      return {
        promoters: Math.max(0, Math.round(promoters)),
        passives: Math.max(0, Math.round(passives)),
        detractors: Math.max(0, Math.round(detractors)),
      };
    };
    return wholeTally(rest('surveyed'), rest('inferred'));
  }
}
