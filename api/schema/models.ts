import { readsModelsWhole } from '../../domain/access/scope.ts';
import { quoted } from '../../domain/text/text.ts';
import type { Change } from '../../store/models/model-changes.ts';
import {
  readFeatures,
  readModelEvents,
  readSignature,
  readTrainingSets,
} from '../../store/models/model-provenance.ts';
import { isInUse, type RegisteredModel, readRegistry } from '../../store/models/models.ts';
import type { ModelStage } from '../../store/tables/scoring.ts';
import { auditHook } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import type { FieldCost } from '../gate/score-costs.ts';
import { pathOf, type ResponsePath } from '../masking.ts';
import { access, type DateTimeInput, momentOf } from './builder.ts';
import type { SchemaParts } from './types.ts';

export const MODEL_PREFIX = 'ModelVersion:';

const LISTED: FieldCost = {
  points: (_, inside) => 5 + 5 * inside,
  says: '5, and five times what is asked inside',
};

/** The version in a node id, or null. */
export function modelVersionOf(id: string): number | null {
  const match = /^ModelVersion:([1-9]\d{0,8})$/.exec(id);
  return match ? Number(match[1]) : null;
}

/**
 * The argument's model version.
 * @throws InvalidArgumentError
 */
export function modelArgument(name: string, id: string): number {
  const version = modelVersionOf(id);
  if (version !== null) return version;
  throw new InvalidArgumentError(
    `${name}: ${quoted(id)} is not the id of a model version, such as "ModelVersion:1"`,
  );
}

/** The registered model of that version, or null. */
export async function findModel(id: number, { deps }: ApiContext): Promise<RegisteredModel | null> {
  return (await readRegistry(deps.store)).find((model) => model.id === id) ?? null;
}

/** Adds ModelVersion, the query modelVersions, and the mutations that train, promote and roll back. */
export function addModels(schema: SchemaParts): void {
  addModelVersion(schema);
  addModelUse(schema);
  addModelMutations(schema);
  const { builder, types } = schema;
  builder.queryField('modelVersions', (t) =>
    t.field({
      ...access('public', LISTED),
      type: [types.modelVersion],
      nullable: false,
      description: 'Oldest first.',
      resolve: (_root, _args, { deps }) => readRegistry(deps.store),
    }),
  );
}

function addModelVersion({ types }: SchemaParts): void {
  types.modelVersion.implement({
    ...access('public'),
    description:
      'One version of the model: an encoder, heads, their calibration, and what they were trained on.',
    interfaces: [types.node as never],
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => `${MODEL_PREFIX}${id}` }),
      version: t.exposeInt('id', { nullable: false }),
      label: t.exposeString('label', { nullable: false }),
      stage: t.field({
        type: types.modelStage,
        nullable: false,
        description:
          'Its own, which a companion keeps: `inUse` and `companionOf` say whether it reads beside the champion.',
        resolve: ({ stage }): ModelStage => stage,
      }),
      encoder: t.string({
        nullable: false,
        description: 'Name and content hash.',
        resolve: ({ encoderName, encoderHash }) => `${encoderName} sha256:${encoderHash}`,
      }),
      languages: t.exposeStringList('languages', {
        nullable: false,
        description: 'Languages that it reads, as codes of ISO 639-1; for others it abstains.',
      }),
      artefact: t.exposeString('key', {
        nullable: false,
        description: "SHA-256 of the artefact's canonical JSON.",
      }),
      trainedAt: t.field({
        type: 'DateTime',
        description: 'Null for the model that ships.',
        resolve: ({ trainedAt }) => (trainedAt && trainedAt.getTime() > 0 ? trainedAt : null),
      }),
      evaluation: t.field({
        ...access('manageModels'),
        type: 'JSON',
        description: 'Measured on examples that no part of the training used.',
        resolve: (row, _args, context, info) => (mayReadWhole(context, info.path) ? row.evaluation : null),
      }),
      trainingSets: t.field({
        ...access('manageModels'),
        type: [types.trainingSet],
        nullable: false,
        description: 'By hash: what each head was trained on, without its texts.',
        resolve: ({ id }, _args, context, info) =>
          mayReadWhole(context, info.path) ? readTrainingSets(context.deps.store, id) : [],
      }),
      features: t.field({
        type: [types.feature],
        nullable: false,
        description: 'Declared inputs beside the embedding of the text.',
        resolve: ({ id }, _args, { deps }) => readFeatures(deps.store, id),
      }),
      history: t.field({
        ...access('manageModels'),
        type: [types.modelEvent],
        nullable: false,
        description: 'Every change of stage, oldest first.',
        resolve: ({ id }, _args, context, info) =>
          mayReadWhole(context, info.path) ? readModelEvents(context.deps.store, id) : [],
      }),
      signature: t.string({
        description: "Ed25519 over the manifest by the instance's key, with the public key; JSON.",
        resolve: ({ id }, _args, { deps }) => readSignature(deps.store, id),
      }),
    }),
  });
}

