import { seenBy } from '../../store/agents/cell-set.ts';
import { parsePosition } from '../../store/journal/journal.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { AlertStream, type AlertUpdate } from '../subscriptions/alert-stream.ts';
import { seesAllAgents } from './agent-rights.ts';
import { access } from './builder.ts';
import type { SchemaParts } from './types.ts';

/** Adds AlertUpdate and the subscription alertUpdates. */
export function addAlertUpdates({ builder, types }: SchemaParts): void {
  const update = builder.objectRef<AlertUpdate>('AlertUpdate').implement({
    ...access('readResponse'),
    description: 'position: where this update stands; subscribe again with `after` to miss nothing.',
    fields: (t) => ({
      position: t.exposeString('position', { nullable: false }),
      alert: t.expose('alert', { type: types.alert, nullable: false }),
    }),
  });
  builder.subscriptionField('alertUpdates', (t) =>
    t.field({
      ...access('readResponse', fixed(10)),
      type: update,
      nullable: false,
      description:
        'The alerts that are open, then each alert again with each change. With `after` what changed since, closed ones included; ' +
        'the last changes may come twice.',
      args: { after: t.arg.string() },
      subscribe: (_root, { after: given }, { deps, caller }) => {
        for (const group of ['readScore', 'readResponse', 'readPrediction'] as const)
          if (caller.scope.grant(group) === 'none')
            throw new ForbiddenError(
              'this key may not read alerts: they need scores, answers and predictions',
            );
        const after = given === null || given === undefined ? null : parsePosition(given);
        const isTime = after !== null && Number.isFinite(new Date(after.position).getTime());
        const seesAll = seesAllAgents(caller.scope);
        if (given && (!after || !(seesAll || isTime)))
          throw new InvalidArgumentError('after: not a position; give back one as it was received');
        const { store: session, record: journal, feed, log } = deps;
        const seen = () => seenBy(caller.scope, deps.cells);
        const onError = (err: Error) => log.warn({ err }, 'an alert could not be sent to a subscription');
        const stream = new AlertStream({ session, journal, feed, seen, seesAll, onError }, after);
        return stream as unknown as AsyncIterable<AlertUpdate>;
      },
      resolve: (root) => root as unknown as AlertUpdate,
    }),
  );
}
