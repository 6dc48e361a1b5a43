import type { AgentStateRow } from '../../store/agents/agent-states.ts';
import { isInUse, readRegistry, stageInUse } from '../../store/models/models.ts';
import { latestReadings, type Reading } from '../../store/monitoring/model-readings.ts';
import { lastAlertOf } from '../alerting/carry-out.ts';
import { type Episode, openOf } from '../alerting/episode.ts';
import type { AgentDeps, Observation } from '../loop/agent.ts';
import type { Inputs, ReadFigure } from './decide.ts';

export const AGENT = 'model-monitor';

/** A figure of a reading, as an input of a decision. */
export function figureOf({ metric, segment, value, reference, adjustedPValue, n }: Reading): ReadFigure {
  return {
    metric,
    segment: segment as ReadFigure['segment'],
    value,
    reference,
    adjustedPValue,
    n,
  };
}

/** Each model with new readings, and models with an open alert that are no longer in use. */
export async function* observe(
  { store }: AgentDeps,
  known: ReadonlyMap<string, AgentStateRow>,
): AsyncGenerator<Observation<Inputs>> {
  const readings = await latestReadings(store);
  for (const registered of await readRegistry(store)) {
    const model = registered.id;
    const stage = stageInUse(registered);
    const own = readings.filter(({ modelVersionId }) => modelVersionId === model);
    const until = own[0]?.until.getTime();
    if (until === undefined) continue;
    const key = `model ${model}`;
    const state = known.get(key);
    const last = await lastAlertOf(store, AGENT, key);
    // The same reading is not a second look.
    if (isInUse(registered) ? state?.position === until : openOf(last) === null) continue;
    const before = (state?.state ?? null) as Episode | null;
    const alarms = own.filter(({ alarm }) => alarm).map(figureOf);
    yield {
      key,
      inputs: { at: new Date(until).toISOString(), model, stage, read: own.length, alarms, before, last },
      cells: 'everything',
      about: [`ModelVersion:${model}`],
      position: until,
    };
  }
}
