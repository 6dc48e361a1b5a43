import { UserError } from '../../domain/errors/user-error.ts';
import { LOCKS } from '../../store/database/locks.ts';
import { rollbackIn } from '../../store/models/model-changes.ts';
import { predictTheSame, type RegisteredModel, readRegistry, readReign } from '../../store/models/models.ts';
import { latestReadings } from '../../store/monitoring/model-readings.ts';
import type { Acting, Agent, AgentDeps, Observation } from '../loop/agent.ts';
import { modelChange } from '../loop/model-change.ts';
import { figureOf } from '../model-monitor/observe.ts';
import { decide, type Inputs, type Part, type RollbackAction } from './decide.ts';

const AGENT = 'model-rollback';

/** Rolls a failing champion back. A rollback changes scores, so at first it is proposed to a person. */
export const modelRollback: Agent<Inputs, RollbackAction> = {
  name: AGENT,
  description:
    'Rolls back a champion whose predictions, or those of its companion, have become worse to the version before it.',
  version: 2,
  defaultAutonomy: 'PROPOSE',
  // Within a minute of the reading that shows it.
  everyMs: 20_000,
  lock: LOCKS.modelRollback,
  observe,
  decide,
  act,
  editing: null,
};

async function* observe({ store }: AgentDeps): AsyncGenerator<Observation<Inputs>> {
  const { champion, since, previous } = await readReign(store);
  if (champion === null || since === null) return;
  const registry = await readRegistry(store);
  const [present, former] = [partsOf(champion, registry), partsOf(previous, registry)];
  const read = (await latestReadings(store)).filter(
    ({ metric, segment }) => metric === 'RANKED_PROBABILITY_SCORE' && Object.keys(segment).length === 0,
  );
  const parts: Part[] = [];
  for (const { id, languages } of present) {
    const own = read.find(({ modelVersionId }) => modelVersionId === id);
    const reader = former.find((one) => one.languages.some((language) => languages.includes(language)));
    const other = read.find(
      ({ modelVersionId, until }) =>
        modelVersionId === reader?.id && until.getTime() === own?.until.getTime(),
    );
    parts.push({
      model: id,
      quality: own ? { ...figureOf(own), alarm: own.alarm, until: own.until.toISOString() } : null,
      before: reader
        ? {
            model: reader.id,
            isSame: await predictTheSame(store, id, reader.id),
            fails: other?.alarm ?? null,
          }
        : null,
    });
  }
  yield {
    key: 'champion',
    inputs: { champion, since: since.toISOString(), previous, parts },
    cells: 'everything',
    about: [...new Set([...present, ...former].map(({ id }) => `ModelVersion:${id}`))],
  };
}

/** What reads under the name of the version: itself, then its companion. */
function partsOf(version: number | null, registry: readonly RegisteredModel[]): RegisteredModel[] {
  const first = registry.find(({ id }) => id === version);
  if (!first) return [];
  return [first, ...registry.filter(({ id }) => id === first.companion)];
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
