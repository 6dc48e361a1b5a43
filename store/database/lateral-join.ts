/*
 * Joins of statements that callers read with. What guards a view is a barrier to the planner too: it would read all of the view
 * before it joins. Looked up for each row, it is read by its indexes, and so is for joins of few rows (decision 0037).
 */

/** Joins what a view has for each row before it: `as` is its name, `condition` speaks of it as `it`. */
export const lateralJoin = (view: string, as: string, condition: string): string =>
  `CROSS JOIN LATERAL (SELECT * FROM ${view} it WHERE ${condition} OFFSET 0) ${as}`;

/** Joins the response whose id, time and cell the row `key` holds. */
export const lateralResponse = (key: string, as = 'r'): string =>
  lateralJoin('response', as, isOf('id', key));

/** Joins what model versions said of the response whose id, time and cell the row `key` holds; `also` narrows it. */
export const lateralPredictions = (key: string, as = 'p', also = 'true'): string =>
  lateralJoin('prediction', as, `${isOf('response_id', key)} AND ${also}`);

/** Time and cell too: by these a hypertable opens one chunk. */
const isOf = (id: string, key: string) =>
  `it.${id} = ${key}.id AND it.answered_at = ${key}.answered_at AND it.cell_id = ${key}.cell_id`;
