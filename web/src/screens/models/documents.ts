import { graphql } from '../../gql/gql.ts';

export const Versions = graphql(`
  query ModelVersions {
    modelVersions { id version label stage trainedAt encoder languages inUse companion { id version languages } companionOf { version stage } }
  }
`);

/** For viewers with the right to manage models: the changes of the champion. */
export const Reigns = graphql(`
  query ModelReigns {
    modelVersions { id history { id to cause } }
  }
`);

export const Version = graphql(`
  query ModelVersionDetail($id: ID!) {
    node(id: $id) {
      id
      ... on ModelVersion {
        version label stage trainedAt encoder languages artefact evaluation
        trainingSets { hash head examples description until }
        features { key name version source description }
        history { id from to cause actor reason recordedAt underReview verdicts { by at verdict reason } }
      }
    }
  }
`);

export const Quality = graphql(`
  query ModelQualityOf($id: ID!, $from: DateTime!, $to: DateTime!) {
    modelQuality(modelVersion: $id, from: $from, to: $to) {
      judged accuracy accuracyInterval { low high }
      rankedProbabilityScore rankedProbabilityScoreInterval { low high }
      brier brierInterval { low high }
      macroF1 ece abstention abstentions { reason n } scored confusion complete
      mixChange { shift low high pValue }
    }
  }
`);

export const Comparison = graphql(`
  query ModelComparisonOf($challenger: ID!, $champion: ID!, $from: DateTime!, $to: DateTime!) {
    modelComparison(challenger: $challenger, champion: $champion, from: $from, to: $to) {
      judged difference low high better
      parts { challenger { version } champion { version } judged difference low high better }
    }
  }
`);

export const Readings = graphql(`
  query ModelReadingsOf($id: ID!, $metrics: [ModelMetric!], $from: DateTime!) {
    modelReadings(modelVersion: $id, metrics: $metrics, from: $from, first: 500) {
      metric from until n referenceN value reference low high adjustedPValue alarm segmentValues { field value }
    }
  }
`);

export const TryText = graphql(`
  query TryText($text: String!, $id: ID!) {
    classify(texts: [$text], modelVersion: $id) {
      class detractor passive promoter sentiment uncertainty abstained
      themes { theme probability called }
      explanation { token share }
    }
  }
`);

export const Train = graphql(`
  mutation TrainModel($reason: String!) {
    trainModel(reason: $reason) { id version }
  }
`);
export const Pair = graphql(`
  mutation PairModels($id: ID!, $companion: ID!, $reason: String!) {
    pairModels(id: $id, companion: $companion, reason: $reason) { id version }
  }
`);
export const Shadow = graphql(`
  mutation ShadowModel($id: ID!, $reason: String!) {
    shadowModel(id: $id, reason: $reason) { id stage }
  }
`);
export const Promote = graphql(`
  mutation PromoteModel($id: ID!, $reason: String!) {
    promoteModel(id: $id, reason: $reason) { id stage }
  }
`);
export const RollBack = graphql(`
  mutation RollBackModel($reason: String!) {
    rollbackModel(reason: $reason) { id version stage }
  }
`);
export const DisputeDecision = graphql(`
  mutation DisputeModelDecision($decision: ID!, $reason: String!) {
    disputeDecision(decision: $decision, reason: $reason) { id }
  }
`);
