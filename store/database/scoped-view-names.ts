/** Has no login; the connections for reading become it. */
export const READER = 'scoreline_reader';
/** Where the views are. */
export const VIEWS = 'scoped';
/** Where the functions are that give first pages. */
export const PAGES = 'paged';
/** What the reader finds under a plain name, before the tables. */
export const READER_PATH = `${VIEWS},${PAGES},public`;
/** Names the scope of a connection. */
export const SCOPE_SETTING = 'scoreline.scope';
/** For one transaction: becomes the reader, in the scope of that fingerprint. */
export const BECOME_READER = `SELECT set_config('role', '${READER}', true), set_config('search_path', '${READER_PATH}', true),
  set_config('${SCOPE_SETTING}', $1, true)`;
/** For the connection, until another scope uses it. */
export const SET_SCOPE = `SELECT set_config('${SCOPE_SETTING}', $1, false)`;
