import { graphql } from '../../gql/gql.ts';

/** Scores over time. */
export const SERIES = graphql(`
  query ExploreLines(
    $segment: SegmentInput
    $from: DateTime!
    $to: DateTime!
    $every: Granularity!
    $rolling: Duration
    $basis: Basis!
    $groupBy: [Dimension!]!
  ) {
    npsSeries(
      segment: $segment
      from: $from
      to: $to
      every: $every
      rolling: $rolling
      basis: $basis
      groupBy: $groupBy
    ) {
      id
      time
      until
      segmentValues {
        field
        value
      }
      score
      low
      high
      responses
      suppressed
    }
  }
`);

/** Scores of one window. */
export const SNAPSHOT = graphql(`
  query ExploreScores(
    $segment: SegmentInput
    $window: Duration!
    $asOf: DateTime
    $basis: Basis!
    $groupBy: [Dimension!]!
    $first: Int
    $orderBy: [NpsOrder!]!
  ) {
    nps(
      segment: $segment
      window: $window
      asOf: $asOf
      basis: $basis
      groupBy: $groupBy
      first: $first
      orderBy: $orderBy
    ) {
      id
      time
      until
      segmentValues {
        field
        value
      }
      score
      low
      high
      responses
      promoters
      passives
      detractors
      change
      suppressed
    }
  }
`);

/** Why the score changed. */
export const WHY = graphql(`
  query ExploreWhy(
    $segment: SegmentInput
    $beforeFrom: DateTime!
    $beforeTo: DateTime!
    $afterFrom: DateTime!
    $afterTo: DateTime!
    $by: [Dimension!]!
    $themes: Boolean!
    $basis: Basis!
  ) {
    npsChange(
      segment: $segment
      beforeFrom: $beforeFrom
      beforeTo: $beforeTo
      afterFrom: $afterFrom
      afterTo: $afterTo
      basis: $basis
    ) {
      before {
        id
        score
        responses
        suppressed
      }
      after {
        id
        score
        responses
        suppressed
      }
      difference
      low
      high
      pValue
    }
    drivers(
      segment: $segment
      beforeFrom: $beforeFrom
      beforeTo: $beforeTo
      afterFrom: $afterFrom
      afterTo: $afterTo
      by: $by
      themes: $themes
      basis: $basis
    ) {
      segmentValues {
        field
        value
      }
      theme
      mix
      rate
      low
      high
      responsesBefore
      responsesAfter
      shareBefore
      shareAfter
      scoreBefore
      scoreAfter
      before
      after
      suppressed
    }
  }
`);
