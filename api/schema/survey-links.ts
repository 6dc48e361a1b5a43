import { randomBytes } from 'node:crypto';
import { type EmailLinkReader, emailLink } from '../../ingestion/surveys/email-link.ts';
import { makeLinks, type SurveyLink } from '../../ingestion/surveys/links.ts';
import { auditHook } from '../audit.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { atMost } from '../gate/lists.ts';
import { LIMITS } from '../limits.ts';
import { filingOf } from '../parts-deps.ts';
import { access, forEachDimension } from './builder.ts';
import { noneOfThatId, ownConnection } from './connection-mutations.ts';
import { SUBMIT_COST } from './submit.ts';
import type { SchemaParts } from './types.ts';

interface InviteeShape extends Record<string, unknown> {
  readonly externalId?: string | null;
  readonly respondent?: string | null;
  readonly account?: string | null;
}

/** Adds SurveyLink and the mutation makeSurveyLinks. */
export function addSurveyLinkMutation({ builder, dimensions }: SchemaParts): void {
  const input = builder.inputRef<InviteeShape>('SurveyInviteeInput').implement({
    description: 'A person who is asked by mail. Links hold these values encrypted.',
    fields: (t) =>
      ({
        externalId: t.string({
          description: 'Of the answer: links with the same id are one answer. Absent: one is drawn.',
        }),
        respondent: t.string({ description: 'Any identifier; stored only as a pseudonym.' }),
        account: t.string({
          description: "Any identifier of the respondent's account or company; stored only as a pseudonym.",
        }),
        ...forEachDimension(dimensions, ({ description }) => t.string({ description })),
      }) as never,
  });
  const link = builder.objectRef<SurveyLink>('SurveyLink').implement({
    ...access('administer'),
    description: 'A link for one person, who answers once and may correct the answer.',
    fields: (t) => ({
      externalId: t.exposeString('externalId', { nullable: false }),
      path: t.exposeString('path', {
        nullable: false,
        description: 'At the address of this server. Add ?score=9 for a link that chooses a number.',
      }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: false }),
    }),
  });
  builder.mutationField('makeSurveyLinks', (t) =>
    t.field({
      ...access('administer', SUBMIT_COST),
      type: [link],
      nullable: false,
      description:
        'Makes links for a survey by mail, in the order of the input: all, or none where one is invalid. Records the invitations if the connection says so.',
      args: {
        connection: t.arg.id({ required: true, description: 'A connection of email-link.' }),
        input: t.arg({ type: [input], required: true, ...atMost(LIMITS.mutation) }),
      },
      resolve: async (_root, args, context) => {
        const { deps } = context;
        const id = ownConnection(context, args.connection, 'make links of surveys');
        const connection = id === null ? undefined : deps.connections.find(id);
        if (!connection) throw noneOfThatId('connection');
        if (connection.connector !== emailLink.name)
          throw new InvalidArgumentError(
            `connection: is one of ${connection.connector}; links are made for connections of ${emailLink.name}`,
          );
        const submitter = deps.access.connectionCaller(connection);
        if (!submitter) throw new ForbiddenError('connection: what it may submit is not granted now');
        const reader = (await deps.connections.reader(connection)) as EmailLinkReader;
        const people = args.input.map((one) => ({
          externalId: one.externalId ?? null,
          respondent: one.respondent ?? null,
          account: one.account ?? null,
          dimensions: one as Readonly<Record<string, string | null>>,
        }));
        const how = {
          ...filingOf({ ...deps, store: deps.record }),
          encryption: deps.encryption,
          randomBytes,
        };
        const made = await makeLinks(how, { id: connection.id, submitter, reader }, people);
        if (made === null) throw noneOfThatId('connection');
        const note = auditHook(context, 'makeSurveyLinks');
        await deps.record.transaction((session) =>
          note(session, { key: `Connection:${connection.id}`, links: made.length }),
        );
        return [...made];
      },
    }),
  );
}