/** Which versions read beside which, and whether they do now. */
function addModelUse({ builder, types }: SchemaParts): void {
  builder.objectFields(types.modelVersion, (t) => ({
    companion: t.field({
      type: types.modelVersion,
      description:
        'The version that reads other languages under the name of this one, with its own encoder, calibration and drift baseline; null where it reads alone. What it infers counts with this one, corrected for its own errors.',
      resolve: ({ companion }, _args, context) => (companion === null ? null : findModel(companion, context)),
    }),
    companionOf: t.field({
      type: [types.modelVersion],
      nullable: false,
      description: 'The versions that it is the companion of, oldest first.',
      resolve: async ({ companionOf }, _args, { deps }) => {
        if (companionOf.length === 0) return [];
        const registry = await readRegistry(deps.store);
        return registry.filter(({ id }) => companionOf.some((one) => one.id === id));
      },
    }),
    inUse: t.boolean({
      nullable: false,
      description:
        'Whether it reads new responses: as champion, as shadow, or as the companion of one of these.',
      resolve: isInUse,
    }),
  }));
}

function addModelMutations({ builder, types: { modelVersion: model } }: SchemaParts): void {
  const one = async (id: number, context: ApiContext) => {
    const found = await findModel(id, context);
    if (!found) throw new InvalidArgumentError(`id: there is no model version ${id}`);
    return found;
  };
  builder.mutationFields((t) => ({
    trainModel: t.field({
      ...access('manageModels', fixed(2_000)),
      type: model,
      nullable: false,
      description:
        'Trains heads on labelled responses answered before `until`, and keeps the companion of a champion with the same encoder: then on those that the champion reads itself. The result is a candidate.',
      args: {
        until: t.arg({ type: 'DateTime' }),
        reason: t.arg.string({ required: true }),
        encoder: t.arg.string({
          description:
            'By its name, such as "scoreline-e5"; absent: the one that the server is set to (`SCORELINE_ENCODER`).',
        }),
      },
      resolve: async (_root, { until, reason, encoder }, context) => {
        const cause = causeOf(context, reason, 'trainModel');
        return one(await context.deps.scoring.train(untilOf(until, context), cause, { encoder }), context);
      },
    }),
    pairModels: t.field({
      ...access('manageModels'),
      type: model,
      nullable: false,
      description:
        'Makes a candidate that reads what `id` reads, and leaves the languages that only `companion` reads to that one; texts whose language is not determined are read by neither.',
      args: {
        id: t.arg.id({ required: true }),
        companion: t.arg.id({ required: true }),
        reason: t.arg.string({ required: true }),
      },
      resolve: async (_root, { id, companion, reason }, context) => {
        const [first, second] = [modelArgument('id', id), modelArgument('companion', companion)];
        const cause = causeOf(context, reason, 'pairModels');
        return one(await context.deps.scoring.pair(first, second, cause), context);
      },
    }),
    shadowModel: t.field({
      ...access('manageModels'),
      type: model,
      nullable: false,
      description: 'Lets a candidate score the same stream beside the champion.',
      args: { id: t.arg.id({ required: true }), reason: t.arg.string({ required: true }) },
      resolve: async (_root, { id, reason }, context) => {
        const version = modelArgument('id', id);
        await context.deps.scoring.shadow(version, causeOf(context, reason, 'shadowModel'));
        return one(version, context);
      },
    }),
    promoteModel: t.field({
      ...access('manageModels'),
      type: model,
      nullable: false,
      description: 'Makes it champion at once; the former champion is retired.',
      args: { id: t.arg.id({ required: true }), reason: t.arg.string({ required: true }) },
      resolve: async (_root, { id, reason }, context) => {
        const version = modelArgument('id', id);
        await context.deps.scoring.promote(version, causeOf(context, reason, 'promoteModel'));
        return one(version, context);
      },
    }),
    rollbackModel: t.field({
      ...access('manageModels'),
      type: model,
      nullable: false,
      description: 'Makes the previous champion the champion again, and returns it.',
      args: { reason: t.arg.string({ required: true }) },
      resolve: async (_root, { reason }, context) =>
        one(await context.deps.scoring.rollback(causeOf(context, reason, 'rollbackModel')), context),
    }),
  }));
}

/**
 * Whether the caller may see what was made of all responses together: callers who manage models, or may see
 * every prediction. For others it would reveal how many hidden ones there are; the path is then recorded as
 * masked.
 */
export function mayReadWhole({ caller: { scope }, masked }: ApiContext, path: ResponsePath): boolean {
  if (readsModelsWhole(scope)) return true;
  masked.push({ path: pathOf(path), reason: 'not granted: manageModels' });
  return false;
}

function untilOf(until: DateTimeInput | null | undefined, { deps }: ApiContext): Date {
  return new Date(until ? momentOf('until', until) : deps.now());
}

/**
 * Caller and reason.
 * @throws ForbiddenError if the caller may not manage models; InvalidArgumentError without a reason.
 */
function causeOf(context: ApiContext, reason: string, action: string): Change {
  const { caller } = context;
  if (!caller.scope.allowsAll('manageModels')) throw new ForbiddenError('this key may not change models');
  if (reason.trim() === '') throw new InvalidArgumentError('reason: say why; it is kept in the audit log');
  return { actor: caller.name, actorId: caller.id, reason: reason.trim(), note: auditHook(context, action) };
}
