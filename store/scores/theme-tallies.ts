import type { Scope } from '../../domain/access/scope.ts';
import { visibleCells } from '../../domain/access/scope.ts';
import { type Portion, type Tally, wholeCounts, wholeTally } from '../../domain/drivers/tally.ts';
import type { Confusion } from '../../domain/models/quantification.ts';
import { add, type Counts, ZERO } from '../../domain/nps/nps.ts';
import type { Basis } from '../../domain/scores/score.ts';
import type { Cell, Segment } from '../../domain/segments/cell.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import type { GuardDeps } from '../disclosure/score-guard.ts';
import { idsOf, readChampion } from '../models/models.ts';
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
  /** By part of the model. */
  readonly confusions: readonly Confusion[];
  /** By index of the group. */
  readonly groups: readonly ThemeTallies[];
}

/**
 * The cells whose themes the caller may read: those whose scores, answers and predictions they may read. Answers by theme are
 * subsets of the answers that a score counts, so callers who receive sums of releases get none of them
 * (docs/guides/small-cells.md).
 */
export function cellsOfThemes(deps: GuardDeps, scope: Scope, segment: Segment): readonly Cell[] {
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
  return champion && namesIn(await readThemesOf(deps, idsOf(champion.parts)));
}

/** The champion's themes in groups of cells and windows that do not overlap; null before there is a champion. */
export async function readThemeTallies(
  deps: GuardDeps,
  groups: readonly (readonly Cell[])[],
  { basis, windows }: { readonly basis: Basis; readonly windows: readonly TimeRange[] },
): Promise<ThemeReading | null> {
  const champion = await readChampion(deps.store);
  if (!champion) return null;
  const models = idsOf(champion.parts);
  const themes = await readThemesOf(deps, models);
  const cellIds = groups.flatMap((cells) => cells.map(({ id }) => id));
  const byCell = groups.length > 1;
  const groupOf = new Map(groups.flatMap((cells, group) => cells.map(({ id }) => [id, group] as const)));
  // Themes first: an answer that arrives in between is one without a theme.
  const counts = await Promise.all(
    models.map((model) => readThemeCounts(deps.store, { windows, cellIds, model, byCell })),
  );
  const totals = await readTotals(deps, { basis, windows, cellIds, models, byCell });
  const drafts = groups.map(() => new Draft(namesIn(themes), windows.length, models.length));
  const draftOf = (cellId: number) => drafts[byCell ? (groupOf.get(cellId) ?? 0) : 0];
  for (const [part, rows] of counts.entries())
    for (const row of rows) {
      const theme = themes[part]?.get(row.place);
      if (theme !== undefined) draftOf(row.cellId)?.name({ ...row, theme, part }, onBasis(basis, row));
    }
  for (const row of totals) draftOf(row.cellId)?.count(row.window, row);
  return {
    model: champion.id,
    confusions: champion.parts.map(({ confusion }) => confusion ?? []),
    groups: drafts.map((draft) => draft.tallies()),
  };
}

/** The themes of each model version, by their place in it. */
type Themes = readonly ReadonlyMap<number, string>[];

function readThemesOf(deps: GuardDeps, models: readonly number[]): Promise<Themes> {
  return Promise.all(
    models.map(
      async (model) =>
        new Map((await readModelThemes(deps.store, model)).map(({ place, theme }) => [place, theme])),
    ),
  );
}

/** Each once, in the order of the first version that has it. */
const namesIn = (themes: Themes): string[] => [...new Set(themes.flatMap((one) => [...one.values()]))];

interface Total {
  readonly window: number;
  readonly cellId: number;
  /** Null: surveyed. */
  readonly part: number | null;
  readonly counts: Counts;
}

