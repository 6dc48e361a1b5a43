/*
 * Which files run where. `npm test` takes about five minutes on two cores, so files that take long (more than about 8 s
 * there beside each other) run in `npm run test:services` only, each on the backend that it says most about. All other files of
 * test/integration/ and test/e2e/ run on both backends.
 */

const named = (folder: string, names: string): string[] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => `test/${folder}/${name}.test.ts`);

/**
 * Not on real servers: what never reaches the database, or concerns the source or the embedded database alone, and what is decided
 * before or after the store by the same code: bodies and connections of HTTP, streams of a server that stops, options of a
 * command. What says something of statements, transactions, locks, rights, rows or the graph, or of several processes, runs on both
 * backends, also where it only reads.
 */
const SAME_ON_EVERY_BACKEND = [
  ...named('e2e', 'event-streams lineage-key'),
  ...named('e2e/abuse', 'broken-off cases charsets operation-name transports'),
  ...named(
    'integration',
    'architecture folder-lock head-sink jwt log page-documents read-rows read-rows-dialects',
  ),
  ...named('integration', 'schema-dump text-sizes'),
];

/**
 * Take long, and concern the embedded database, or do not depend on the backend (withheld: what stands before any database, compared on
 * real servers by non-interference): once, on embedded stores.
 */
const LONG_ON_EMBEDDED = [
  ...named(
    'e2e',
    'account-cases build cli demo doors import import-undo-killed model-pairs oidc old-data-folders policies-command redaction segment-rules sessions watched-files',
  ),
  ...named(
    'e2e/abuse',
    'documents every-argument flood ingest-door logs patterns refusals variables watchdog',
  ),
  ...named(
    'integration',
    'account-watch ask companion-retraining companions narrative-rewrite patterns pglite-keeper policies read-rows-memory record-template retraining score-monitor-demo secrets simulation two-encoders upkeep withheld',
  ),
];

/** Take long: once, on real servers. */
const LONG_ON_SERVERS = [
  ...named(
    'e2e',
    'access audit dimension-changes direct-answers import-undo live mcp models notes on-call outcomes response-filters reviews sealing slow-stream sources survey-links survey-script targets uploads webhooks',
  ),
  ...named('e2e/abuse', 'cells connections strings'),
  ...named(
    'integration',
    'accounts-at-risk anonymous-keys as-of attacker bounded-reads business business-associations coaching counting first-look grouped-series',
  ),
  ...named(
    'integration',
    'identities import-exact outcomes journal-retention key-rotation leases ledgers lineage lineage-agents monitor narrative',
  ),
  ...named(
    'integration',
    'non-interference rates readiness refusals remembered-counts retention-rules revisions-model rights-races rule-replay same-work scopes-graphql score-monitor scoring seal-attacks seals training-erasure training-orders',
  ),
];

/** Take long, and find something else on each backend: what files on disk contain, a crash, a whole server. */
const LONG_ON_BOTH = [
  ...named('e2e', 'durability planted server'),
  ...named('integration', 'encrypted-database'),
];

/** Files of the project `short`: what `npm test` runs beside the unit tests. */
export const SHORT = {
  include: ['test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts'],
  exclude: [...LONG_ON_EMBEDDED, ...LONG_ON_SERVERS, ...LONG_ON_BOTH],
};
/** Files of the project `long`, on embedded stores. */
export const LONG = { include: [...LONG_ON_EMBEDDED, ...LONG_ON_BOTH] };
/** Files of the project `services`, on TimescaleDB and Neo4j. */
export const SERVICES = {
  include: ['test/services/**/*.test.ts', 'test/faults/**/*.test.ts', ...SHORT.include],
  exclude: [...SAME_ON_EVERY_BACKEND, ...LONG_ON_EMBEDDED],
};
