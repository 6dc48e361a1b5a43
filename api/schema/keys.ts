import { entryOf } from '../audit.ts';
import { loggedCaller } from '../caller.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { access } from './builder.ts';
import type { SchemaParts } from './types.ts';

/** Adds the mutation changeKeys. */
export function addKeys({ builder }: SchemaParts): void {
  const action = builder.enumType('KeyAction', {
    values: {
      ROTATE: {
        value: 'rotate' as const,
        description: 'A new wrapping key; every data key is rewrapped.',
      },
      REWRAP: {
        value: 'rewrap' as const,
        description: 'Every data key is rewrapped by the provider in use.',
      },
      PEPPER: { value: 'pepper' as const, description: 'A new pepper; every pseudonym is carried over.' },
      SIGNING: {
        value: 'signing' as const,
        description:
          'A new signing key beside the one in use; the next start takes it into use, by a statement that both sign.',
      },
      RETIRE: {
        value: 'retire' as const,
        description: 'Destroys wrapping keys that nothing here needs: older backups can then not be read.',
      },
    },
  });
  builder.mutationField('changeKeys', (t) =>
    t.string({
      ...access('administer', fixed(500)),
      nullable: false,
      description: 'Rotates encryption and signing keys while the database is in use; returns what was done.',
      args: { action: t.arg({ type: action, required: true }), reason: t.arg.string({ required: true }) },
      resolve: async (_root, { action: asked, reason }, context) => {
        const { deps, caller } = context;
        if (!caller.scope.allowsAll('administer')) throw new ForbiddenError('this key may not change keys');
        if (reason.trim() === '')
          throw new InvalidArgumentError('reason: say why; it is kept in the audit log');
        // Many transactions: the request is recorded before the first.
        await deps.audit.append([entryOf(context, 'changeKeys', { action: asked })]);
        const report = await deps.changeKeys(asked);
        deps.log.info({ action: asked, actor: loggedCaller(caller) }, report);
        return report;
      },
    }),
  );
}
