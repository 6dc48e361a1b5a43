import { graphql } from '../../gql/gql.ts';

export const CURVES = graphql(`
  query BusinessCurves($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $horizon: Duration!) {
    retentionCurves(segment: $segment, from: $from, to: $to, horizon: $horizon) {
      class day accounts watched cancelled retention retentionLow retentionHigh suppressed
    }
  }
`);

export const CHURN = graphql(`
  query BusinessChurn(
    $segment: SegmentInput
    $from: DateTime!
    $to: DateTime!
    $groupBy: [Dimension!]!
    $horizon: Duration!
  ) {
    all: churnBySegment(segment: $segment, from: $from, to: $to, horizon: $horizon) {
      class accounts cancelled churn suppressed
    }
    groups: churnBySegment(segment: $segment, from: $from, to: $to, groupBy: $groupBy, horizon: $horizon) {
      segmentValues { field value }
      class accounts cancelled churn retentionLow retentionHigh suppressed
    }
    churnAssociation(segment: $segment, from: $from, to: $to, adjustFor: $groupBy, horizon: $horizon) {
      adjustedFor oddsRatio low high accounts otherAccounts strata leftOut notFollowed suppressed
    }
  }
`);

export const FIGURES = graphql(`
  query BusinessFigures($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $lifetime: Duration!) {
    kpis(segment: $segment, from: $from, to: $to, lifetime: $lifetime) {
      kpi currency value low high n leftOut suppressed
    }
    onboardingSpeed(segment: $segment, from: $from, to: $to) {
      speed accounts score low high leftOut suppressed
    }
  }
`);

export const CASES = graphql(`
  query BusinessCases($from: DateTime!, $to: DateTime!) {
    caseMetrics(from: $from, to: $to) {
      severity opened closed late answers
      hoursToAct hoursToActLow hoursToActHigh
      hoursToClose hoursToCloseLow hoursToCloseHigh
      hoursFromAnswer hoursFromAnswerLow hoursFromAnswerHigh
    }
  }
`);
