import { quoted } from '../../domain/text/text.ts';
import type { FeatureSource } from '../../scoring/features.ts';
import { NPS_CLASSES, SENTIMENTS } from '../../scoring/model.ts';
import { withAdvice } from '../../scoring/multilingual/advice.ts';
import { type Classification, calledThemes } from '../../scoring/predict.ts';
import type { PredictionRow } from '../../store/models/predictions.ts';
import type { ResponseRow } from '../../store/responses/responses.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { atMost } from '../gate/lists.ts';
import { type FieldCost, lengthOf } from '../gate/score-costs.ts';
import { LIMITS } from '../limits.ts';
import { mayReadSome, mayRelease, pathOf, type ResponsePath } from '../masking.ts';
import { access, type Builder } from './builder.ts';
import { findModel, modelArgument } from './models.ts';
import { responseKeyOf } from './node.ts';
import type { SchemaParts, ShownPrediction } from './types.ts';

const CLASSIFY_COST: FieldCost = {
  points: (args, inside) => lengthOf(args['texts']) * (10 + inside),
  says: '10 and what is asked inside for each text',
};

/** Adds Prediction, the query classify and the mutation reproducePrediction. */
export function addPredictions(schema: SchemaParts): void {
  const { builder, types } = schema;
  addPrediction(schema);
  builder.queryField('classify', (t) =>
    t.field({
      ...access('readPrediction', CLASSIFY_COST),
      type: [types.prediction],
      nullable: false,
      description: 'Try texts on the champion, or on a named version; nothing is stored.',
      args: {
        texts: t.arg.stringList({ required: true, ...atMost(LIMITS.texts) }),
        modelVersion: t.arg.id(),
      },
      resolve: async (_root, { texts, modelVersion }, context) => {
        const { deps } = context;
        if (!mayReadSome(context, 'readPrediction'))
          throw new ForbiddenError('this key may not see predictions');
        assertTexts(texts);
        const version = modelVersion ? modelArgument('modelVersion', modelVersion) : null;
        const sources = texts.map((text): FeatureSource => ({ text, attributes: {} }));
        const classified = await deps.scoring.classify(version, sources);
        return classified.map(({ id, model, prediction }, i): ShownPrediction => {
          const source = async () => sources[i] ?? null;
          return { ...prediction, modelVersionId: id, model, source, response: null };
        });
      },
    }),
  );
  addReproduction(builder);
}

/** The champion's prediction of a stored response. */
export async function predictionOf(row: ResponseRow, context: ApiContext): Promise<ShownPrediction | null> {
  const stored = await context.predictions.load(row.id);
  if (!stored) return null;
  const { scoring } = context.deps;
  const { model } = await scoring.model(stored.modelVersionId);
  return {
    ...asPrediction(stored),
    modelVersionId: stored.modelVersionId,
    model,
    source: () => scoring.sourceOf(row.id),
    response: row,
  };
}

function asPrediction(row: PredictionRow): Classification {
  return {
    nps: [row.detractor, row.passive, row.promoter],
    class: row.class,
    sentiment: [row.negative, row.neutral, row.positive],
    sentimentClass: row.sentiment,
    themes: row.themes,
    uncertainty: row.uncertainty,
    abstained: row.abstained,
  };
}

const share = (millionths: number | undefined) => (millionths ?? 0) / 1_000_000;

