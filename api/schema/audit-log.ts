import { AUDIT_OUTCOMES, type AuditRow } from '../../domain/seals/audit.ts';
import { audit, readAudit } from '../../store/audit/audit.ts';
import { entryOf } from '../audit.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { paged } from '../gate/costs.ts';
import { access, type Builder, momentOf } from './builder.ts';
import { addConnection, pageOf, pageSize } from './connection.ts';
import type { SchemaParts } from './types.ts';

/** Adds AuditEntry, its connection and the query auditLog. */
export function addAuditLog(schema: SchemaParts): void {
  const { builder } = schema;
  const entry = addAuditEntry(builder);
  const connection = addConnection<AuditRow>(schema, {
    name: 'Audit',
    node: entry,
    shows: 'readAudit',
    cursorOf,
  });
  builder.queryField('auditLog', (t) =>
    t.field({
      ...access('readAudit', paged(5, 0.1)),
      type: connection,
      nullable: false,
      description:
        'Who read or changed what, newest first; `from` inclusive, `to` exclusive. Needs the permission to read all of it. Reading it adds an entry too.',
      args: {
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string(),
        actor: t.arg.string({ description: 'Id or name.' }),
        action: t.arg.string({
          description:
            'read (of comments and respondents), aggregate, policies, exportAudit, or the mutation.',
        }),
        from: t.arg({ type: 'DateTime' }),
        to: t.arg({ type: 'DateTime' }),
      },
      resolve: async (_root, args, context) => {
        const { deps, caller } = context;
        if (!caller.scope.allowsAll('readAudit'))
          throw new ForbiddenError('this key may not read the audit log');
        const first = pageSize(args.first);
        const before = parseCursor(args.after);
        const filter = {
          actor: args.actor ?? null,
          action: args.action ?? null,
          from: args.from ? new Date(momentOf('from', args.from)) : null,
          to: args.to ? new Date(momentOf('to', args.to)) : null,
        };
        const rows = await deps.record.transaction(async (session) => {
          const page = await readAudit(session, filter, { before, limit: first + 1 });
          await audit(session, entryOf(context, 'auditLog', { ...filter, first, before }));
          return page;
        });
        return pageOf(rows, first);
      },
    }),
  );
}

function addAuditEntry(builder: Builder) {
  const outcome = builder.enumType('AuditOutcome', {
    values: Object.fromEntries(AUDIT_OUTCOMES.map((value) => [value.toUpperCase(), { value }])),
  });
  return builder.objectRef<AuditRow>('AuditEntry').implement({
    ...access('readAudit'),
    description: 'One row of the audit log. It names things by id and holds no content.',
    fields: (t) => ({
      seq: t.exposeInt('seq', { nullable: false, description: 'From 1, without gaps.' }),
      at: t.field({ type: 'DateTime', nullable: false, resolve: ({ at }) => new Date(at) }),
      actor: t.exposeString('actor', {
        nullable: false,
        description: 'ApiKey:…, token:…, login:…, admin, or system.',
      }),
      actorName: t.exposeString('actorName', { nullable: false }),
      role: t.exposeString('role', { nullable: false }),
      policyVersion: t.exposeString('policyVersion'),
      purpose: t.exposeString('purpose', {
        description: 'As the caller stated it: header x-scoreline-purpose, or purpose in connection_init.',
      }),
      action: t.exposeString('action', { nullable: false }),
      subject: t.expose('subject', { type: 'JSON', nullable: false }),
      outcome: t.field({ type: outcome, nullable: false, resolve: (row) => row.outcome as never }),
      previous: t.exposeString('previous', { description: 'Hash of the row before it.' }),
      hash: t.exposeString('hash', {
        nullable: false,
        description: 'Hex SHA-256 of the canonical JSON (RFC 8785) of the exported row without it.',
      }),
    }),
  });
}

function cursorOf({ seq }: AuditRow): string {
  return Buffer.from(String(seq)).toString('base64url');
}

function parseCursor(text: string | null | undefined): number | null {
  if (text === null || text === undefined) return null;
  const seq = Buffer.from(text, 'base64url').toString();
  if (!/^[1-9]\d{0,14}$/.test(seq)) throw new InvalidArgumentError('after: not a cursor of this list');
  return Number(seq);
}
