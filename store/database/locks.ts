/** Numbers of PostgreSQL's advisory locks, which are shared by all that use the database: one for each purpose. */
export const LOCKS = {
  migration: 72673,
  models: 72674,
  seals: 72675,
  audit: 72676,
  wrappingKeys: 72677,
  holds: 72678,
  monitoring: 72679,
  ledgers: 72680,
  cells: 72681,
  journalTrim: 72682,
  /** With the hash of a name beside it. */
  provenance: 72690,
} as const;
