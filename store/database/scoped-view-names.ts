/** Has no login; reading connections take it on. */
export const READER = 'scoreline_reader';
/** The schema of the views. */
export const VIEWS = 'scoped';
/** The schema of the functions for first pages. */
export const PAGES = 'paged';
/** What plain names resolve to for the reader, before the tables. */
export const READER_PATH = `${VIEWS},${PAGES},public`;
/** The setting that holds a connection's scope. */
export const SCOPE_SETTING = 'scoreline.scope';
/** For one transaction: takes on the reader's role, in the scope of that fingerprint. */
export const BECOME_READER = `SELECT set_config('role', '${READER}', true), set_config('search_path', '${READER_PATH}', true),
  set_config('${SCOPE_SETTING}', $1, true)`;
/** For the connection, until another scope uses it. */
export const SET_SCOPE = `SELECT set_config('${SCOPE_SETTING}', $1, false)`;
