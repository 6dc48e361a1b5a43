import { EVERYTHING } from '../../domain/access/scope.ts';
import { compareModels } from '../../domain/models/model-comparison.ts';
import type { RetrainingPolicy } from '../../domain/models/retraining-policy.ts';
import {
  countLabels,
  newestOrder,
  type TrainingOrder,
  trainedUntil,
} from '../../store/agents/training-orders.ts';
import { unscoped } from '../../store/database/client.ts';
import { idsOf, readModelParts, readRegistry, readReign } from '../../store/models/models.ts';
import { readPaired } from '../../store/monitoring/model-quality.ts';
import { latestReadings } from '../../store/monitoring/model-readings.ts';
import type { ModelMetric } from '../../store/tables/monitoring.ts';
import type { AgentDeps, Observation } from '../loop/agent.ts';
import type { Compared, Inputs } from './decide.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A training uses at most so many labels (scoring/training-job.ts). */
const MOST_LABELS = 20_000;
/** The shadow is looked at again and again, so more certainty is needed than in one comparison. */
const CONFIDENCE = 0.999;
const DRIFT: ReadonlySet<ModelMetric> = new Set([
  'CLASS_MIX',
  'EMBEDDINGS',
  'LENGTH',
  'LANGUAGE',
  'UNKNOWN_WORDS',
]);

const wholeDays = (from: number, to: number) => Math.max(0, Math.floor((to - from) / DAY_MS));

/** The champion with what speaks for training again, and the newest training that was ordered. */
export async function* observe(
  deps: AgentDeps,
  policy: RetrainingPolicy,
): AsyncGenerator<Observation<Inputs>> {
  const { store } = deps;
  const now = deps.now();
  const { champion, since } = await readReign(store);
  if (champion === null || since === null) return;
  const order = await newestOrder(store);
  const trainedAt = (await readRegistry(store)).find(({ id }) => id === champion)?.trainedAt?.getTime() ?? 0;
  const last = Math.max(since.getTime(), trainedAt, order?.model ? order.at.getTime() : 0);
  const until = new Date(Math.floor(now / DAY_MS) * DAY_MS);
  const models = order?.model ? [champion, order.model] : [champion];
  const counted = await countLabels(store, {
    from: (await trainedUntil(store, models)) ?? new Date(0),
    until,
    since: new Date(last),
    most: MOST_LABELS,
  });
  const read = (await latestReadings(store)).filter(
    ({ modelVersionId, until: end }) => modelVersionId === champion && end.getTime() > last,
  );
  const calibration = read.find(
    ({ metric, segment }) => metric === 'ECE' && Object.keys(segment).length === 0,
  );
  yield {
    key: 'champion',
    rule: policy.name,
    inputs: {
      policy,
      champion,
      until: until.toISOString(),
      facts: {
        ...counted,
        days: wholeDays(last, now),
        driftAlarms: read.filter(({ metric, alarm }) => alarm && DRIFT.has(metric)).length,
        calibration: calibration ? { value: calibration.value, n: calibration.n } : null,
      },
      order: order && {
        decision: order.decision,
        hours: Math.max(0, Math.floor((now - order.at.getTime()) / HOUR_MS)),
        model: order.model,
        stage: order.stage,
        shadowDays: order.shadowSince && wholeDays(order.shadowSince.getTime(), now),
        compared: await compare(deps, champion, order),
      },
    },
    cells: 'everything',
    about: models.map((id) => `ModelVersion:${id}`),
  };
}

/** The shadow beside the champion on answers after its training set; null: it is no shadow, or there are too few. */
async function compare(
  { store, cells, now }: AgentDeps,
  champion: number,
  { model, stage, until }: TrainingOrder,
): Promise<Compared | null> {
  if (model === null || stage !== 'SHADOW') return null;
  const reading = unscoped(store, 'the agent compares models over every cell');
  const range = { from: until.getTime(), until: now() };
  const sides = [
    idsOf(await readModelParts(store, champion)),
    idsOf(await readModelParts(store, model)),
  ] as const;
  const paired = await readPaired({ store: reading, cells, now }, EVERYTHING, sides, {}, range);
  const figures = paired && compareModels(paired.readings, CONFIDENCE, paired.showsParts);
  if (!figures) return null;
  const { n, difference, low, high, parts } = figures;
  return {
    ...{ n, difference, low, high },
    parts: (parts ?? []).map((part) => ({
      ...{ champion: part.champion, challenger: part.challenger },
      ...{ n: part.n, difference: part.difference, low: part.low, high: part.high },
    })),
  };
}
