import type { GraphQLSchema } from 'graphql';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { addAccess } from './access.ts';
import { noteWithheldQueries } from './access-tags.ts';
import { addAgentDecisions } from './agent-decisions.ts';
import { addAgentUpdates } from './agent-updates.ts';
import { addAgents } from './agents.ts';
import { addAlerts } from './alerts.ts';
import { addAsk } from './ask.ts';
import { addAssociations } from './associations.ts';
import { addAuditChain } from './audit-chain.ts';
import { addAuditLog } from './audit-log.ts';
import { addBrowserSessions } from './browser-sessions.ts';
import { createBuilder } from './builder.ts';
import { addBusiness } from './business.ts';
import { addCaseMutations } from './case-mutations.ts';
import { addCases } from './cases.ts';
import { addCellUsage } from './cell-usage.ts';
import { addChanges } from './changes.ts';
import { checkTexts } from './checked-texts.ts';
import { addCoachedStaff } from './coached-staff.ts';
import { addConnectionMutations } from './connection-mutations.ts';
import { addConnections } from './connections.ts';
import { addCounting } from './counting.ts';
import { addDeletions } from './deletions.ts';
import { addTargets } from './deliveries.ts';
import { addDimensionValues } from './dimension-values.ts';
import { addDimensions } from './dimensions.ts';
import { addDrivers } from './drivers.ts';
import { noteEmptyWindows } from './empty-windows.ts';
import { addErasures } from './erasures.ts';
import { addImpact } from './impact.ts';
import { addImports } from './imports.ts';
import { addKeys } from './keys.ts';
import { addKnown } from './known.ts';
import { addLineage } from './lineage.ts';
import { addLineageGroups } from './lineage-groups.ts';
import { addLive } from './live.ts';
import { addMerges } from './merges.ts';
import { addModelComparison } from './model-comparison.ts';
import { addModelProvenance } from './model-provenance.ts';
import { addModelQuality } from './model-quality.ts';
import { addReadings } from './model-readings.ts';
import { addModels } from './models.ts';
import { addNarrative } from './narrative.ts';
import { addNarratives } from './narratives.ts';
import { addNode } from './node-query.ts';
import { addNps } from './nps.ts';
import { addNpsRow } from './nps-row.ts';
import { addOnCall } from './on-call.ts';
import { addOutcomes } from './outcomes.ts';
import { addPageInfo } from './page-info.ts';
import { addPermissions } from './permissions.ts';
import { addPredictions } from './predictions.ts';
import { addProvenance } from './provenance.ts';
import { addQuarantine } from './quarantine.ts';
import { addRequests } from './requests.ts';
import { addResponseCounts } from './response-counts.ts';
import { addResponseRates } from './response-rates.ts';
import { addResponses } from './responses.ts';
import { addRetention } from './retention.ts';
import { addRetentionRules } from './retention-rules.ts';
import { addReviewMutations } from './review-mutations.ts';
import { addReviews } from './reviews.ts';
import { addRowOrder } from './row-order.ts';
import { writeRows } from './row-texts.ts';
import { addRuleReplay } from './rule-replay.ts';
import { addRules } from './rules.ts';
import { addSamples } from './samples.ts';
import { addScoreById } from './score-by-id.ts';
import { addSegment } from './segment.ts';
import { addSegmentRules } from './segment-rules.ts';
import { addSegmentRulesPreview } from './segment-rules-preview.ts';
import { addSources } from './sources.ts';
import { addSubjects } from './subjects.ts';
import { addSubmit } from './submit.ts';
import { addSubmitOutcomes } from './submit-outcomes.ts';
import { addSurveyLinkMutation } from './survey-links.ts';
import { addThemes } from './themes.ts';
import { createTypes, type SchemaModule } from './types.ts';
import { noteUnknownValues } from './unknown-values.ts';
import { addVerification } from './verification.ts';
import { addWatchedAccounts } from './watched-accounts.ts';

/** The subjects of the schema, in any order. */
export const schemaModules: readonly SchemaModule[] = [
  addAccess,
  addAgentDecisions,
  addAgents,
  addAgentUpdates,
  addAlerts,
  addAuditChain,
  addAuditLog,
  addBrowserSessions,
  addAssociations,
  addBusiness,
  addCounting,
  addRetention,
  addRetentionRules,
  addCaseMutations,
  addCases,
  addCellUsage,
  addChanges,
  addConnections,
  addConnectionMutations,
  addQuarantine,
  addSurveyLinkMutation,
  addDeletions,
  addDimensionValues,
  addDimensions,
  addDrivers,
  addErasures,
  addMerges,
  addImpact,
  addImports,
  addKeys,
  addKnown,
  addLineage,
  addLineageGroups,
  addScoreById,
  addLive,
  addModelProvenance,
  addModelQuality,
  addModelComparison,
  addModels,
  addAsk,
  addNarrative,
  addNarratives,
  addNode,
  addNps,
  addNpsRow,
  addOnCall,
  addOutcomes,
  addPageInfo,
  addPermissions,
  addPredictions,
  addProvenance,
  addReadings,
  addResponseRates,
  addResponseCounts,
  addRequests,
  addResponses,
  addReviewMutations,
  addReviews,
  addRowOrder,
  addSegment,
  addRuleReplay,
  addSegmentRules,
  addSegmentRulesPreview,
  addRules,
  addSamples,
  addSources,
  addSubjects,
  addSubmit,
  addSubmitOutcomes,
  addTargets,
  addThemes,
  addVerification,
  addWatchedAccounts,
  addCoachedStaff,
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
  return writeRows(noteWithheldQueries(checkTexts(noteEmptyWindows(schema, dimensions))));
}
