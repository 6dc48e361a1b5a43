import { graphql } from '../../gql/gql.ts';

/** A page of the list. Reading a comment is audited: only rows that can be scrolled to are asked for. */
export const PAGE = graphql(`
  query ResponsesPage(
    $segment: SegmentInput
    $from: DateTime
    $to: DateTime
    $class: [NpsClass!]
    $themes: [String!]
    $sentiment: [Sentiment!]
    $sources: [String!]
    $text: String
    $counted: Boolean!
    $order: ResponseOrder!
    $first: Int!
    $after: String
  ) {
    responses(
      segment: $segment
      from: $from
      to: $to
      class: $class
      themes: $themes
      sentiment: $sentiment
      sources: $sources
      text: $text
      counted: $counted
      order: $order
      first: $first
      after: $after
    ) {
      edges {
        node {
          id
          answeredAt
          score
          class
          comment
          source
          segmentValues {
            field
            value
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      searchedTo
    }
  }
`);

/** The ids at the head of the list, without texts: which of them are new. */
export const HEAD = graphql(`
  query ResponsesHead(
    $segment: SegmentInput
    $from: DateTime
    $class: [NpsClass!]
    $themes: [String!]
    $sentiment: [Sentiment!]
    $sources: [String!]
    $text: String
    $counted: Boolean!
    $first: Int!
  ) {
    responses(
      segment: $segment
      from: $from
      class: $class
      themes: $themes
      sentiment: $sentiment
      sources: $sources
      text: $text
      counted: $counted
      first: $first
    ) {
      edges {
        node {
          id
        }
      }
    }
  }
`);

/** The window's edges, and how many answers of each class it has. */
export const WINDOW = graphql(`
  query ResponsesWindow($segment: SegmentInput, $window: Duration!, $asOf: DateTime) {
    nps(segment: $segment, window: $window, asOf: $asOf) {
      id
      time
      until
      responses
      promoters
      passives
      detractors
      suppressed
    }
  }
`);

/** How many answers of the list each source and sentiment has. */
export const COUNTS = graphql(`
  query ResponsesCounts($segment: SegmentInput, $from: DateTime, $to: DateTime, $predictions: Boolean!) {
    responseCounts(segment: $segment, from: $from, to: $to) {
      responses
      complete
      sources {
        source
        responses
      }
      sentiments @include(if: $predictions) {
        negative
        neutral
        positive
      }
    }
  }
`);

/** The themes of the window with their counts. */
export const THEMES = graphql(`
  query ResponsesThemes($segment: SegmentInput, $window: Duration!, $asOf: DateTime) {
    themes(segment: $segment, window: $window, asOf: $asOf) {
      theme
      responses
      suppressed
    }
  }
`);

/** The names of the sources, for the filter. */
export const SOURCES = graphql(`
  query ResponsesSources($segment: SegmentInput) {
    sources(segment: $segment, first: 20) {
      edges {
        node {
          name
        }
      }
    }
  }
`);

export const LIVE = graphql(`
  subscription ResponsesLive($segment: SegmentInput, $window: Duration!, $after: String) {
    npsUpdates(segment: $segment, window: $window, after: $after) {
      position
      lagMs
      row {
        id
      }
    }
  }
`);

export const ANSWER = graphql(`
  query ResponsesAnswer($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Response {
        externalId
        source
        answeredAt
        receivedAt
        score
        scale
        class
        survey
        surveyVersion
        comment
        respondent
        counting {
          counted
          reason
          rule
          since
          instead
          flags
        }
        segmentValues {
          field
          value
        }
        prediction {
          modelVersion {
            id
            version
          }
          class
          promoter
          passive
          detractor
          sentiment
          negative
          neutral
          positive
          uncertainty
          abstained
          themes {
            theme
            probability
            called
          }
        }
      }
    }
  }
`);

export const EXPLANATION = graphql(`
  query ResponsesExplanation($id: ID!, $head: Head!) {
    node(id: $id) {
      __typename
      id
      ... on Response {
        prediction {
          explanation(head: $head) {
            token
            share
          }
        }
      }
    }
  }
`);

/** Where the answer comes from, and what reviewers decided about it. */
export const LINEAGE = graphql(`
  query ResponsesLineage($id: ID!) {
    trace(id: $id, first: 50) {
      nodes {
        id
        kind
        label
        recordedAt
      }
    }
    reviews: lineageMembers(id: $id, direction: DOWNSTREAM, kind: "Review", first: 10) {
      nodes {
        id
        label
        recordedAt
      }
    }
  }
`);

export const DISPUTE = graphql(`
  mutation ResponsesDispute($response: ID!, $reason: String!) {
    disputeResponse(response: $response, reason: $reason) {
      id
    }
  }
`);

export const CORRECT = graphql(`
  mutation ResponsesCorrect($response: ID!, $score: Int, $comment: String, $reason: String!) {
    correctResponse(response: $response, score: $score, comment: $comment, reason: $reason)
  }
`);

export const RESTRICT = graphql(`
  mutation ResponsesRestrict($respondent: String!, $restricted: Boolean!, $reason: String!) {
    restrictSubject(respondent: $respondent, restricted: $restricted, reason: $reason)
  }
`);

export const COUNT = graphql(`
  mutation ResponsesCount($response: ID!, $counted: Boolean!, $reason: String!) {
    countResponse(response: $response, counted: $counted, reason: $reason)
  }
`);

export const ERASE = graphql(`
  mutation ResponsesErase($respondent: String!, $reason: String!) {
    eraseSubject(respondent: $respondent, reason: $reason) {
      known
      responses
      complete
      remaining
    }
  }
`);
