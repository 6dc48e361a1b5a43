/** The queries that the README shows, each a tab of the console. A test holds the README to them, and runs them. */
export const EXAMPLE_QUERIES: readonly { readonly name: string; readonly query: string }[] = [
  {
    name: 'NpsByRegion',
    query: `query NpsByRegion {
  nps(window: "P12W", asOf: "2026-10-21T00:00:00Z", groupBy: [REGION]) {
    region score low high method responses
  }
}`,
  },
  {
    name: 'NpsSeries',
    query: `query NpsSeries {
  npsSeries(from: "2026-07-31T22:00:00Z", to: "2026-10-31T23:00:00Z", every: MONTH, timeZone: "Europe/Berlin") {
    time score low high responses
  }
}`,
  },
  {
    name: 'NpsChange',
    query: `query NpsChange {
  npsChange(
    beforeFrom: "2026-08-01T00:00:00Z", beforeTo: "2026-09-01T00:00:00Z"
    afterFrom: "2026-09-01T00:00:00Z", afterTo: "2026-10-21T00:00:00Z"
  ) {
    before { score responses } after { score responses }
    difference low high pValue
  }
}`,
  },
  {
    name: 'LatestResponses',
    query: `query LatestResponses {
  responses(first: 3, to: "2026-11-01T00:00:00Z") {
    edges { node { id answeredAt score scale class productLine region comment } }
    pageInfo { hasNextPage endCursor }
  }
}`,
  },
  {
    name: 'OneScore',
    query: `query OneScore {
  nps(
    window: "P12W", asOf: "2026-10-21T00:00:00Z"
    segment: { productLine: ["Payments"], region: ["Germany"] }
  ) {
    id score responses
  }
}`,
  },
  {
    name: 'WhereFrom',
    query: `query WhereFrom($id: ID!) {
  trace(id: $id, first: 12) {
    nodes { depth kind label }
    complete
  }
}`,
  },
  {
    name: 'Classify',
    query: `query Classify {
  classify(texts: ["The app crashes every time I open a report."]) {
    class detractor sentiment negative
    themes { theme probability }
    explanation(head: SENTIMENT) { token share }
  }
}`,
  },
  {
    name: 'Live',
    query: `subscription Live {
  npsUpdates(window: "PT6H", groupBy: [PRODUCT_LINE]) {
    position
    row { productLine score low high responses until }
  }
}`,
  },
];
