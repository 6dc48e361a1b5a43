import { type ListedSession, listBrowserSessions } from '../../store/access/browser-sessions.ts';
import { auditHook } from '../audit.ts';
import { InvalidArgumentError } from '../errors.ts';
import { paged } from '../gate/costs.ts';
import { assertAdministers } from './access.ts';
import { access } from './builder.ts';
import { addConnection, pageOf, pageSize } from './connection.ts';
import type { SchemaParts } from './types.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Adds BrowserSession, its connection, the query browserSessions and the mutation endBrowserSessions. */
export function addBrowserSessions(schema: SchemaParts): void {
  const { builder } = schema;
  const node = builder.objectRef<ListedSession>('BrowserSession').implement({
    ...access('administer'),
    description: 'A sign-in of a browser that has neither ended nor expired.',
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      actor: t.exposeString('actor', { nullable: false, description: '"admin", "ApiKey:…" or "login:…".' }),
      name: t.exposeString('name', { nullable: false }),
      role: t.exposeString('role', { nullable: false }),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: false }),
      lastSeenAt: t.expose('lastSeenAt', { type: 'DateTime', description: 'To the minute.' }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: false }),
    }),
  });
  const connection = addConnection<ListedSession>(schema, {
    name: 'BrowserSession',
    node,
    shows: 'administer',
    cursorOf,
  });
  builder.queryField('browserSessions', (t) =>
    t.field({
      ...access('administer', paged(5, 0.1)),
      type: connection,
      nullable: false,
      description: 'The browsers that are signed in, newest first. Needs the permission to administer.',
      args: {
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string(),
        actor: t.arg.string({ description: 'Of this key or person: "admin", "ApiKey:…" or "login:…".' }),
      },
      resolve: async (_root, args, context) => {
        assertAdministers(context, 'list sessions');
        const { deps } = context;
        const first = pageSize(args.first);
        const page = { after: parseCursor(args.after), limit: first + 1 };
        const at = new Date(deps.now());
        return pageOf(await listBrowserSessions(deps.record, at, args.actor ?? null, page), first);
      },
    }),
  );
  builder.mutationField('endBrowserSessions', (t) =>
    t.int({
      ...access('administer'),
      nullable: false,
      description:
        'Ends sessions of browsers, with their streams: all of an actor, or one by its id. Returns how many.',
      args: { actor: t.arg.string(), id: t.arg.id(), reason: t.arg.string({ required: true }) },
      resolve: async (_root, { actor, id, reason }, context) => {
        assertAdministers(context, 'end sessions');
        const why = reason.trim();
        if (why === '') throw new InvalidArgumentError('reason: say why; it is kept in the audit log');
        const { sessions } = context.deps.access;
        const hook = auditHook(context, 'endBrowserSessions');
        const note: typeof hook = (session, subject) => hook(session, { ...subject, reason: why });
        if (id != null && actor == null) return UUID.test(id) && (await sessions.endById(id, note)) ? 1 : 0;
        if (actor != null && id == null) return sessions.endAll(actor, note);
        throw new InvalidArgumentError('actor, id: name one of them');
      },
    }),
  );
}

const cursorOf = ({ createdAt, id }: ListedSession): string =>
  Buffer.from(`${createdAt.toISOString()} ${id}`).toString('base64url');

/** @throws InvalidArgumentError */
function parseCursor(text: string | null | undefined): Pick<ListedSession, 'createdAt' | 'id'> | null {
  if (text === null || text === undefined) return null;
  const [time = '', id = ''] = Buffer.from(text, 'base64url').toString().split(' ');
  const createdAt = new Date(time);
  if (Number.isNaN(createdAt.getTime()) || !UUID.test(id))
    throw new InvalidArgumentError('after: not a cursor of this list');
  return { createdAt, id };
}