/** All answers of the basis, by window. */
async function readTotals(
  deps: GuardDeps,
  query: {
    readonly basis: Basis;
    readonly windows: readonly TimeRange[];
    readonly cellIds: readonly number[];
    readonly models: readonly number[];
    readonly byCell: boolean;
  },
): Promise<Total[]> {
  const { basis, windows, cellIds, models, byCell } = query;
  const totals: Total[] = [];
  for (const classes of countedClasses(basis, models))
    for (const [window, { from, until }] of windows.entries()) {
      const part = classes.kind === 'surveyed' ? null : models.indexOf(classes.model);
      await eachInterval(
        deps.store,
        { edges: [from, until], cellIds, byCell, now: deps.now(), classes },
        (row) => totals.push({ window, cellId: row.cellId, part, counts: row }),
      );
    }
  return totals;
}

interface Both {
  readonly surveyed: Counts;
  readonly inferred: Counts;
}
const NOTHING: Both = { surveyed: ZERO, inferred: ZERO };

/** The tallies of one group while they are read. */
class Draft {
  readonly #themes: readonly string[];
  readonly #surveyed: Counts[];
  /** By window and part. */
  readonly #inferred: Counts[][];
  /** By theme and window; each portion once. */
  readonly #named = new Map<string, Map<string, Portion>[]>();

  constructor(themes: readonly string[], windows: number, parts: number) {
    this.#themes = themes;
    this.#surveyed = Array.from({ length: windows }, () => ZERO);
    this.#inferred = Array.from({ length: windows }, () => Array.from({ length: parts }, () => ZERO));
    for (const theme of themes)
      this.#named.set(
        theme,
        Array.from({ length: windows }, () => new Map()),
      );
  }

  name(
    { theme, window, named: among, part }: { theme: string; window: number; named: number; part: number },
    counts: Both,
  ): void {
    const portions = this.#named.get(theme)?.[window];
    const key = `${part} ${among}`;
    const before = portions?.get(key) ?? NOTHING;
    portions?.set(key, {
      among,
      part,
      surveyed: add(before.surveyed, counts.surveyed),
      inferred: add(before.inferred, counts.inferred),
    });
  }

  count(window: number, { part, counts }: Pick<Total, 'part' | 'counts'>): void {
    const inferred = this.#inferred[window] ?? [];
    if (part === null) this.#surveyed[window] = add(this.#surveyed[window] ?? ZERO, counts);
    else inferred[part] = add(inferred[part] ?? ZERO, counts);
  }

  tallies(): ThemeTallies {
    const byTheme = new Map<string, readonly Tally[]>();
    for (const theme of this.#themes)
      byTheme.set(
        theme,
        (this.#named.get(theme) ?? []).map((portions) => [...portions.values()]),
      );
    const all = this.#surveyed.map((surveyed, window) =>
      wholeTally(surveyed, ...(this.#inferred[window] ?? [])),
    );
    byTheme.set(
      NO_THEME,
      all.map((tally, window) => this.#unnamed(tally, window)),
    );
    return { all, byTheme };
  }

  /** All but those that name a theme; an answer that names several is counted for each of them, divided. */
  #unnamed(all: Tally, window: number): Tally {
    const parts = this.#inferred[window]?.length ?? 0;
    const whole = wholeCounts(all, parts);
    const named = [...this.#named.values()].flatMap((windows) => [...(windows[window]?.values() ?? [])]);
    const left = (counts: Counts, taken: readonly (Counts & { readonly among: number })[]): Counts => {
      const of = (name: keyof Counts) =>
        taken.reduce((sum, one) => sum - one[name] / one.among, counts[name]);
      return {
        promoters: Math.max(0, Math.round(of('promoters'))),
        passives: Math.max(0, Math.round(of('passives'))),
        detractors: Math.max(0, Math.round(of('detractors'))),
      };
    };
    const surveyed = named.map((portion) => ({ ...portion.surveyed, among: portion.among }));
    const inferredBy = (part: number) =>
      named
        .filter((portion) => portion.part === part)
        .map((portion) => ({ ...portion.inferred, among: portion.among }));
    return wholeTally(
      left(whole.surveyed, surveyed),
      ...whole.inferred.map((counts, part) => left(counts, inferredBy(part))),
    );
  }
}
