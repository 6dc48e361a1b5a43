import { graphql } from '../../gql/gql.ts';

export const AGENTS = graphql(`
  query AgentsList {
    agents {
      name description version autonomy defaultAutonomy enabled changedBy changedAt reason lastRunAt observed error
      decisions { state count }
    }
  }
`);

export const DRY_RUN = graphql(`
  query AgentsDryRun($name: String!) {
    agentDryRun(name: $name) { key action nearMiss reason }
  }
`);

export const DECISIONS = graphql(`
  query AgentsDecisions($agent: String, $state: [DecisionState!], $first: Int!) {
    decisions(agent: $agent, state: $state, first: $first) {
      pageInfo { hasNextPage }
      edges { node { id agent key state nearMiss reason decidedAt } }
    }
  }
`);

export const DECISION = graphql(`
  query AgentsDecision($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on AgentDecision {
        agent key policy state autonomy action nearMiss reason inputs inputHash outcome about traceId decidedAt settledAt
        alternatives { action reason }
        approval { verb by at reason edited }
        replay { same reason }
      }
    }
  }
`);

export const SET = graphql(`
  mutation AgentsSet($name: String!, $autonomy: Autonomy!, $enabled: Boolean!, $reason: String!) {
    setAgent(name: $name, autonomy: $autonomy, enabled: $enabled, reason: $reason) { name autonomy enabled }
  }
`);

export const APPROVE = graphql(`
  mutation AgentsApprove($id: ID!, $reason: String!) {
    approveDecision(id: $id, reason: $reason) { id state outcome }
  }
`);

export const EDIT = graphql(`
  mutation AgentsEdit($id: ID!, $action: JSON!, $reason: String!) {
    editDecision(id: $id, action: $action, reason: $reason) { id state outcome }
  }
`);

export const REJECT = graphql(`
  mutation AgentsReject($id: ID!, $reason: String!) {
    rejectDecision(id: $id, reason: $reason) { id state outcome }
  }
`);
