import { z } from 'zod';
import { UserError } from '../../domain/errors/user-error.ts';
import { type RetrainingPolicy, TRIGGERS } from '../../domain/models/retraining-policy.ts';
import { MINUTE_MS } from '../../domain/time/time-windows.ts';
import { RETRAINING } from '../../store/agents/training-orders.ts';
import { LOCKS } from '../../store/database/locks.ts';
import { makeShadowIn, promoteIn } from '../../store/models/model-changes.ts';
import { idsOf, readChampion, readReign } from '../../store/models/models.ts';
import type { Acting, Agent } from '../loop/agent.ts';
import { modelChange } from '../loop/model-change.ts';
import { decide, type Inputs, type RetrainingAction } from './decide.ts';
import { observe } from './observe.ts';

const MODEL = z.int().positive();
const ACTION = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('train'),
    companion: MODEL.optional(),
    until: z.iso.datetime(),
    triggers: z.array(z.enum(TRIGGERS)),
  }),
  z.strictObject({ do: z.literal('shadow'), model: MODEL }),
  z.strictObject({ do: z.literal('promote'), model: MODEL, champion: MODEL }),
]);

/** Trains the champion, or its companion, again when the policy says so, and takes the result as far as it deserves. A promotion changes scores. */
export const retrainingAgent = (policy: RetrainingPolicy): Agent<Inputs, RetrainingAction> => ({
  name: RETRAINING,
  description:
    'Trains the model and its companion again by a policy (drift, calibration, new labels, schedule), compares the result as a shadow, and promotes or holds it.',
  version: 5,
  defaultAutonomy: 'PROPOSE',
  everyMs: 5 * MINUTE_MS,
  lock: LOCKS.retraining,
  observe: (deps) => observe(deps, policy),
  decide,
  act,
  // Which model is trained, compared or promoted follows from figures of that model.
  editing: { fields: ['until'], parse },
});

function parse(given: unknown): RetrainingAction {
  const parsed = ACTION.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new UserError('action.until: of "train" a moment is expected (ISO 8601); others have none');
}

async function act(acting: Acting, action: RetrainingAction): Promise<string> {
  const { session } = acting;
  if (action.do === 'train') return order(acting, action);
  if (action.do === 'shadow') {
    await makeShadowIn(session, action.model, modelChange(acting, 'shadowModel'));
    return `ModelVersion:${action.model} is a shadow`;
  }
  const { champion } = await readReign(session);
  if (champion !== action.champion)
    throw new UserError(`the champion is version ${champion}, not ${action.champion} that was compared`);
  await promoteIn(session, action.model, modelChange(acting, 'promoteModel'));
  return `promoted ModelVersion:${action.model}`;
}

/** The decision itself is the order: scoring/training-orders.ts carries it out, because training takes long. */
async function order(
  { session }: Acting,
  { companion, until }: Extract<RetrainingAction, { do: 'train' }>,
): Promise<string> {
  if (companion === undefined) return `ordered a training on responses until ${until}`;
  const [, ...others] = idsOf((await readChampion(session))?.parts ?? []);
  if (!others.includes(companion))
    throw new UserError(`model version ${companion} is not the companion of the champion`);
  return `ordered a training to follow ModelVersion:${companion}, on responses until ${until}`;
}
