import { mayBeProtected, type Scope, visibleCells } from '../../domain/access/scope.ts';
import { type MixChange, mixChange } from '../../domain/drift/drift.ts';
import { type InputChange, inputChanges } from '../../domain/drift/input-drift.ts';
import type { Judged } from '../../domain/models/classification.ts';
import { byPart, type PairedReading } from '../../domain/models/model-comparison.ts';
import { add, type Counts, ZERO } from '../../domain/nps/nps.ts';
import { isSuppressed } from '../../domain/scores/score.ts';
import type { CellDictionary, Segment } from '../../domain/segments/cell.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import type { ScopedSession } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { countIntervals } from '../scores/rollups.ts';
import { type AbstentionCount, countAbstentions } from './abstentions.ts';
import { readInputProfiles } from './model-readings.ts';

/** A model version's quality on the responses of a period that have a surveyed class too. */
export interface ModelFacts {
  /** Predictions beside the surveyed class; null when too few may be shown to this caller. */
  readonly judged: readonly Judged[] | null;
  /** How many scored responses the model has no prediction for. */
  readonly scored: number;
  readonly abstained: number;
  /** The same by reason; null when too few of one may be shown. */
  readonly abstentions: readonly AbstentionCount[] | null;
  /** The mix of predicted classes compared with the equally long period before. */
  readonly mix: MixChange | null;
  /** The texts compared with the equally long period before; empty when too few may be shown. */
  readonly inputs: readonly InputChange[];
  /** False when there were more than are judged: then the newest are. */
  readonly complete: boolean;
}

export interface QualityDeps {
  readonly store: ScopedSession;
  readonly cells: CellDictionary;
  readonly now: () => number;
}

const MOST_JUDGED = 50_000;
const CONFIDENCE = 0.95;

const WEEK = (of: string) => `floor(extract(epoch FROM ${of}.answered_at) / 604800)::integer AS week`;
const JUDGED = statement(
  'quality_judged',
  `SELECT r.class AS label, p.detractor, p.passive, p.promoter, ${WEEK('p')}
    FROM prediction p JOIN response r ON r.id = p.response_id AND r.answered_at = p.answered_at
    WHERE p.model_version_id = $1 AND p.answered_at >= $2 AND p.answered_at < $3 AND r.answered_at >= $2 AND r.answered_at < $3
      AND p.cell_id = ANY ($4::integer[]) AND p.class IS NOT NULL AND r.class IS NOT NULL
    ORDER BY p.answered_at DESC LIMIT $5`,
);
/**
 * With what one side abstained from: its probabilities are scored, not its calls, and without those answers a model would be judged on
 * what it finds easy, and one that abstains from most would have too few to be replaced.
 */
const PAIRED = statement(
  'quality_paired',
  `SELECT r.class AS label, a.detractor AS a0, a.passive AS a1, a.promoter AS a2, b.detractor AS b0, b.passive AS b1,
      b.promoter AS b2, a.model_version_id AS champion, b.model_version_id AS challenger, ${WEEK('a')}
    FROM prediction a JOIN prediction b ON b.response_id = a.response_id AND b.answered_at = a.answered_at
        AND b.model_version_id = ANY ($6::integer[])
      JOIN response r ON r.id = a.response_id AND r.answered_at = a.answered_at
    WHERE a.model_version_id = ANY ($1::integer[]) AND a.answered_at >= $2 AND a.answered_at < $3 AND b.answered_at >= $2 AND b.answered_at < $3
      AND r.answered_at >= $2 AND r.answered_at < $3 AND a.cell_id = ANY ($4::integer[]) AND r.class IS NOT NULL
    ORDER BY a.answered_at DESC LIMIT $5`,
);
const SCORED = statement(
  'quality_scored',
  `SELECT count(*)::float8 AS scored, (count(*) FILTER (WHERE abstained IS NOT NULL))::float8 AS abstained
    FROM prediction WHERE model_version_id = $1 AND answered_at >= $2 AND answered_at < $3 AND cell_id = ANY ($4::integer[])`,
);

/**
 * Reads what the caller may see of it: predictions, and the surveyed scores that they are judged by.
 * `languages`: those that the model reads.
 */
