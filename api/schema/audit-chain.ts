import { type AuditLogCheck, checkAuditLog } from '../../proof/check-audit-log.ts';
import { ForbiddenError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { proofDeps } from '../parts-deps.ts';
import { access } from './builder.ts';
import type { SchemaParts } from './types.ts';

/** Adds AuditChain and the query auditChain. */
export function addAuditChain({ builder }: SchemaParts): void {
  const chain = builder.objectRef<AuditLogCheck>('AuditChain').implement({
    ...access('readAudit'),
    description: 'Whether the audit log is unchanged: each row contains the hash of the row before it.',
    fields: (t) => ({
      sound: t.boolean({ nullable: false, resolve: ({ problem }) => problem === null }),
      problem: t.exposeString('problem', { description: 'The first thing that is wrong.' }),
      rows: t.exposeInt('rows', { nullable: false, description: 'Up to which row it was followed.' }),
      signedRows: t.exposeInt('signedRows', {
        nullable: false,
        description: 'Up to which row signed checkpoints cover it; rows after it could be cut off unnoticed.',
      }),
      hash: t.exposeString('hash', { description: 'The hash of the last row: compare it with an export.' }),
      checkedAt: t.field({
        type: 'DateTime',
        nullable: false,
        resolve: ({ at }) => new Date(at),
      }),
    }),
  });
  builder.queryField('auditChain', (t) =>
    t.field({
      ...access('readAudit', fixed(100)),
      type: chain,
      nullable: false,
      description:
        'Follows the audit log from its first row to its last, and compares it with the signed checkpoints. Needs the permission to read all of it.',
      resolve: (_root, _args, { deps, caller }) => {
        if (!caller.scope.allowsAll('readAudit'))
          throw new ForbiddenError('this key may not read the audit log');
        return checkAuditLog(proofDeps(deps));
      },
    }),
  );
}
