import { decisionId } from '../../graph/kinds/decision.ts';
import { type ReviewedDecision, readDecisionReviews } from '../../store/reviews/decision-reviews.ts';
import type { ReviewVerdict } from '../../store/tables/reviews.ts';
import { access } from './builder.ts';
import type { SchemaParts } from './types.ts';

/** Adds the types for a model version's inputs and history. */
export function addModelProvenance(schema: SchemaParts): void {
  addTrainingSet(schema);
  addFeature(schema);
  addEvent(schema);
}

function addTrainingSet({ types }: SchemaParts): void {
  types.trainingSet.implement({
    ...access('manageModels'),
    fields: (t) => ({
      hash: t.exposeString('hash', { nullable: false, description: 'SHA-256 over its members in order.' }),
      head: t.exposeString('head', { nullable: false }),
      examples: t.exposeInt('examples', { nullable: false }),
      description: t.exposeString('description', { nullable: false }),
      until: t.expose('until', { type: 'DateTime', description: 'Only answers before this were used.' }),
      journalPosition: t.exposeString('journalPosition', {
        description: "The journal's end when the set was read.",
      }),
    }),
  });
}

function addFeature({ types }: SchemaParts): void {
  types.feature.implement({
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

function addEvent({ builder, types: { modelEvent, modelStage: stage, reviewVerdict } }: SchemaParts): void {
  const verdict = builder.objectRef<ReviewedDecision>('DecisionVerdict').implement({
    ...access('manageModels'),
    description: 'The verdict of a reviewer on a decision about a model version.',
    fields: (t) => ({
      by: t.exposeString('by', { nullable: false }),
      at: t.expose('at', { type: 'DateTime', nullable: false }),
      verdict: t.field({
        type: reviewVerdict,
        nullable: false,
        resolve: (row): ReviewVerdict => row.verdict,
      }),
      reason: t.exposeString('reason', { nullable: false }),
    }),
  });
  modelEvent.implement({
    ...access('manageModels'),
    fields: (t) => ({
      id: t.id({
        nullable: false,
        description: 'The id of the decision in the lineage, for `disputeDecision`.',
        resolve: ({ id }) => decisionId(id),
      }),
      from: t.field({ type: stage, resolve: (event) => event.from }),
      to: t.field({ type: stage, nullable: false, resolve: (event) => event.to }),
      cause: t.exposeString('cause', { nullable: false }),
      actor: t.exposeString('actor', { nullable: false }),
      reason: t.exposeString('reason', { nullable: false }),
      recordedAt: t.expose('recordedAt', { type: 'DateTime', nullable: false }),
      underReview: t.boolean({
        nullable: false,
        description: 'Whether it waits for another person to review it.',
        resolve: async (event, _args, { deps }) => (await readDecisionReviews(deps.record, event)).open,
      }),
      verdicts: t.field({
        type: [verdict],
        nullable: false,
        resolve: async (event, _args, { deps }) => (await readDecisionReviews(deps.record, event)).verdicts,
      }),
    }),
  });
}
