import { graphql } from '../../gql/gql.ts';

export const TARGETS = graphql(`
  query TargetsList {
    targets {
      id name kind settings hasSecret events role segment rate createdAt createdBy failures pausedUntil disabledAt disabledReason
    }
  }
`);

export const ROLES = graphql(`
  query TargetsRoles {
    roles { name }
  }
`);

export const DELIVERIES = graphql(`
  query TargetsDeliveries($target: ID, $state: [DeliveryState!], $first: Int!) {
    deliveries(target: $target, state: $state, first: $first) {
      pageInfo { hasNextPage }
      edges { node {
        id event subject state attempts due createdAt settledAt lastStatus lastError remoteId
        target { id name }
      } }
    }
  }
`);

export const CREATE = graphql(`
  mutation TargetsCreate($input: TargetInput!) {
    createTarget(input: $input) { secret target { id name } }
  }
`);

export const UPDATE = graphql(`
  mutation TargetsUpdate($id: ID!, $input: TargetChanges!, $reason: String!) {
    updateTarget(id: $id, input: $input, reason: $reason) { id disabledAt }
  }
`);

export const REMOVE = graphql(`
  mutation TargetsRemove($id: ID!, $reason: String!) {
    removeTarget(id: $id, reason: $reason)
  }
`);

export const TEST = graphql(`
  mutation TargetsTest($id: ID!, $event: TargetEvent!, $send: Boolean!) {
    testTarget(id: $id, event: $event, send: $send) {
      sent delivered status error
      request { method url headers body }
    }
  }
`);

export const REPLAY = graphql(`
  mutation TargetsReplay($id: ID!, $reason: String!) {
    replayDelivery(id: $id, reason: $reason) { id state }
  }
`);

export const REPLAY_ALL = graphql(`
  mutation TargetsReplayAll($target: ID!, $reason: String!) {
    replayDeliveries(target: $target, reason: $reason)
  }
`);

export const ON_CALL = graphql(`
  query TargetsOnCall {
    onCall {
      version plan createdBy createdAt reason quietUntil
      now { schedule target next until }
      steps { step minutes schedule target }
    }
  }
`);

export const SAVE_ON_CALL = graphql(`
  mutation TargetsSaveOnCall($plan: JSON!, $reason: String!) {
    saveOnCall(plan: $plan, reason: $reason) { version }
  }
`);