function addPrediction({ builder, types }: SchemaParts): void {
  const head = builder.enumType('Head', { values: ['NPS', 'SENTIMENT'] as const });
  const themeScore = builder
    .objectRef<{ theme: string; probability: number; called: boolean }>('ThemeScore')
    .implement({
      ...access('readPrediction'),
      fields: (t) => ({
        theme: t.exposeString('theme', { nullable: false }),
        probability: t.exposeFloat('probability', { nullable: false }),
        called: t.exposeBoolean('called', {
          nullable: false,
          description:
            'Whether the theme is probable enough to be named: at least one half, or enough for the configured precision (`themePrecision`).',
        }),
      }),
    });
  const tokenShare = builder.objectRef<{ token: string; share: number }>('TokenShare').implement({
    ...access('readComment'),
    description:
      'The contribution of a token to the logit of the winning class. Features and the bias are in brackets. All contributions add up to the logit.',
    fields: (t) => ({
      token: t.exposeString('token', { nullable: false }),
      share: t.exposeFloat('share', { nullable: false }),
    }),
  });
  types.prediction.implement({
    ...access('readPrediction'),
    description: 'What one model version predicts for a text.',
    fields: (t) => ({
      modelVersion: t.field({
        type: types.modelVersion,
        nullable: false,
        resolve: async ({ modelVersionId }, _args, context) => {
          const found = await findModel(modelVersionId, context);
          if (!found) throw new Error(`model version ${modelVersionId} is not registered`);
          return found;
        },
      }),
      promoter: t.float({ nullable: false, resolve: ({ nps }) => share(nps[2]) }),
      passive: t.float({ nullable: false, resolve: ({ nps }) => share(nps[1]) }),
      detractor: t.float({ nullable: false, resolve: ({ nps }) => share(nps[0]) }),
      class: t.field({
        type: types.npsClass,
        description: 'Null when the model abstains.',
        resolve: (row) => (row.class === null ? null : NPS_CLASSES[row.class]),
      }),
      negative: t.float({ nullable: false, resolve: ({ sentiment }) => share(sentiment[0]) }),
      neutral: t.float({ nullable: false, resolve: ({ sentiment }) => share(sentiment[1]) }),
      positive: t.float({ nullable: false, resolve: ({ sentiment }) => share(sentiment[2]) }),
      sentiment: t.field({
        type: types.sentiment,
        resolve: ({ sentimentClass }) => (sentimentClass === null ? null : SENTIMENTS[sentimentClass]),
      }),
      themes: t.field({
        type: [themeScore],
        nullable: false,
        description: 'Every theme of the taxonomy, most probable first.',
        resolve: (row, _args, { deps }) => {
          const called = calledThemes(row.model, row, deps.themePrecision);
          return row.model.themes
            .map(({ name }, i) => ({
              theme: name,
              probability: share(row.themes[i]),
              called: called[i] ?? false,
            }))
            .sort((a, b) => b.probability - a.probability || (a.theme < b.theme ? -1 : 1));
        },
      }),
      uncertainty: t.float({
        nullable: false,
        description: 'Entropy of the NPS classes over its maximum: 0: certain, 1: no information.',
        resolve: ({ uncertainty }) => share(uncertainty),
      }),
      abstained: t.string({
        description: 'Why the model abstains; class and sentiment are then null.',
        resolve: ({ abstained }, _args, { deps }) =>
          abstained && withAdvice(abstained, deps.scoring.encoders),
      }),
      explanation: t.field({
        ...access('readComment', fixed(10)),
        type: [tokenShare],
        nullable: false,
        args: { head: t.arg({ type: head, required: true, defaultValue: 'NPS' }) },
        resolve: explain,
      }),
    }),
  });
}

/** The tokens' contributions; the text of a stored prediction is a comment. */
async function explain(
  { model, source, response }: ShownPrediction,
  { head }: { head: 'NPS' | 'SENTIMENT' },
  context: ApiContext,
  info: { readonly path: ResponsePath },
) {
  if (response && !mayRelease(context, 'comment', response, pathOf(info.path))) return [];
  const found = await source();
  if (!found) return [];
  const which = head === 'NPS' ? 'nps' : 'sentiment';
  return [...(await context.deps.scoring.explain(model, found, which)).shares];
}

function addReproduction(builder: Builder) {
  const reproduction = builder.objectRef<{ same: boolean; reason: string | null }>('Reproduction').implement({
    ...access('readPrediction'),
    fields: (t) => ({
      same: t.exposeBoolean('same', { nullable: false }),
      reason: t.exposeString('reason', { description: 'Why the result differs.' }),
    }),
  });
  builder.mutationField('reproducePrediction', (t) =>
    t.field({
      ...access('readPrediction', fixed(40)),
      type: reproduction,
      nullable: false,
      description: 'Runs a stored prediction again with its pinned model, features and text.',
      args: {
        response: t.arg.id({ required: true }),
        modelVersion: t.arg.id({ description: 'The champion when absent.' }),
      },
      resolve: (_root, { response, modelVersion }, { deps, caller }) => {
        const version = modelVersion ? modelArgument('modelVersion', modelVersion) : null;
        const key = responseKeyOf(response);
        if (key === null)
          throw new InvalidArgumentError(`response: ${quoted(response)} is not the id of a response`);
        return deps.scoring.reproduce(caller.scope, key, version);
      },
    }),
  );
}

function assertTexts(texts: readonly string[]): void {
  const long = texts.findIndex((text) => text.length > LIMITS.text);
  if (long !== -1)
    throw new InvalidArgumentError(
      `texts: item ${long} has ${texts[long]?.length} characters; at most ${LIMITS.text}`,
    );
}
