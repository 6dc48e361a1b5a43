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
