import { createHash } from 'node:crypto';
import { EVERYTHING } from '../domain/access/scope.ts';
import { mixChange } from '../domain/drift/drift.ts';
import { adjustedForFalseDiscovery } from '../domain/drift/false-discovery.ts';
import { inputChanges } from '../domain/drift/input-drift.ts';
import type { TwoSampleTest } from '../domain/drift/same-mix.ts';
import { permutationsFor } from '../domain/drift/two-sample.ts';
import { type Judged, judge, rankedScore } from '../domain/models/classification.ts';
import { criticalValue } from '../domain/nps/interval.ts';
import { add, type Counts, total, ZERO } from '../domain/nps/nps.ts';
import type { Cell, CellDictionary, Segment } from '../domain/segments/cell.ts';
import { twoSidedP } from '../domain/statistics/normal.ts';
import { mapInSlices } from '../domain/text/slices.ts';
import type { TimeRange } from '../domain/time/time-windows.ts';
import type { OwnerSession } from '../store/database/client.ts';
import { unscoped } from '../store/database/client.ts';
import type { SubjectEncryption } from '../store/encryption/subject-encryption.ts';
import { readScorable } from '../store/models/predictions.ts';
import { countAbstentions } from '../store/monitoring/abstentions.ts';
import { readModelFacts } from '../store/monitoring/model-quality.ts';
import { type Reading, readInputProfiles, sampleScored } from '../store/monitoring/model-readings.ts';
import { countIntervals } from '../store/scores/rollups.ts';
import type { EncoderPool } from './encoder-pool.ts';
import type { MmdRequest } from './mmd-worker.ts';
import type { Model } from './model.ts';
import { preparedFor } from './preparation.ts';
import { runInThread } from './thread.ts';

export interface ReadingDeps {
  readonly store: OwnerSession;
  readonly encryption: SubjectEncryption;
  readonly cells: CellDictionary;
  /** The encoder of the model version. */
  readonly pool: EncoderPool;
  readonly now: () => number;
}

const DAY_MS = 86_400_000;
/** The last week against the four weeks before it: both hold whole weeks, so weekdays do not look like drift. */
const WINDOW_MS = 7 * DAY_MS;
const REFERENCE_MS = 28 * DAY_MS;
/** With fewer responses on a side there is no reading. */
const FEWEST = 50;
const MOST_SEGMENTS = 200;
/** Embeddings per side: two such samples are encoded in about a second. */
const SAMPLE = 250;
const CONFIDENCE = 0.95;
/** The share of alarms at one time that may be false. */
const FALSE_DISCOVERIES = 0.05;

type Draft = Omit<
  Reading,
  'modelVersionId' | 'from' | 'until' | 'referenceFrom' | 'adjustedPValue' | 'alarm'
>;

/**
 * All readings of a model version for the week that ends at `until`, drift tests adjusted for their number
 * together. Figures with too few responses are absent.
 */
export async function takeReadings(
  deps: ReadingDeps,
  modelVersionId: number,
  model: Model,
  until: number,
): Promise<Reading[]> {
  const window = { from: until - WINDOW_MS, until };
  const reference = { from: window.from - REFERENCE_MS, until: window.from };
  const ask = { deps, modelVersionId, model, window, reference, cells: deps.cells.all() };
  const isTested = ({ pValue }: Draft) => pValue !== null;
  const counted = [
    ...(await qualityReadings(ask)),
    ...(await mixReadings(ask)),
    ...(await inputReadings(ask)),
  ];
  const permutations = permutationsFor(counted.filter(isTested).length + 1, FALSE_DISCOVERIES);
  const drafts = [...counted, ...(await embeddingReading(ask, permutations))];
  const tested = drafts.filter(isTested);
  const adjusted = adjustedForFalseDiscovery(tested.map(({ pValue }) => pValue ?? 1));
  return drafts.map((draft) => {
    const place = tested.indexOf(draft);
    const adjustedPValue = place < 0 ? null : (adjusted[place] ?? null);
    // An improvement is not an alarm.
    const worse = draft.metric !== 'RANKED_PROBABILITY_SCORE' || draft.value > (draft.reference ?? 0);
    return {
      ...draft,
      modelVersionId,
      from: new Date(window.from),
      until: new Date(window.until),
      referenceFrom: new Date(reference.from),
      adjustedPValue,
      alarm: worse && adjustedPValue !== null && adjustedPValue <= FALSE_DISCOVERIES,
    };
  });
}

