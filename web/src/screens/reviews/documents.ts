import { graphql } from '../../gql/gql.ts';

export const Queue = graphql(`
  query ReviewQueue($first: Int!, $decided: Boolean!) {
    reviewQueue(first: $first, decided: $decided) {
      pageInfo { hasNextPage }
      edges { node {
        id cause reason queuedAt claimedUntil decidedAt approvals blocked
        modelVersion { id version label }
        decision { id label }
        decisions { by at verdict class reason }
        response {
          id externalId answeredAt score class comment source
          segmentValues { field value }
          prediction {
            class detractor passive promoter abstained
          }
        }
      } }
    }
  }
`);

export const Explanation = graphql(`
  query ReviewExplanation($id: ID!) {
    node(id: $id) {
      id
      ... on Response {
        prediction {
          explanation {
            token
            share
          }
        }
      }
    }
  }
`);

export const Counts = graphql(`
  query ReviewCounts {
    reviewCounts { waiting claimed decided own }
  }
`);

export const Claim = graphql(`
  mutation ClaimReview($id: ID!) {
    claimReview(id: $id) { id claimedUntil }
  }
`);

export const Release = graphql(`
  mutation ReleaseReview($id: ID!) {
    releaseReview(id: $id) { id claimedUntil }
  }
`);

export const Decide = graphql(`
  mutation DecideReview($id: ID!, $input: ReviewDecisionInput!) {
    decideReview(id: $id, input: $input) { id decidedAt blocked }
  }
`);
