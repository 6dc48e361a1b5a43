import { graphql } from '../../../gql/gql.ts';

export const RULES = graphql(`
  query DataRetentionRules {
    retentionRules {
      field
      dimension
      source
      keep
      configured
      setBy
      setAt
      reason
    }
  }
`);

export const DUE = graphql(`
  query DataRetentionDue($field: RetainedField!, $dimension: Dimension, $source: String, $keep: String!) {
    retentionDue(field: $field, dimension: $dimension, source: $source, keep: $keep)
  }
`);

export const SET = graphql(`
  mutation DataSetRetention(
    $field: RetainedField!
    $dimension: Dimension
    $source: String
    $keep: String
    $reason: String!
  ) {
    setRetention(field: $field, dimension: $dimension, source: $source, keep: $keep, reason: $reason) {
      field
      dimension
      source
      keep
    }
  }
`);
