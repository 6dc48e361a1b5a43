import { type LegalHold, placeHold, readHolds, releaseHold } from '../../store/data-subjects/legal-hold.ts';
import { rectify } from '../../store/data-subjects/rectify.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import { readSubjectAccessReport } from '../../store/data-subjects/subject-access.ts';
import { entryOf } from '../audit.ts';
import { loggedCaller } from '../caller.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { access } from './builder.ts';
import { responseKeyOf } from './node.ts';
import { assertOfficer, dataSubjectOf, orderOf, RESPONDENT, storesOf } from './person.ts';
import { segmentOf } from './segment.ts';
import type { SchemaParts } from './types.ts';

/**
 * Adds the data protection officer's queries and mutations: subject, restrictSubject, correctResponse, legal
 * holds.
 */
export function addSubjects(schema: SchemaParts): void {
  const { builder } = schema;
  builder.queryField('subject', (t) =>
    t.field({
      ...access('manageSubjects', fixed(100)),
      type: 'JSON',
      description: 'Everything stored about a person, as portable JSON; null for an unknown person.',
      args: { respondent: t.arg.string({ required: true, description: RESPONDENT }) },
      resolve: async (_root, { respondent }, context) => {
        assertOfficer(context);
        const held = await readSubjectAccessReport(storesOf(context), dataSubjectOf(context, respondent));
        // Also for a person without responses, or an unknown one: the request is recorded.
        const found = held ? { responses: held.responses.length } : { known: false };
        await context.deps.audit.append([entryOf(context, 'subject', found)]);
        for (const { id } of (held?.responses ?? []) as readonly { readonly id: string }[]) {
          context.released.comment.add(id);
          context.released.respondent.add(id);
        }
        return held;
      },
    }),
  );
  builder.mutationField('restrictSubject', (t) =>
    t.int({
      ...access('manageSubjects'),
      nullable: false,
      description:
        "Restricts a person's responses (GDPR article 18): excludes them from every score, reading and training; or lifts the restriction. Returns how many were moved.",
      args: {
        respondent: t.arg.string({ required: true, description: RESPONDENT }),
        restricted: t.arg.boolean({ required: true, defaultValue: true }),
        reason: t.arg.string({ required: true }),
      },
      resolve: async (_root, { respondent, restricted, reason }, context) => {
        const by = orderOf(context, reason, 'restrictSubject');
        const dataSubject = dataSubjectOf(context, respondent);
        const moved = await restrict(storesOf(context), dataSubject, restricted, by.note);
        context.deps.log.info(
          { actor: loggedCaller(context.caller), restricted, moved },
          'a person was restricted, or no more',
        );
        return moved ?? 0;
      },
    }),
  );
  builder.mutationField('correctResponse', (t) =>
    t.boolean({
      ...access('manageSubjects'),
      nullable: false,
      description:
        'Corrects what a person answered (GDPR article 16); what is left out is unchanged. False when there is no such response.',
      args: {
        response: t.arg.id({ required: true }),
        score: t.arg.int({ description: "On the response's own scale; null removes it." }),
        comment: t.arg.string({ description: 'Null removes it.' }),
        reason: t.arg.string({ required: true }),
      },
      resolve: (_root, { response, reason, ...correction }, context) => {
        const { mappings, redaction, names } = context.deps;
        const by = orderOf(context, reason, 'correctResponse');
        const id = responseKeyOf(response);
        if (id === null) throw new InvalidArgumentError('response: not the id of a response');
        return rectify({ ...storesOf(context), mappings, redaction, names }, id, correction, by);
      },
    }),
  );
  addHolds(schema);
}

function addHolds({ builder, types, dimensions }: SchemaParts): void {
  const hold = builder.objectRef<LegalHold>('LegalHold').implement({
    ...access('manageSubjects'),
    description:
      'An order to keep the data of a person or a segment: it is neither erased nor deleted by retention.',
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      segment: t.field({
        type: 'JSON',
        description: 'By dimension; null for a hold on a person.',
        resolve: (row) => row.segment,
      }),
      actor: t.exposeString('actor', { nullable: false }),
      reason: t.exposeString('reason', { nullable: false }),
      placedAt: t.field({ type: 'DateTime', nullable: false, resolve: ({ recordedAt }) => recordedAt }),
      releasedAt: t.expose('releasedAt', { type: 'DateTime' }),
    }),
  });
  builder.queryField('legalHolds', (t) =>
    t.field({
      ...access('manageSubjects'),
      type: [hold],
      nullable: false,
      resolve: async (_root, _args, context) => {
        assertOfficer(context);
        const holds = await readHolds(context.deps.record);
        await context.deps.audit.append([entryOf(context, 'legalHolds', { holds: holds.length })]);
        return holds;
      },
    }),
  );
  builder.mutationField('placeLegalHold', (t) =>
    t.idList({
      ...access('manageSubjects'),
      nullable: false,
      description:
        'Places a hold on a person, or a segment. Returns the ids of the holds; none for an unknown person.',
      args: {
        respondent: t.arg.string({ description: RESPONDENT }),
        segment: t.arg({ type: types.segment }),
        reason: t.arg.string({ required: true }),
      },
      resolve: (_root, args, context) => {
        const by = orderOf(context, args.reason, 'placeLegalHold');
        const { respondent } = args;
        if ((respondent == null) === (args.segment == null))
          throw new InvalidArgumentError('respondent, segment: name one of them');
        const on: Parameters<typeof placeHold>[1] =
          respondent == null
            ? { segment: segmentOf(dimensions, args.segment) }
            : dataSubjectOf(context, respondent);
        return placeHold(storesOf(context), on, by);
      },
    }),
  );
  builder.mutationField('releaseLegalHold', (t) =>
    t.boolean({
      ...access('manageSubjects'),
      nullable: false,
      args: { id: t.arg.id({ required: true }), reason: t.arg.string({ required: true }) },
      resolve: (_root, { id, reason }, context) => {
        const by = orderOf(context, reason, 'releaseLegalHold');
        if (!/^[0-9a-f-]{36}$/.test(id)) throw new InvalidArgumentError('id: not the id of a legal hold');
        return releaseHold(context.deps.record, id, by);
      },
    }),
  );
}
