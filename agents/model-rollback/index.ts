import { z } from 'zod';
import { UserError } from '../../domain/errors/user-error.ts';
import { LOCKS } from '../../store/database/locks.ts';
import { rollbackIn } from '../../store/models/model-changes.ts';
import { readReign } from '../../store/models/models.ts';
import { latestReadings } from '../../store/monitoring/model-readings.ts';
import type { Acting, Agent, AgentDeps, Observation } from '../loop/agent.ts';
import { modelChange } from '../loop/model-change.ts';
import { figureOf } from '../model-monitor/observe.ts';
import { decide, type Inputs, type RollbackAction } from './decide.ts';

const AGENT = 'model-rollback';
const ACTION = z.strictObject({
  do: z.literal('rollback'),
  from: z.int().positive(),
  to: z.int().positive(),
});

/** Rolls a failing champion back. A rollback changes scores, so at first it is proposed to a person. */
export const modelRollback: Agent<Inputs, RollbackAction> = {
  name: AGENT,
  description: 'Rolls back a champion whose predictions have become worse to the version before it.',
  version: 1,
  defaultAutonomy: 'PROPOSE',
  // Within a minute of the reading that shows it.
  everyMs: 20_000,
  lock: LOCKS.modelRollback,
  observe,
  decide,
  act,
  parseAction: (given) => {
    const parsed = ACTION.safeParse(given);
    if (parsed.success) return parsed.data;
    throw new UserError(
      'action: { "do": "rollback", "from": the champion, "to": the version before it } is expected',
    );
  },
};

async function* observe({ store }: AgentDeps): AsyncGenerator<Observation<Inputs>> {
  const { champion, since, previous } = await readReign(store);
  if (champion === null || since === null) return;
  const read = (await latestReadings(store)).filter(
    ({ metric, segment }) => metric === 'RANKED_PROBABILITY_SCORE' && Object.keys(segment).length === 0,
  );
  const own = read.find(({ modelVersionId }) => modelVersionId === champion);
  const other = read.find(
    ({ modelVersionId, until }) => modelVersionId === previous && until.getTime() === own?.until.getTime(),
  );
  const quality = own ? { ...figureOf(own), alarm: own.alarm, until: own.until.toISOString() } : null;
  yield {
    key: 'champion',
    inputs: { champion, since: since.toISOString(), previous, quality, previousFails: other?.alarm ?? null },
    cells: 'everything',
    about: [`ModelVersion:${champion}`, ...(previous === null ? [] : [`ModelVersion:${previous}`])],
  };
}

async function act(acting: Acting, { from, to }: RollbackAction): Promise<string> {
  const reign = await readReign(acting.session);
  if (reign.champion !== from || reign.previous !== to)
    throw new UserError(
      `the champion is version ${reign.champion}, and the one before it ${reign.previous}: not ${from} and ${to}`,
    );
  await rollbackIn(acting.session, modelChange(acting, 'rollbackModel'));
  return `rolled back from ModelVersion:${from} to ModelVersion:${to}`;
}
