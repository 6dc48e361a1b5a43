import { DAY_MS } from '../../domain/time/time-windows.ts';
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

/** What a reading is of (scoring/readings.ts). One that old says nothing of the answers that are read now. */
const READING_MS = 7 * DAY_MS;

/** Each model with new readings, and models with an open alert that are no longer in use, or no longer read. */
export async function* observe(
  { store, now }: AgentDeps,
  known: ReadonlyMap<string, AgentStateRow>,
): AsyncGenerator<Observation<Inputs>> {
  const readings = await latestReadings(store);
  for (const registered of await readRegistry(store)) {
    const model = registered.id;
    const stage = stageInUse(registered);
    const own = readings.filter(({ modelVersionId }) => modelVersionId === model);
    const until = own[0]?.until.getTime();
    const key = `model ${model}`;
    const state = known.get(key);
    const last = await lastAlertOf(store, AGENT, key);
    const isPast = until === undefined || now() - until > READING_MS;
    // The same reading is not a second look.
    if (isInUse(registered) && !isPast ? state?.position === until : openOf(last) === null) continue;
    const at = until ?? state?.position ?? now();
    const alarms = isPast ? [] : own.filter(({ alarm }) => alarm).map(figureOf);
    yield {
      key,
      inputs: {
        at: new Date(at).toISOString(),
        ...{ model, stage, read: own.length, alarms, last },
        ...(isPast && { isPast }),
        before: (state?.state ?? null) as Episode | null,
      },
      cells: 'everything',
      about: [`ModelVersion:${model}`],
      position: at,
    };
  }
}
