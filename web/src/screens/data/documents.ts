import { graphql } from '../../gql/gql.ts';

export const CONNECTIONS = graphql(`
  query DataConnections($after: ID) {
    connections(after: $after) {
      id
      name
      connector
      path
      createdAt
      createdBy
      rotatedAt
      formerSecretUntil
      lastDeliveryAt
      deliveries
      accepted
      duplicates
      rejected
      ignored
      lastError
      lastErrorAt
      lastRefusal
      lastRefusedAt
      sources
      waiting
      fetching {
        hasKey
        waiting
        openUntil
        lastError
      }
    }
  }
`);

export const CREATE_CONNECTION = graphql(`
  mutation DataCreateConnection($input: ConnectionInput!) {
    createConnection(input: $input) {
      secret
      connection {
        id
        name
        path
      }
    }
  }
`);

export const ROTATE_CONNECTION = graphql(`
  mutation DataRotateConnection($id: ID!) {
    rotateConnection(id: $id) {
      secret
      connection {
        id
        name
        path
      }
    }
  }
`);

export const REMOVE_CONNECTION = graphql(`
  mutation DataRemoveConnection($id: ID!) {
    removeConnection(id: $id)
  }
`);

export const SOURCES = graphql(`
  query DataSources($after: String, $whole: Boolean!) {
    sources(first: 20, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          name
          responsesLast30Days
          lastAnsweredAt
          complete
          lastReceivedAt
          lagSeconds
          deliveries @include(if: $whole) {
            rejected
            rejectedByCode {
              code
              count
            }
            lastAcceptedAt
          }
          quality @include(if: $whole) {
            today {
              accepted
              weekday
              low
              high
              verdict
            }
            yesterday {
              accepted
              weekday
              low
              high
              verdict
            }
            silenceSeconds
            typicalGapSeconds
            missedInSilence
            stale
            items
            invalidShare
            duplicateShare
            missing {
              field
              share
            }
            clockSkew {
              aheadShare
              medianAheadSeconds
              lateShare
              medianDelaySeconds
            }
            wordings {
              node
              survey
              version
              firstSeenAt
              isNew
            }
          }
        }
      }
      unattributed @include(if: $whole) {
        rejected
        rejectedByCode {
          code
          count
        }
      }
    }
  }
`);

export const IMPORTS = graphql(`
  query DataImports($after: String) {
    imports(first: 20, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          id
          name
          source
          by
          startedAt
          finishedAt
          undoneAt
          accepted
          duplicates
          rejected
          leftOut
          undo {
            by
            reason
            removed
            restored
            stayed
          }
        }
      }
    }
  }
`);

export const UNDO_IMPORT = graphql(`
  mutation DataUndoImport($id: ID!, $reason: String!) {
    undoImport(id: $id, reason: $reason) {
      id
      undo {
        complete
        removed
        restored
        stayed
        held
        restricted
        facts
      }
    }
  }
`);

export const FIRST_VISIT = graphql(`
  query DataFirstVisit {
    responses(first: 1) {
      edges {
        node {
          id
        }
      }
    }
    demo {
      state
      progress
      answers
      failure
    }
  }
`);

export const LOAD_EXAMPLE = graphql(`
  mutation DataLoadExample {
    loadExample {
      id
      accepted
      rejected
    }
  }
`);

export const START_DEMO = graphql(`
  mutation DataStartDemo {
    startDemo(liveMinutes: 60) {
      state
      progress
      answers
      failure
    }
  }
`);
