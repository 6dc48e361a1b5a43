/** What docs/guides/operations.md asks of PostgreSQL, for a machine with 8 GB of memory: for our rows and for the baselines alike. */
export const SERVER_SETTINGS = {
  shared_buffers: '2GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '15min',
} as const;

/** The same in a sentence. */
export const SETTINGS_TEXT = `PostgreSQL with ${Object.entries(SERVER_SETTINGS)
  .map(([name, value]) => `${name} ${value}`)
  .join(', ')}.`;
