import { graphql } from '../../gql/gql.ts';

export const LIST = graphql(`
  query AlertsList($state: [AlertState!]!, $first: Int!) {
    alerts(state: $state, first: $first) {
      pageInfo { hasNextPage }
      edges { node {
        id state severity rule title summary since raisedAt changedAt
        segmentValues { field value }
      } }
    }
  }
`);

export const LIVE = graphql(`
  subscription AlertsLive($after: String) {
    alertUpdates(after: $after) {
      position
      alert {
        id state severity rule title summary since raisedAt changedAt
        segmentValues { field value }
      }
    }
  }
`);

export const ALERT = graphql(`
  query AlertsOne($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Alert {
        state severity rule title summary since raisedAt changedAt resolvedAt facts evidence
        segmentValues { field value }
        before { id time until score low high responses suppressed }
        after { id time until score low high responses suppressed }
        decision { id agent policy state reason decidedAt action alternatives { action reason } replay { same reason } }
        events { at kind by reason }
      }
    }
  }
`);

export const ACCOUNTS = graphql(`
  query AlertsAccounts($cause: AccountCause!, $first: Int!) {
    accountsAtRisk(cause: $cause, first: $first) {
      pageInfo { hasNextPage }
      edges { node { account owner reasons alert { id } decision { id } } }
    }
  }
`);

export const CHANGE = graphql(`
  query AlertsChange(
    $segment: SegmentInput
    $beforeFrom: DateTime!
    $beforeTo: DateTime!
    $afterFrom: DateTime!
    $afterTo: DateTime!
  ) {
    npsChange(segment: $segment, beforeFrom: $beforeFrom, beforeTo: $beforeTo, afterFrom: $afterFrom, afterTo: $afterTo) {
      difference low high pValue
      before { responses suppressed }
      after { responses suppressed }
    }
  }
`);

export const SERIES = graphql(`
  query AlertsSeries($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $every: Granularity!) {
    npsSeries(segment: $segment, from: $from, to: $to, every: $every) {
      time until score low high responses suppressed
    }
  }
`);

export const DRIVERS = graphql(`
  query AlertsDrivers(
    $segment: SegmentInput
    $beforeFrom: DateTime!
    $beforeTo: DateTime!
    $afterFrom: DateTime!
    $afterTo: DateTime!
    $by: [Dimension!]!
    $themes: Boolean!
  ) {
    drivers(
      segment: $segment
      beforeFrom: $beforeFrom
      beforeTo: $beforeTo
      afterFrom: $afterFrom
      afterTo: $afterTo
      by: $by
      themes: $themes
    ) {
      segmentValues { field value }
      theme mix rate low high suppressed
    }
  }
`);

export const EXAMPLES = graphql(`
  query AlertsExamples($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $class: [NpsClass!]) {
    responses(segment: $segment, from: $from, to: $to, class: $class, first: 40) {
      edges { node { id answeredAt score class comment segmentValues { field value } } }
    }
  }
`);

export const ACKNOWLEDGE = graphql(`
  mutation AlertsAcknowledge($id: ID!, $reason: String!) {
    acknowledgeAlert(id: $id, reason: $reason) { id state changedAt }
  }
`);

export const DISMISS = graphql(`
  mutation AlertsDismiss($id: ID!, $reason: String!) {
    dismissAlert(id: $id, reason: $reason) { id state changedAt }
  }
`);

export const OPEN_CASE = graphql(`
  mutation AlertsOpenCase($input: CaseInput!) {
    openCase(input: $input) { id }
  }
`);

/** What the narrator has written about an alert. */
export const NARRATIVE = graphql(`
  query AlertsNarrative($id: ID!) {
    narratives(about: $id, kind: ALERT, first: 1) {
      edges { node { id writtenAt sentences { text facts { id cites } } } }
    }
  }
`);
