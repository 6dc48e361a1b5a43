import { graphql } from '../../gql/gql.ts';

export const RULES = graphql(`
  query RulesList {
    rules {
      name version rule enabled problem createdBy createdAt reason
      test { from to fired real undecided }
    }
  }
`);

export const VERSIONS = graphql(`
  query RulesVersions($name: String!) {
    ruleVersions(name: $name) {
      name version rule enabled problem createdBy createdAt reason
      test { from to fired real undecided }
    }
  }
`);

export const REPLAY = graphql(`
  query RulesReplay($rule: JSON!, $from: DateTime!, $to: DateTime!) {
    replayRule(rule: $rule, from: $from, to: $to) {
      from to fired real undecided statedFalseAlarmsPerYear
      firings { at verdict }
    }
  }
`);

export const SERIES = graphql(`
  query RulesSeries($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $every: Granularity!) {
    npsSeries(segment: $segment, from: $from, to: $to, every: $every) {
      time until score low high responses suppressed
    }
  }
`);

export const SAVE = graphql(`
  mutation RulesSave($name: String!, $rule: JSON!, $enabled: Boolean!, $reason: String!) {
    saveRule(name: $name, rule: $rule, enabled: $enabled, reason: $reason) {
      name version rule enabled problem createdBy createdAt reason
      test { from to fired real undecided }
    }
  }
`);
