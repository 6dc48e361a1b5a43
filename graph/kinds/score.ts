import { type Basis, parseScoreId, type ScoreName } from '../../domain/scores/score.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { HOUR_MS, type TimeRange } from '../../domain/time/time-windows.ts';
import { idsOf, readModelParts } from '../../store/models/models.ts';
import type { RollupSelection } from '../lineage-store.ts';
import { edge, oneFurther, type RollupWalk, type Walk } from '../node.ts';
import { contextOf } from './rollup.ts';
import { at, type Found, type LineageRequest, type NodeKind } from './shared/kind.ts';
import { SURVEYED, showsResponses, visibleOf } from './shared/visible-selection.ts';

/** A score, from its id. */
export interface ScoreStart extends TimeRange {
  readonly id: string;
  readonly segment: Segment;
  readonly label: string;
  readonly basis: Basis;
  /** The model version of the inferred part; null if nothing is inferred. */
  readonly model: number | null;
}

/** A score, with the rollups that it is a sum of. */
interface ScoreRow {
  readonly score: ScoreStart;
  readonly selection: RollupSelection;
}

/** A Net Promoter Score: identified by its query, and not stored. */
export const scoreKind: NodeKind<ScoreRow, never> = {
  kind: 'Score',
  tier: 'result',
  prov: 'entity',
  picture: { column: 0, row: 0, names: ['score', 'scores'], single: true },
  // Ids of scores contain a query, not a key: `foundScore`.
  parseKey: () => null,
  find: async () => null,
  node: (_deps, { score }) => ({ id: score.id, kind: 'Score', label: score.label, recordedAt: null }),
  upstream: (request, { row: { score, selection }, node }): Walk => {
    const rollups: RollupWalk = {
      selection,
      range: { from: score.from, until: score.until },
      depths: { rollup: 0, response: 1, event: 2 },
      showsResponses: showsResponses(request),
      known: null,
      start: node.id,
      joined: (rollup) => edge(node.id, 'SUM_OF', rollup),
    };
    return oneFurther({ context: async () => (await contextOf(request, selection)).steps, rollups });
  },
  after: [],
  rollups: (_request, { selection }) => selection,
  impact: null,
  projection: null,
};

/** The score as the start of a walk: every score exists for every caller, as the sum of what they can see. */
export async function foundScore(request: LineageRequest, score: ScoreStart): Promise<Found<ScoreRow>> {
  const { from, until } = score;
  const models = await summedModels(request, score);
  const fromHour = Math.floor(from / HOUR_MS);
  const selection = {
    ...visibleOf(request, models, score.segment),
    fromHour,
    // Without a model version there is nothing to sum.
    untilHour: models.length === 0 ? fromHour : Math.ceil(until / HOUR_MS),
  };
  return at(request, scoreKind, { score, selection });
}

/** Whose rollups the score's lineage is of: the surveyed ones unless it is only inferred. */
async function summedModels({ store }: LineageRequest, { basis, model }: ScoreStart): Promise<number[]> {
  if (basis !== 'INFERRED') return [SURVEYED];
  return model === null ? [] : idsOf(await readModelParts(store, model));
}

/** The score with that key, as the start of a trace. */
export function scoreStartOf(dimensions: readonly Dimension[], id: string, name: ScoreName): ScoreStart {
  const { segment, from, until, basis } = name;
  const places = dimensions.flatMap(({ attribute }) => {
    const values = segment[attribute];
    return values ? [values.join(' or ')] : [];
  });
  const iso = (time: number) => `${new Date(time).toISOString().slice(0, 16)}Z`;
  const label = `NPS ${basis.toLowerCase()} · ${places.join(' · ') || 'everything'} · ${iso(from)} to ${iso(until)}`;
  return { id, segment, from, until, label, basis, model: name.model };
}

/** The score of the id, which every caller has; null for any other id. */
export async function scoreNamed(request: LineageRequest, id: string): Promise<Found<ScoreRow> | null> {
  const name = parseScoreId(id);
  return name && foundScore(request, scoreStartOf(request.dimensions, id, name));
}