export async function readModelFacts(
  deps: QualityDeps,
  scope: Scope,
  modelVersionId: number,
  segment: Segment,
  range: TimeRange,
  languages: readonly string[],
): Promise<ModelFacts> {
  const cells = visibleCells(scope, ['readPrediction', 'readScore'], deps.cells, segment);
  const cellIds = cells.map(({ id }) => id);
  const bounds = [new Date(range.from), new Date(range.until)];
  const earlier = { from: range.from - (range.until - range.from), until: range.from };
  const [rows, [counted], mix, before, now, abstentions] = await Promise.all([
    deps.store.rows<{ label: number; detractor: number; passive: number; promoter: number; week: number }>(
      JUDGED,
      [modelVersionId, ...bounds, cellIds, MOST_JUDGED + 1],
    ),
    deps.store.rows<{ scored: number; abstained: number }>(SCORED, [modelVersionId, ...bounds, cellIds]),
    readMixes(deps, modelVersionId, cellIds, range),
    readInputProfiles(deps.store, modelVersionId, cellIds, earlier),
    readInputProfiles(deps.store, modelVersionId, cellIds, range),
    countAbstentions(deps.store, modelVersionId, cellIds, range),
  ]);
  const hidden = (n: number) => isSuppressed(scope, cells, n);
  const { scored = 0, abstained = 0 } = counted ?? {};
  const judged = rows.slice(0, MOST_JUDGED).map(({ label, week: _, ...p }) => ({
    label,
    probabilities: [p.detractor, p.passive, p.promoter].map((millionths) => millionths / 1_000_000),
  }));
  const shown = weeksMayBeReleased(scope, rows) && ![rows.length, scored, abstained].some(hidden);
  const mixShown =
    shown && !mix.some((counts) => hidden(counts.promoters + counts.passives + counts.detractors));
  const inputs = inputChanges(before, now, languages);
  const inputsShown = mixShown && !inputs.some(({ n, referenceN }) => hidden(n) || hidden(referenceN));
  return {
    inputs: inputsShown ? inputs : [],
    judged: shown ? judged : null,
    scored: shown ? scored : 0,
    abstained: shown ? abstained : 0,
    abstentions: shown && !abstentions.some(({ n }) => hidden(n)) ? abstentions : null,
    mix: mixShown ? mixChange(...mix, CONFIDENCE) : null,
    complete: rows.length <= MOST_JUDGED,
  };
}

/** Two sides on the same responses: all that reads under the name of a model version. */
export interface Paired {
  readonly readings: readonly PairedReading[];
  /** Whether this caller may see which version of each side read how many of them. */
  readonly showsParts: boolean;
}

/** The versions that read on each side, on the same responses; null when too few may be shown to this caller. */
export async function readPaired(
  deps: QualityDeps,
  scope: Scope,
  [champion, challenger]: readonly [readonly number[], readonly number[]],
  segment: Segment,
  range: TimeRange,
): Promise<Paired | null> {
  const cells = visibleCells(scope, ['readPrediction', 'readScore'], deps.cells, segment);
  const rows = await deps.store.rows<PairedRow>(PAIRED, [
    champion,
    new Date(range.from),
    new Date(range.until),
    cells.map(({ id }) => id),
    MOST_JUDGED,
    challenger,
  ]);
  const mayShow = (some: readonly { readonly week: number }[]) =>
    !isSuppressed(scope, cells, some.length) && weeksMayBeReleased(scope, some);
  if (!mayShow(rows)) return null;
  const share = (...millionths: number[]) => millionths.map((one) => one / 1_000_000);
  const readings = rows.map(({ label, a0, a1, a2, b0, b1, b2, week, ...by }) => ({
    label,
    champion: share(a0, a1, a2),
    challenger: share(b0, b1, b2),
    by,
    week,
  }));
  return { readings, showsParts: byPart(readings).every(mayShow) };
}

type PairedRow = Record<
  'label' | 'a0' | 'a1' | 'a2' | 'b0' | 'b1' | 'b2' | 'champion' | 'challenger' | 'week',
  number
>;

/**
 * Callers without the right to read the responses get no week with few of them: two periods that differ by that
 * week would reveal those.
 */
function weeksMayBeReleased(scope: Scope, rows: readonly { readonly week: number }[]): boolean {
  if (!mayBeProtected(scope, 'readPrediction', ['inferred'])) return true;
  const weeks = new Map<number, number>();
  for (const { week } of rows) weeks.set(week, (weeks.get(week) ?? 0) + 1);
  return [...weeks.values()].every((n) => n >= scope.smallestCount);
}

async function readMixes(
  { store, now }: QualityDeps,
  model: number,
  cellIds: readonly number[],
  { from, until }: TimeRange,
): Promise<[Counts, Counts]> {
  const edges = [from - (until - from), from, until];
  const classes = { kind: 'inferred', model } as const;
  const mixes: [Counts, Counts] = [ZERO, ZERO];
  for (const row of await countIntervals(store, { edges, cellIds, byCell: false, now: now(), classes })) {
    const place = row.interval === 0 ? 0 : 1;
    mixes[place] = add(mixes[place], row);
  }
  return mixes;
}
