import { graphql } from '../../gql/gql.ts';

export const BOARD = graphql(`
  query CasesBoard($state: [CaseState!]!, $first: Int!) {
    cases(state: $state, first: $first) {
      pageInfo { hasNextPage }
      edges { node {
        id state severity title owner dueAt openedAt closedAt outcome
        segmentValues { field value }
      } }
    }
  }
`);

export const LIVE = graphql(`
  subscription CasesLive($after: String) {
    caseUpdates(after: $after) { position case { id } }
  }
`);

export const CASE = graphql(`
  query CasesOne($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Case {
        state severity title owner playbook dueAt openedAt actedAt closedAt outcome cause
        segmentValues { field value }
        events { at kind by reason }
      }
    }
  }
`);

export const CAUSE = graphql(`
  query CasesCause($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Alert { title summary state }
      ... on Response { score class comment answeredAt }
    }
  }
`);

export const ASSIGN = graphql(`
  mutation CasesAssign($id: ID!, $owner: String!, $reason: String!) {
    assignCase(id: $id, owner: $owner, reason: $reason) { id state owner }
  }
`);

export const START = graphql(`
  mutation CasesStart($id: ID!, $reason: String!) {
    startCase(id: $id, reason: $reason) { id state }
  }
`);

export const COMMENT = graphql(`
  mutation CasesComment($id: ID!, $comment: String!) {
    commentCase(id: $id, comment: $comment) { id state }
  }
`);

export const CLOSE = graphql(`
  mutation CasesClose($id: ID!, $outcome: String!, $reason: String!) {
    closeCase(id: $id, outcome: $outcome, reason: $reason) { id state outcome }
  }
`);
