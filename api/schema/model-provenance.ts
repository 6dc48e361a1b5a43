import type { ModelEventRow } from '../../store/models/model-provenance.ts';
import type { FeatureRow, TrainingSetRow } from '../../store/models/models.ts';
import { MODEL_STAGES } from '../../store/tables/scoring.ts';
import { access, type Builder } from './builder.ts';

type StageRef = ReturnType<typeof addStage>;

/** Adds the types of what a model version was made of and what became of it. */
export function addModelProvenance(builder: Builder) {
  const stage = addStage(builder);
  return {
    stage,
    trainingSet: addTrainingSet(builder),
    feature: addFeature(builder),
    event: addEvent(builder, stage),
  };
}

function addStage(builder: Builder) {
  return builder.enumType('ModelStage', { values: MODEL_STAGES });
}

function addTrainingSet(builder: Builder) {
  return builder.objectRef<TrainingSetRow>('TrainingSet').implement({
    ...access('manageModels'),
    fields: (t) => ({
      hash: t.exposeString('hash', { nullable: false, description: 'SHA-256 over its members in order.' }),
      head: t.exposeString('head', { nullable: false }),
      examples: t.exposeInt('examples', { nullable: false }),
      description: t.exposeString('description', { nullable: false }),
      until: t.expose('until', { type: 'DateTime', description: 'Answers before this were taken.' }),
      journalPosition: t.exposeString('journalPosition', {
        description: "The journal's end when the set was read.",
      }),
    }),
  });
}

function addFeature(builder: Builder) {
  return builder.objectRef<FeatureRow>('Feature').implement({
    ...access('public'),
    fields: (t) => ({
      key: t.exposeString('key', { nullable: false }),
      name: t.exposeString('name', { nullable: false }),
      version: t.exposeInt('version', { nullable: false }),
      source: t.exposeString('source', { nullable: false }),
      description: t.exposeString('description', { nullable: false }),
      columns: t.stringList({ nullable: false, resolve: ({ columns }) => [...columns] }),
      codeHash: t.exposeString('codeHash', {
        nullable: false,
        description: 'SHA-256 of the code that computes it.',
      }),
    }),
  });
}

function addEvent(builder: Builder, stage: StageRef) {
  return builder.objectRef<ModelEventRow>('ModelEvent').implement({
    ...access('manageModels'),
    fields: (t) => ({
      from: t.field({ type: stage, resolve: (event) => event.from }),
      to: t.field({ type: stage, nullable: false, resolve: (event) => event.to }),
      cause: t.exposeString('cause', { nullable: false }),
      actor: t.exposeString('actor', { nullable: false }),
      reason: t.exposeString('reason', { nullable: false }),
      recordedAt: t.expose('recordedAt', { type: 'DateTime', nullable: false }),
    }),
  });
}
