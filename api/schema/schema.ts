import type { GraphQLSchema } from 'graphql';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { addAccess } from './access.ts';
import { noteWithheldQueries } from './access-tags.ts';
import { addAuditLog } from './audit-log.ts';
import { createBuilder } from './builder.ts';
import { addCellUsage } from './cell-usage.ts';
import { checkTexts } from './checked-texts.ts';
import { addDeletions } from './deletions.ts';
import { addDimensionValues } from './dimension-values.ts';
import { noteEmptyWindows } from './empty-windows.ts';
import { addErasures } from './erasures.ts';
import { addImpact } from './impact.ts';
import { addImports } from './imports.ts';
import { addKeys } from './keys.ts';
import { addKnown } from './known.ts';
import { addLineage, loadLineageNode } from './lineage.ts';
import { addLive } from './live.ts';
import { addModelQuality } from './model-quality.ts';
import { addModels, findModel, modelVersionOf } from './models.ts';
import { addNode, responseKeyOf } from './node.ts';
import { addNps } from './nps.ts';
import { addNpsClass } from './nps-class.ts';
import { addPredictions } from './predictions.ts';
import { addProvenance } from './provenance.ts';
import { addResponses } from './responses.ts';
import { addReviewMutations } from './review-mutations.ts';
import { addReviews } from './reviews.ts';
import { addSegment } from './segment.ts';
import { addSubjects } from './subjects.ts';
import { addSubmit } from './submit.ts';
import { noteUnknownValues } from './unknown-values.ts';
import { addVerification } from './verification.ts';

/** The GraphQL schema for the configured dimensions. */
export function buildSchema(dimensions: readonly Dimension[]): GraphQLSchema {
  const builder = createBuilder();
  const node = addNode(builder, async (id, context) => {
    const model = modelVersionOf(id);
    if (model !== null) {
      const found = await findModel(model, context);
      return found && { __typename: 'ModelVersion', ...found };
    }
    const key = responseKeyOf(id);
    if (key === null) return loadLineageNode(id, context);
    const row = await context.responses.load(key);
    return row && { __typename: 'Response', ...row };
  });
  const segment = addSegment(builder, dimensions);
  const nps = addNps(builder, dimensions, segment);
  const model = addModels(builder, node);
  const npsClass = addNpsClass(builder);
  const prediction = addPredictions(builder, model, npsClass);
  const responses = addResponses(builder, dimensions, { segment, node, npsClass, prediction });
  const { pageInfo } = responses;
  addModelQuality(builder, dimensions, segment);
  const lineage = addLineage(builder, dimensions, node, pageInfo);
  addImpact(builder, dimensions, { lineage, pageInfo });
  addVerification(builder);
  addKnown(builder, { row: nps.row, npsClass });
  addProvenance(builder, dimensions);
  addSubmit(builder, dimensions);
  addAccess(builder, dimensions);
  addCellUsage(builder);
  addKeys(builder);
  addImports(builder, pageInfo);
  addSubjects(builder, dimensions, segment);
  addErasures(builder, { model, pageInfo });
  addDeletions(builder, pageInfo);
  addAuditLog(builder, pageInfo);
  const review = addReviews(builder, dimensions, { segment, npsClass, responses, node: lineage.node });
  addReviewMutations(builder, { npsClass }, review);
  addLive(builder, dimensions, segment, nps);
  addDimensionValues(builder, dimensions, segment);
  const schema = noteUnknownValues(builder.toSchema({ sortSchema: true }), dimensions);
  return noteWithheldQueries(checkTexts(noteEmptyWindows(schema, dimensions)));
}
