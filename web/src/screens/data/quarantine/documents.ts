import { graphql } from '../../../gql/gql.ts';

/** A page of what waits for a connection, or what became of it. */
export const QUARANTINE = graphql(`
  query DataQuarantine($connection: ID!, $filter: QuarantineFilter, $after: ID) {
    node(id: $connection) {
      ... on Connection {
        id
        waiting
        unkept
        refused
        quarantine(filter: $filter, first: 25, after: $after) {
          reasons {
            reason
            count
          }
          pageInfo {
            hasNextPage
            endCursor
          }
          edges {
            node {
              id
              status
              reason
              code
              field
              advice
              position
              bytes
              receivedAt
              attempts
              attemptedAt
              dueAt
              lastError
              expiresAt
              settledAt
            }
          }
        }
      }
    }
  }
`);

export const REPLAY = graphql(`
  mutation DataReplay($connection: ID!, $ids: [ID!], $filter: QuarantineFilter, $triedBefore: DateTime) {
    replayQuarantined(connection: $connection, ids: $ids, filter: $filter, triedBefore: $triedBefore) {
      replayed
      failed
      remaining
      startedAt
      problems {
        reason
        code
        field
        count
      }
    }
  }
`);

export const DISCARD = graphql(`
  mutation DataDiscard($connection: ID!, $ids: [ID!], $filter: QuarantineFilter) {
    discardQuarantined(connection: $connection, ids: $ids, filter: $filter)
  }
`);

/** What arrived, as it was written: each read is in the audit log. */
export const CONTENT = graphql(`
  query DataQuarantinedContent($item: ID!) {
    quarantinedContent(item: $item)
  }
`);
