import type { Dimension } from '../../domain/dimensions.ts';
import { correct } from '../../store/correct.ts';
import { checkErasure, erase, pendingErasures } from '../../store/erase.ts';
import { type LegalHold, type Order, placeHold, readHolds, releaseHold } from '../../store/legal-hold.ts';
import { readModelsOf } from '../../store/model-provenance.ts';
import type { RegisteredModel } from '../../store/models.ts';
import { readHoldings, restrict } from '../../store/subject.ts';
import { noteOf } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { Forbidden, InvalidArgument } from '../errors.ts';
import { access, type Builder } from './builder.ts';
import { type addModels, findModel } from './models.ts';
import { responseKeyOf } from './node.ts';
import { type addSegment, segmentOf } from './segment.ts';

interface ErasureReport {
  readonly responses: number;
  readonly remaining: readonly string[];
  readonly models: readonly RegisteredModel[];
}

const RESPONDENT = 'The identifier as it was sent in, or the pseudonym.';
/** How long an answer waits for followers of the journal to have followed. */
const PATIENCE_MS = 5_000;
const LOOK_MS = 100;

/** Adds what the data protection officer asks and does: subject, eraseSubject, restrictSubject, legal holds. */
export function addSubjects(
  builder: Builder,
  dimensions: readonly Dimension[],
  refs: { readonly model: ReturnType<typeof addModels>; readonly segment: ReturnType<typeof addSegment> },
) {
  builder.queryField('subject', (t) =>
    t.field({
      ...access('manageSubjects'),
      type: 'JSON',
      description: 'All that is held of a person, as portable JSON; null of somebody who is not known.',
      args: { respondent: t.arg.string({ required: true, description: RESPONDENT }) },
      resolve: async (_root, { respondent }, context) => {
        assertOfficer(context);
        const held = await readHoldings(storesOf(context), context.deps.identify(given(respondent)));
        for (const { id } of (held?.responses ?? []) as readonly { readonly id: string }[]) {
          context.released.comment.add(id);
          context.released.respondent.add(id);
        }
        return held;
      },
    }),
  );
  addErasure(builder, refs.model);
  builder.mutationField('restrictSubject', (t) =>
    t.int({
      ...access('manageSubjects'),
      nullable: false,
      description:
        "Puts a person's responses aside (GDPR article 18), out of every score, reading and training, or back; how many were moved.",
      args: {
        respondent: t.arg.string({ required: true, description: RESPONDENT }),
        restricted: t.arg.boolean({ required: true, defaultValue: true }),
        reason: t.arg.string({ required: true }),
      },
      resolve: async (_root, { respondent, restricted, reason }, context) => {
        const by = orderOf(context, reason, 'restrictSubject');
        const lookups = context.deps.identify(given(respondent));
        const moved = await restrict(storesOf(context), lookups, restricted, by.note);
        context.deps.log.info(
          { actor: by.actor, reason: by.reason, restricted, moved },
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
        'Corrects what a person answered (GDPR article 16); what is left out stays. False when there is no such response.',
      args: {
        response: t.arg.id({ required: true }),
        score: t.arg.int({ description: "On the response's own scale; null takes it away." }),
        comment: t.arg.string({ description: 'Null takes it away.' }),
        reason: t.arg.string({ required: true }),
      },
      resolve: (_root, { response, reason, ...correction }, context) => {
        const by = orderOf(context, reason, 'correctResponse');
        const id = responseKeyOf(response);
        if (id === null) throw new InvalidArgument('response: not the id of a response');
        return correct({ ...storesOf(context), mappings: context.deps.mappings }, id, correction, by);
      },
    }),
  );
  addHolds(builder, dimensions, refs.segment);
}

function addErasure(builder: Builder, model: ReturnType<typeof addModels>) {
  const erasure = builder.objectRef<ErasureReport>('Erasure').implement({
    ...access('manageSubjects'),
    description: 'What was erased, and what a check over every store still found.',
    fields: (t) => ({
      responses: t.exposeInt('responses', { nullable: false }),
      complete: t.boolean({
        nullable: false,
        description: 'True when the check found nothing; else ask again: it checks again, and finishes.',
        resolve: ({ remaining }) => remaining.length === 0,
      }),
      remaining: t.stringList({ nullable: false, resolve: ({ remaining }) => [...remaining] }),
      models: t.field({
        type: [model],
        nullable: false,
        description:
          'Model versions that were trained on the erased responses; training again leaves them out.',
        resolve: ({ models }) => models,
      }),
    }),
  });
  builder.mutationField('eraseSubject', (t) =>
    t.field({
      ...access('manageSubjects'),
      type: erasure,
      nullable: false,
      description: 'Erases a person: deletes the key that everything is sealed with, and the rows.',
      args: {
        respondent: t.arg.string({ required: true, description: RESPONDENT }),
        reason: t.arg.string({ required: true }),
      },
      resolve: async (_root, { respondent, reason }, context) =>
        eraseAndCheck(context, orderOf(context, reason, 'eraseSubject'), given(respondent)),
    }),
  );
}

async function eraseAndCheck(context: ApiContext, by: Order, respondent: string): Promise<ErasureReport> {
  const { record, graphHolds, identify, log } = context.deps;
  const lookups = identify(respondent);
  const holds = await erase(storesOf(context), lookups, by);
  const pending = await pendingErasures(record, lookups);
  const remaining: string[] = [...holds];
  for (const one of pending) {
    const deadline = Date.now() + PATIENCE_MS;
    let left = await checkErasure(record, one, graphHolds);
    while (left.length > 0 && Date.now() < deadline) {
      await new Promise((done) => setTimeout(done, LOOK_MS));
      left = await checkErasure(record, one, graphHolds);
    }
    remaining.push(...left);
  }
  const sets = new Set(pending.flatMap(({ trainingSets }) => trainingSets));
  const versions = new Set<number>();
  for (const hash of sets) for (const id of await readModelsOf(record, 'TrainingSet', hash)) versions.add(id);
  const models = await Promise.all([...versions].sort((a, b) => a - b).map((id) => findModel(id, context)));
  const responses = pending.reduce((sum, one) => sum + one.responses, 0);
  log.info({ actor: by.actor, responses, remaining: remaining.length }, 'a person was erased');
  return { responses, remaining, models: models.filter((model): model is RegisteredModel => model !== null) };
}

function addHolds(
  builder: Builder,
  dimensions: readonly Dimension[],
  segment: ReturnType<typeof addSegment>,
) {
  const hold = builder.objectRef<LegalHold>('LegalHold').implement({
    ...access('manageSubjects'),
    description: 'An order to keep what is held of a person or a segment: it is neither erased nor aged out.',
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      segment: t.field({
        type: 'JSON',
        description: 'By dimension; null of a person.',
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
      resolve: (_root, _args, context) => {
        assertOfficer(context);
        return readHolds(context.deps.record);
      },
    }),
  );
  builder.mutationField('placeLegalHold', (t) =>
    t.idList({
      ...access('manageSubjects'),
      nullable: false,
      description: 'Holds a person, or a segment. The ids of the holds; none for somebody who is not known.',
      args: {
        respondent: t.arg.string({ description: RESPONDENT }),
        segment: t.arg({ type: segment.segment }),
        reason: t.arg.string({ required: true }),
      },
      resolve: (_root, args, context) => {
        const by = orderOf(context, args.reason, 'placeLegalHold');
        const { respondent } = args;
        if ((respondent == null) === (args.segment == null))
          throw new InvalidArgument('respondent, segment: name one of them');
        const on =
          respondent == null
            ? { segment: segmentOf(dimensions, args.segment) }
            : { lookups: context.deps.identify(given(respondent)) };
        return placeHold(context.deps.record, on, by);
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
        if (!/^[0-9a-f-]{36}$/.test(id)) throw new InvalidArgument('id: not the id of a legal hold');
        return releaseHold(context.deps.record, id, by);
      },
    }),
  );
}

/** Persons are not behind the wall: who may ask is asked about everybody. */
function storesOf({ deps }: ApiContext) {
  return { store: deps.record, vault: deps.vault, cells: deps.cells, attest: deps.seals.sign };
}

function assertOfficer({ caller }: ApiContext): void {
  if (!caller.scope.allowsAll('manageSubjects'))
    throw new Forbidden('this key may not manage what is held of persons');
}

function orderOf(context: ApiContext, reason: string, action: string): Order {
  assertOfficer(context);
  if (reason.trim() === '') throw new InvalidArgument('reason: say why; it is kept on record');
  return { actor: context.caller.name, reason: reason.trim(), note: noteOf(context, action) };
}

function given(respondent: string): string {
  if (respondent.trim() === '') throw new InvalidArgument('respondent: must not be blank');
  return respondent;
}
