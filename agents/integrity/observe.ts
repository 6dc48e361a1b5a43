import { EVERYTHING } from '../../domain/access/scope.ts';
import { parseRollupKey, type RollupKey, rollupId } from '../../domain/lineage/lineage.ts';
import { parseScoreId, type ScoreName, scoreId } from '../../domain/scores/score.ts';
import { randomFrom } from '../../domain/statistics/random.ts';
import { DAY_MS, HOUR_MS } from '../../domain/time/time-windows.ts';
import { compareStores } from '../../graph/compare-stores.ts';
import type { LineageStore } from '../../graph/lineage-store.ts';
import { createRecordLineage } from '../../graph/record/record-lineage.ts';
import type { SealSettings } from '../../proof/seal-options.ts';
import { verifyScore } from '../../proof/verify.ts';
import type { AgentStateRow } from '../../store/agents/agent-states.ts';
import { unscoped } from '../../store/database/client.ts';
import { readPlaced } from '../../store/seals/log-pages.ts';
import { readLastCheckpoint } from '../../store/seals/seals.ts';
import { lastAlertOf } from '../alerting/carry-out.ts';
import { type Episode, openOf } from '../alerting/episode.ts';
import type { AgentDeps, Observation } from '../loop/agent.ts';
import { AGENT, type CheckedScore, type GraphInputs, type Inputs, type SealsInputs } from './inputs.ts';

/** What the integrity agent needs beside the database. */
export interface IntegrityParts {
  readonly seals: SealSettings;
  /** The lineage graph without its fallback; null: lineage comes from the database itself. */
  readonly projected: LineageStore | null;
  /** Whether an error says that the graph cannot be reached now. */
  readonly isAway: (error: unknown) => boolean;
  /** In [0, 1): draws the seed of each sample. */
  readonly random: () => number;
}

/** Sealed rollups that are verified each day. */
const SAMPLE = 20;

/** The places in the log that a seed draws out of the first `size`. */
export function drawnPlaces(seed: number, size: number): number[] {
  const random = randomFrom(seed);
  const places = new Set<number>();
  while (places.size < Math.min(SAMPLE, size)) places.add(Math.floor(random() * size));
  return [...places].sort((a, b) => a - b);
}

/**
 * A sample of sealed scores, and of the graph, once a day; what an open alert is about is looked at every time, so that it is resolved
 * by a proof.
 */
export async function* observe(
  parts: IntegrityParts,
  deps: AgentDeps,
  known: ReadonlyMap<string, AgentStateRow>,
): AsyncGenerator<Observation<Inputs>> {
  const day = Math.floor(deps.now() / DAY_MS);
  const seals = await observeSeals(parts, deps, known.get('seals'), day);
  if (seals) yield seals;
  const { projected } = parts;
  const graph = projected && (await observeGraph({ ...parts, projected }, deps, known.get('graph'), day));
  if (graph) yield graph;
}

async function lookOf(deps: AgentDeps, key: string, state: AgentStateRow | undefined, day: number) {
  const last = await lastAlertOf(deps.store, AGENT, key);
  const open = openOf(last);
  if (state?.position === day && !open) return null;
  const before = (state?.state ?? null) as Episode | null;
  return { at: new Date(deps.now()).toISOString(), before, last, suspects: open?.evidence ?? [] };
}

/** The rollups that the seed draws, of those that still have a cell. */
async function drawRollups(deps: AgentDeps, random: () => number) {
  const size = (await readLastCheckpoint(deps.store))?.size ?? 0;
  const seed = Math.floor(random() * 2 ** 32);
  const rollups: RollupKey[] = [];
  for (const place of drawnPlaces(seed, size)) {
    const placed = await readPlaced(deps.store, place);
    if (placed && deps.cells.byKey(placed.cell)) rollups.push(placed);
  }
  return { seed, size, rollups };
}

async function observeSeals(
  { seals, random }: IntegrityParts,
  deps: AgentDeps,
  state: AgentStateRow | undefined,
  day: number,
): Promise<Observation<SealsInputs> | null> {
  const look = await lookOf(deps, 'seals', state, day);
  if (!look) return null;
  const { suspects, ...asked } = look;
  const { seed, size, rollups } = await drawRollups(deps, random);
  const closed = deps.now() - 2 * seals.sealAfter;
  const drawn = rollups.map((rollup) => scoreId(scoreAround(deps, rollup, closed)));
  const ids = [...new Set([...suspects.filter((id) => parseScoreId(id) !== null), ...drawn])];
  const checked: CheckedScore[] = [];
  for (const id of ids) {
    const name = parseScoreId(id);
    if (name) checked.push(await check(seals, deps, id, name));
  }
  return {
    key: 'seals',
    inputs: { what: 'seals', ...asked, seed, size, checked },
    cells: 'everything',
    about: ids,
    position: day,
  };
}

/** The score of the rollup's cell over its day, or over its hour while the day may not be sealed. */
function scoreAround({ cells }: AgentDeps, { hour, cell, model }: RollupKey, closed: number): ScoreName {
  const attributes = cells.byKey(cell)?.attributes ?? {};
  const segment = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, [value]]));
  const day = Math.floor((hour * HOUR_MS) / DAY_MS) * DAY_MS;
  const window =
    day + DAY_MS <= closed
      ? { from: day, until: day + DAY_MS }
      : { from: hour * HOUR_MS, until: (hour + 1) * HOUR_MS };
  const basis = model === 0 ? 'SURVEYED' : 'INFERRED';
  return { segment, ...window, basis, confidence: 0.95, model: model === 0 ? null : model };
}

async function check(
  seals: SealSettings,
  { store, cells, now }: AgentDeps,
  id: string,
  name: ScoreName,
): Promise<CheckedScore> {
  const found = await verifyScore({ ...seals, store, cells, now }, EVERYTHING, name);
  const { verdict, offender, stated, recomputed, responses, rollups, steps } = found;
  const failed = steps.find(({ passed }) => passed === false)?.check ?? null;
  return { id, verdict, offender, failed, stated, recomputed, responses, rollups };
}

async function observeGraph(
  { projected, isAway, random }: IntegrityParts & { readonly projected: LineageStore },
  deps: AgentDeps,
  state: AgentStateRow | undefined,
  day: number,
): Promise<Observation<GraphInputs> | null> {
  const look = await lookOf(deps, 'graph', state, day);
  if (!look) return null;
  const { suspects, ...given } = look;
  const { seed, size, rollups } = await drawRollups(deps, random);
  const record = createRecordLineage(unscoped(deps.store, 'the integrity agent compares every cell'));
  const again = suspects.flatMap((id) => parseRollupKey(id.slice(id.indexOf(':') + 1)) ?? []);
  const asked = [...new Map([...again, ...rollups].map((rollup) => [rollupId(rollup), rollup])).values()];
  const compare = async () => ((await projected.lag()) > 0 ? null : compareStores(projected, record, asked));
  const twice = async () => {
    const first = await compare();
    // An answer that arrived between the two reads is no difference: what differs is read again.
    return first?.some(({ differs }) => differs) ? compare() : first;
  };
  const compared = await twice().catch((error: unknown) => {
    if (isAway(error)) return null;
    throw error;
  });
  return {
    key: 'graph',
    inputs: { what: 'graph', ...given, seed, size, compared },
    cells: 'everything',
    about: (compared ?? []).map(({ rollup }) => rollup),
    position: day,
  };
}
