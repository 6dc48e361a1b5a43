/** Has no login; the connections for reading become it. */
export const READER = 'scoreline_reader';
/** Where the views are. */
export const VIEWS = 'scoped';
/** Names the scope of a connection. */
export const SCOPE_SETTING = 'scoreline.scope';
