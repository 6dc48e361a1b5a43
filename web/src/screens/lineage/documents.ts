import { graphql } from '../../gql/gql.ts';

/** The kinds of a lineage, with how many nodes each has. */
export const GROUPS = graphql(`
  query LineageGroups($id: ID!, $direction: TraceDirection!) {
    lineageGroups(id: $id, direction: $direction) {
      node { id kind label recordedAt }
      groups { kind depth count }
      links { from to relation }
      complete
      reason
    }
  }
`);

/** A page of the nodes of one kind. */
export const MEMBERS = graphql(`
  query LineageMembers($id: ID!, $direction: TraceDirection!, $kind: String!, $contains: String, $after: String) {
    lineageMembers(id: $id, direction: $direction, kind: $kind, contains: $contains, first: 50, after: $after) {
      nodes { id kind label recordedAt }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const PATH = graphql(`
  query LineagePath($from: ID!, $to: ID!) {
    path(from: $from, to: $to) {
      nodes { id kind label recordedAt }
      edges { from to relation }
      complete
      reason
    }
  }
`);

/** What a node went into, summed. */
export const IMPACT = graphql(`
  query LineageImpact($id: ID!) {
    impact(id: $id, first: 1) {
      totals { rollups segments responses inferred firstHour lastHour suppressed complete reason }
      decisions(first: 5) { nodes { id label } pageInfo { hasNextPage } }
      alerts(first: 5) { nodes { id label } pageInfo { hasNextPage } }
    }
  }
`);

export const SCORE = graphql(`
  query LineageScore($id: ID!) {
    npsRow(id: $id) { id time until score low high responses suppressed }
  }
`);

/** The score that the filter row names: where a lineage begins when no node is chosen. */
export const PRESENT = graphql(`
  query LineagePresent($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!) {
    nps(segment: $segment, window: $window, asOf: $asOf, basis: $basis) { id responses suppressed }
  }
`);

export const VERIFY = graphql(`
  query VerifyScore($id: ID!) {
    verify(id: $id) {
      verdict
      reason
      stated
      recomputed
      responses
      erased
      rollups
      root
      offender
      steps { check passed says }
    }
  }
`);

export const PROOF = graphql(`
  query ExportProof($id: ID!) {
    exportProof(id: $id)
  }
`);

export const KNOWN = graphql(`
  query ScoreAsKnown($id: ID!, $knownAt: DateTime!) {
    npsAsKnownAt(id: $id, knownAt: $knownAt) {
      knownAt
      known { score low high responses }
      now { score low high responses }
      differences {
        reason
        promoters
        passives
        detractors
        responses
        facts(first: 20) { responseId known now recordedAt }
      }
    }
  }
`);
