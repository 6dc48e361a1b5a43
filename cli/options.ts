/** The server that a command asks. */
export const url = {
  type: 'string',
  value: 'URL',
  help: 'the server (key: SCORELINE_ADMIN_KEY); without it the one that runs on the data folder',
} as const;
/** Why something is done. */
export const reason = { type: 'string', value: 'TEXT', help: 'why; it is kept in the audit log' } as const;
