import { EVERYTHING } from '../../domain/access/scope.ts';
import { compareModels } from '../../domain/models/model-comparison.ts';
import type { RetrainingPolicy } from '../../domain/models/retraining-policy.ts';
import {
  countLabels,
  newestOrders,
  type TrainingOrder,
  trainedUntil,
} from '../../store/agents/training-orders.ts';
import { unscoped } from '../../store/database/client.ts';
import {
  idsOf,
  predictTheSame,
  readChampion,
  readModelParts,
  readPartsSince,
  readRegistry,
} from '../../store/models/models.ts';
import { readPaired } from '../../store/monitoring/model-quality.ts';
import { latestReadings } from '../../store/monitoring/model-readings.ts';
import type { ModelMetric } from '../../store/tables/monitoring.ts';
import type { AgentDeps, Observation } from '../loop/agent.ts';
import type { Compared, Inputs, Order } from './decide.ts';

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
/** What is trained again by itself, and the key under which it is watched. */
const PARTS = ['champion', 'companion'] as const;

const wholeDays = (from: number, to: number) => Math.max(0, Math.floor((to - from) / DAY_MS));

/** The champion, then its companion, each with what speaks for training it again, and the newest trainings that were ordered. */
export async function* observe(
  deps: AgentDeps,
  policy: RetrainingPolicy,
): AsyncGenerator<Observation<Inputs>> {
  for (const part of PARTS) {
    // What was decided about the first may have ordered a training.
    const observed = await observePart(deps, policy, part);
    if (observed) yield observed;
  }
}

async function observePart(
  deps: AgentDeps,
  policy: RetrainingPolicy,
  key: (typeof PARTS)[number],
): Promise<Observation<Inputs> | null> {
  const { store } = deps;
  const [champion, companion] = idsOf((await readChampion(store))?.parts ?? []);
  const part = key === 'champion' ? champion : companion;
  if (champion === undefined || part === undefined) return null;
  const orders = await newestOrders(store);
  const ofPart = (order: TrainingOrder) => (order.companion === null) === (key === 'champion');
  const own = orders.find(ofPart);
  const other = orders.find((order) => !ofPart(order));
  const reign = { champion, companion: companion ?? null };
  const order = own ? await orderOf(deps, reign, own) : null;
  return {
    key,
    rule: policy.name,
    inputs: {
      policy,
      champion,
      part,
      ...(await factsOf(deps, {
        key,
        part,
        readsAll: companion === undefined,
        own,
        trained: order?.trained,
      })),
      order,
      other: other ? await orderOf(deps, reign, other) : null,
    },
    cells: 'everything',
    about: [...new Set([champion, part, order?.model, order?.trained])].flatMap((id) =>
      id ? [`ModelVersion:${id}`] : [],
    ),
  };
}

/** What speaks for a training of the part, and the end of what it would learn from. */
async function factsOf(
  deps: AgentDeps,
  given: {
    readonly key: (typeof PARTS)[number];
    readonly part: number;
    readonly readsAll: boolean;
    readonly own: TrainingOrder | undefined;
    readonly trained: number | null | undefined;
  },
): Promise<Pick<Inputs, 'until' | 'facts'>> {
  const { store } = deps;
  const { part, own, trained } = given;
  const now = deps.now();
  const since = (await readPartsSince(store))[given.key]?.getTime() ?? 0;
  const trainedAt = (await readRegistry(store)).find(({ id }) => id === part)?.trainedAt?.getTime() ?? 0;
  const last = Math.max(since, trainedAt, own?.model ? own.at.getTime() : 0);
  const until = new Date(Math.floor(now / DAY_MS) * DAY_MS);
  const counted = await countLabels(store, {
    from: (await trainedUntil(store, trained ? [part, trained] : [part])) ?? new Date(0),
    until,
    since: new Date(last),
    most: MOST_LABELS,
    readBy: given.readsAll ? null : part,
  });
  const read = (await latestReadings(store)).filter(
    ({ modelVersionId, until: end }) => modelVersionId === part && end.getTime() > last,
  );
  const calibration = read.find(
    ({ metric, segment }) => metric === 'ECE' && Object.keys(segment).length === 0,
  );
  return {
    until: until.toISOString(),
    facts: {
      ...counted,
      days: wholeDays(last, now),
      driftAlarms: read.filter(({ metric, alarm }) => alarm && DRIFT.has(metric)).length,
      calibration: calibration ? { value: calibration.value, n: calibration.n } : null,
    },
  };
}

/** The versions that read for the champion now. */
interface Reign {
  readonly champion: number;
  readonly companion: number | null;
}

async function orderOf(deps: AgentDeps, reign: Reign, order: TrainingOrder): Promise<Order> {
  const { decision, model, modelCompanion, stage, at, shadowSince } = order;
  const now = deps.now();
  const trained = order.companion === null ? model : modelCompanion;
  return {
    decision,
    hours: Math.max(0, Math.floor((now - at.getTime()) / HOUR_MS)),
    model,
    trained,
    stage,
    shadowDays: shadowSince && wholeDays(shadowSince.getTime(), now),
    keepsOther: await keepsOther(deps, reign, order),
    compared: model !== null && stage === 'SHADOW' ? await compare(deps, reign, order, trained) : null,
  };
}

/**
 * Whether the model would leave the other part as it is: a champion has the companion that it had, a companion reads beside the
 * same heads. One without a companion takes the place of both parts only where it reads the languages of both.
 */
async function keepsOther(
  { store }: AgentDeps,
  reign: Reign,
  { companion, model, modelCompanion }: TrainingOrder,
): Promise<boolean> {
  if (model === null) return true;
  if (companion !== null) return predictTheSame(store, model, reign.champion);
  if (modelCompanion === reign.companion) return true;
  if (modelCompanion !== null) return false;
  const registry = await readRegistry(store);
  const languagesOf = (id: number | null) => registry.find((one) => one.id === id)?.languages ?? [];
  return languagesOf(reign.companion).every((language) => languagesOf(model).includes(language));
}

/** The shadow beside the champion on answers after its training set that the trained version reads; null: there are too few. */
async function compare(
  { store, cells, now }: AgentDeps,
  { champion }: Reign,
  { model, until }: TrainingOrder,
  trained: number | null,
): Promise<Compared | null> {
  const reading = unscoped(store, 'the agent compares models over every cell');
  const range = { from: until.getTime(), until: now() };
  const sides = [
    idsOf(await readModelParts(store, champion)),
    idsOf(await readModelParts(store, model ?? 0)),
  ] as const;
  const paired = await readPaired({ store: reading, cells, now }, EVERYTHING, sides, {}, range);
  if (!paired) return null;
  const readings = paired.readings.filter(({ by }) => by.challenger === trained);
  const figures = compareModels(readings, CONFIDENCE, paired.showsParts);
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