interface Ask {
  readonly deps: ReadingDeps;
  readonly modelVersionId: number;
  readonly model: Model;
  readonly window: TimeRange;
  readonly reference: TimeRange;
  readonly cells: readonly Cell[];
}

/**
 * On responses that have a surveyed class too. Only the ranked probability score is tested: one question, one
 * test.
 */
async function qualityReadings({ deps, modelVersionId, model, window, reference }: Ask): Promise<Draft[]> {
  const store = unscoped(deps.store, 'the monitor reads of every cell');
  const facts = { store, cells: deps.cells, now: deps.now };
  const read = async (range: TimeRange) =>
    (await readModelFacts(facts, EVERYTHING, modelVersionId, {}, range, model.artefact.languages)).judged ??
    [];
  const [now, before] = [await read(window), await read(reference)];
  if (now.length < FEWEST) return [];
  const report = judge(now);
  const past = before.length >= FEWEST ? judge(before) : null;
  const sizes = { segment: {}, n: now.length, referenceN: before.length };
  const plain = (metric: Draft['metric'], pick: (of: typeof report) => number): Draft => ({
    ...sizes,
    metric,
    value: pick(report),
    reference: past && pick(past),
    low: null,
    high: null,
    pValue: null,
    detail: {},
  });
  return [
    plain('ACCURACY', ({ accuracy }) => accuracy),
    plain('BRIER', ({ brier }) => brier),
    { ...plain('ECE', ({ ece }) => ece), detail: { confusion: report.confusion } },
    {
      ...plain('RANKED_PROBABILITY_SCORE', (of) => of.rankedProbabilityScore),
      ...(past ? meansCompared(rankedScores(before), rankedScores(now)) : {}),
    },
  ];
}

const rankedScores = (examples: readonly Judged[]) =>
  examples.map(({ probabilities, label }) => rankedScore(probabilities, label));

/** Welch's comparison of two means, b - a, with the normal distribution: both sides are large. */
function meansCompared(a: readonly number[], b: readonly number[]) {
  const [first, second] = [meanAndVariance(a), meanAndVariance(b)];
  const difference = second.mean - first.mean;
  const error = Math.sqrt(first.variance / a.length + second.variance / b.length);
  const reach = criticalValue(CONFIDENCE) * error;
  return {
    low: difference - reach,
    high: difference + reach,
    pValue: error > 0 ? twoSidedP(difference / error) : null,
  };
}

function meanAndVariance(values: readonly number[]) {
  const mean = values.reduce((x, y) => x + y, 0) / values.length;
  return { mean, variance: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1) };
}

/** The mix of predicted classes, of everything and of each value of each dimension. */
async function mixReadings({ deps, modelVersionId, window, reference, cells }: Ask): Promise<Draft[]> {
  const rows = await countIntervals(deps.store, {
    edges: [reference.from, window.from, window.until],
    cellIds: cells.map(({ id }) => id),
    byCell: true,
    now: deps.now(),
    classes: { kind: 'inferred', model: modelVersionId },
  });
  const byCell = new Map<number, [Counts, Counts]>();
  for (const row of rows) {
    const pair = byCell.get(row.cellId) ?? [ZERO, ZERO];
    const side = row.interval === 0 ? 0 : 1;
    pair[side] = add(pair[side], row);
    byCell.set(row.cellId, pair);
  }
  return segmentsOf(cells).flatMap(({ segment, members }) => {
    const [before, now] = members.reduce<[Counts, Counts]>(
      ([a, b], { id }) => {
        const [x, y] = byCell.get(id) ?? [ZERO, ZERO];
        return [add(a, x), add(b, y)];
      },
      [ZERO, ZERO],
    );
    const change = mixChange(before, now, CONFIDENCE);
    if (!change || total(before) < FEWEST || total(now) < FEWEST) return [];
    const { shift, low, high, pValue, psi, psiNull95, chiSquared } = change;
    const score = ({ promoters, detractors, ...rest }: Counts) =>
      (100 * (promoters - detractors)) / total({ promoters, detractors, ...rest });
    return [
      {
        metric: 'CLASS_MIX' as const,
        segment,
        n: total(now),
        referenceN: total(before),
        value: score(now),
        reference: score(before),
        low,
        high,
        pValue,
        detail: { chiSquared, shift, psi, psiNull95 },
      },
    ];
  });
}

