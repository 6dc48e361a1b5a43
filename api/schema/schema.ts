import type { GraphQLSchema } from 'graphql';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { addAccess } from './access.ts';
import { noteWithheldQueries } from './access-tags.ts';
import { addAuditLog } from './audit-log.ts';
import { createBuilder } from './builder.ts';
import { addCellUsage } from './cell-usage.ts';
import { checkTexts } from './checked-texts.ts';
import { addConnectionMutations } from './connection-mutations.ts';
import { addConnections } from './connections.ts';
import { addDeletions } from './deletions.ts';
import { addDimensionValues } from './dimension-values.ts';
import { noteEmptyWindows } from './empty-windows.ts';
import { addErasures } from './erasures.ts';
import { addImpact } from './impact.ts';
import { addImports } from './imports.ts';
import { addKeys } from './keys.ts';
import { addKnown } from './known.ts';
import { addLineage } from './lineage.ts';
import { addLive } from './live.ts';
import { addModelProvenance } from './model-provenance.ts';
import { addModelQuality } from './model-quality.ts';
import { addReadings } from './model-readings.ts';
import { addModels } from './models.ts';
import { addNode } from './node-query.ts';
import { addNps } from './nps.ts';
import { addNpsRow } from './nps-row.ts';
import { addPageInfo } from './page-info.ts';
import { addPredictions } from './predictions.ts';
import { addProvenance } from './provenance.ts';
import { addResponses } from './responses.ts';
import { addReviewMutations } from './review-mutations.ts';
import { addReviews } from './reviews.ts';
import { addRowOrder } from './row-order.ts';
import { addSegment } from './segment.ts';
import { addSubjects } from './subjects.ts';
import { addSubmit } from './submit.ts';
import { createTypes, type SchemaModule } from './types.ts';
import { noteUnknownValues } from './unknown-values.ts';
import { addVerification } from './verification.ts';

/** The subjects of the schema, in any order. */
export const schemaModules: readonly SchemaModule[] = [
  addAccess,
  addAuditLog,
  addCellUsage,
  addConnections,
  addConnectionMutations,
  addDeletions,
  addDimensionValues,
  addErasures,
  addImpact,
  addImports,
  addKeys,
  addKnown,
  addLineage,
  addLive,
  addModelProvenance,
  addModelQuality,
  addModels,
  addNode,
  addNps,
  addNpsRow,
  addPageInfo,
  addPredictions,
  addProvenance,
  addReadings,
  addResponses,
  addReviewMutations,
  addReviews,
  addRowOrder,
  addSegment,
  addSubjects,
  addSubmit,
  addVerification,
];

/** The GraphQL schema for the configured dimensions. */
export function buildSchema(
  dimensions: readonly Dimension[],
  modules: readonly SchemaModule[] = schemaModules,
): GraphQLSchema {
  const builder = createBuilder();
  const parts = { builder, types: createTypes(builder, dimensions), dimensions };
  for (const add of modules) add(parts);
  const schema = noteUnknownValues(builder.toSchema({ sortSchema: true }), dimensions);
  return noteWithheldQueries(checkTexts(noteEmptyWindows(schema, dimensions)));
}
