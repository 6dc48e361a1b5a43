import { graphql } from '../../gql/gql.ts';

export const LOG = graphql(`
  query AuditLog($first: Int!, $after: String, $actor: String, $action: String, $from: DateTime, $to: DateTime) {
    auditLog(first: $first, after: $after, actor: $actor, action: $action, from: $from, to: $to) {
      edges {
        node {
          seq
          at
          actor
          actorName
          role
          policyVersion
          purpose
          action
          subject
          outcome
          previous
          hash
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const CHAIN = graphql(`
  query AuditChain {
    auditChain {
      sound
      problem
      rows
      signedRows
      hash
      checkedAt
    }
  }
`);