/** Everything, then each value of each dimension, the values with the most cells first. */
function segmentsOf(cells: readonly Cell[]): { segment: Segment; members: readonly Cell[] }[] {
  const byValue = new Map<string, { segment: Segment; members: Cell[] }>();
  for (const cell of cells) {
    for (const [attribute, value] of Object.entries(cell.attributes)) {
      const key = JSON.stringify([attribute, value]);
      const found = byValue.get(key) ?? { segment: { [attribute]: [value] }, members: [] };
      found.members.push(cell);
      byValue.set(key, found);
    }
  }
  const values = [...byValue.values()].sort((a, b) => b.members.length - a.members.length);
  return [{ segment: {}, members: cells }, ...values.slice(0, MOST_SEGMENTS)];
}

async function inputReadings({
  deps,
  modelVersionId,
  model,
  window,
  reference,
  cells,
}: Ask): Promise<Draft[]> {
  const ids = cells.map(({ id }) => id);
  const read = (range: TimeRange) => readInputProfiles(deps.store, modelVersionId, ids, range);
  const [before, now] = [await read(reference), await read(window)];
  const abstentions = await countAbstentions(deps.store, modelVersionId, ids, window);
  const reasons = Object.fromEntries(abstentions.map(({ reason, n }) => [reason ?? 'OTHER', n]));
  return inputChanges(before, now, model.artefact.languages)
    .filter(({ n, referenceN }) => n >= FEWEST && referenceN >= FEWEST)
    .map(({ test, ...change }) => ({
      ...change,
      pValue: test?.pValue ?? null,
      segment: {},
      low: null,
      high: null,
      detail: {
        ...(test ? { statistic: test.statistic } : {}),
        ...(change.metric === 'ABSTENTION' ? { reasons } : {}),
      },
    }));
}

/** Texts are encoded again for this: embeddings of people's words are not stored. */
async function embeddingReading(
  { deps, model, modelVersionId, window, reference, cells }: Ask,
  permutations: number,
): Promise<Draft[]> {
  const ids = cells.map(({ id }) => id);
  const embeddings = async (range: TimeRange) => {
    const sample = await sampleScored(deps.store, modelVersionId, ids, range, SAMPLE);
    const texts = await mapInSlices(
      await readScorable(deps, sample),
      ({ comment }) => preparedFor(model, { text: comment, attributes: {} }).text,
    );
    return (await deps.pool.encode(texts)).map(({ embedding }) => embedding);
  };
  const [before, now] = [await embeddings(reference), await embeddings(window)];
  if (before.length < FEWEST || now.length < FEWEST) return [];
  const seed = createHash('sha256').update(`${modelVersionId} ${window.until}`).digest().readUInt32LE();
  const test = await runInThread<TwoSampleTest>(new URL('./mmd-worker.ts', import.meta.url), {
    before,
    now,
    permutations,
    seed,
  } satisfies MmdRequest);
  return [
    {
      metric: 'EMBEDDINGS',
      segment: {},
      n: now.length,
      referenceN: before.length,
      value: test.statistic,
      reference: null,
      low: null,
      high: null,
      pValue: test.pValue,
      detail: { permutations },
    },
  ];
}
