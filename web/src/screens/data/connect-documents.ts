import { graphql } from '../../gql/gql.ts';

/** What has arrived for a connection so far. */
export const FIRST_DELIVERY = graphql(`
  query DataFirstDelivery($id: ID!) {
    node(id: $id) {
      ... on Connection {
        id
        accepted
        ignored
        refused
        lastRefusal
        lastDeliveryAt
        files {
          path
          state
          message
        }
        quarantine(filter: { statuses: [WAITING] }, first: 1) {
          edges {
            node {
              id
              reason
              field
              advice
            }
          }
        }
      }
    }
  }
`);

export const SAMPLE = graphql(`
  query DataSample($item: ID!) {
    quarantinedFields(item: $item) {
      path
      value
    }
  }
`);

export const MAP_CONNECTION = graphql(`
  mutation DataMapConnection($id: ID!, $mapping: JSON!) {
    changeConnectionMapping(id: $id, mapping: $mapping) {
      id
    }
    replayQuarantined(connection: $id) {
      replayed
      failed
      remaining
    }
  }
`);
