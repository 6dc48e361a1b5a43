/** Numbers of PostgreSQL's advisory locks, which everything on the database shares: one for each purpose. */
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
  housekeeping: 72683,
  moveEvents: 72684,
  scoreMonitor: 72685,
  /** Used with the hash of a name. */
  provenance: 72690,
  integrity: 72691,
  requests: 72692,
  dataMonitor: 72693,
  modelMonitor: 72694,
  modelRollback: 72695,
  retraining: 72699,
} as const;
