import { graphql } from '../../gql/gql.ts';

export const SUBJECT = graphql(`
  query PeopleSubject($respondent: String!) {
    subject(respondent: $respondent)
  }
`);

export const RESTRICT = graphql(`
  mutation PeopleRestrict($respondent: String!, $restricted: Boolean!, $reason: String!) {
    restrictSubject(respondent: $respondent, restricted: $restricted, reason: $reason)
  }
`);

export const RECTIFY = graphql(`
  mutation PeopleRectify($response: ID!, $score: Int, $comment: String, $reason: String!) {
    correctResponse(response: $response, score: $score, comment: $comment, reason: $reason)
  }
`);

export const ERASE = graphql(`
  mutation PeopleErase($respondent: String!, $reason: String!) {
    eraseSubject(respondent: $respondent, reason: $reason) {
      known
      responses
      complete
      remaining
      trainingSets
      models {
        version
        stage
      }
      records {
        id
        at
        by
        reason
        responses
        complete
        completedAt
        trainingSets
        wrappedBy
        copiesUnreadableSince
      }
    }
  }
`);

export const MERGES = graphql(`
  query PeopleMerges($first: Int!, $after: String) {
    merges(first: $first, after: $after) {
      edges {
        node {
          id
          kind
          from
          into
          by
          reason
          at
          undoneAt
          undoneBy
          undoReason
          goneAt
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const MERGE = graphql(`
  mutation PeopleMerge($kind: IdentityKind!, $from: String!, $into: String!, $reason: String!) {
    mergeIdentities(kind: $kind, from: $from, into: $into, reason: $reason)
  }
`);

export const UNDO_MERGE = graphql(`
  mutation PeopleUndoMerge($id: ID!, $reason: String!) {
    undoMerge(id: $id, reason: $reason)
  }
`);

export const ERASURES = graphql(`
  query PeopleErasures($first: Int!, $after: String) {
    erasures(first: $first, after: $after) {
      edges {
        node {
          id
          at
          by
          reason
          responses
          complete
          completedAt
          trainingSets
          wrappedBy
          copiesUnreadableSince
          models {
            version
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const HOLDS = graphql(`
  query PeopleHolds {
    legalHolds {
      id
      segment
      actor
      reason
      placedAt
      releasedAt
    }
  }
`);

export const PLACE_HOLD = graphql(`
  mutation PeoplePlaceHold($respondent: String!, $reason: String!) {
    placeLegalHold(respondent: $respondent, reason: $reason)
  }
`);

export const RELEASE_HOLD = graphql(`
  mutation PeopleReleaseHold($id: ID!, $reason: String!) {
    releaseLegalHold(id: $id, reason: $reason)
  }
`);
