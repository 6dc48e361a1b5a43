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

/**
 * Joins what a view of the wall has for each row before it: `as` is its name, `condition` speaks of it as `it`. A plain join does not
 * do: what guards a view is a barrier to the planner too, which would read all of the view before it joins. This is read by
 * its indexes for each row, and so is for joins of few rows.
 */
export const lookUp = (view: string, as: string, condition: string): string =>
  `CROSS JOIN LATERAL (SELECT * FROM ${view} it WHERE ${condition} OFFSET 0) ${as}`;
