/*
 * Joins for statements that callers read with. A view's condition is a barrier to the planner: it would read
 * the whole view before it joins. A lateral join looks each row up by the view's indexes, and so suits few rows
 * (decision 0037).
 */

/** Joins a view's rows for each row before it: `as` is its name, `condition` refers to it as `it`. */
export const lateralJoin = (view: string, as: string, condition: string): string =>
  `CROSS JOIN LATERAL (SELECT * FROM ${view} it WHERE ${condition} OFFSET 0) ${as}`;

/** Joins the response with the id, time and cell of the row `key`. */
export const lateralResponse = (key: string, as = 'r'): string =>
  lateralJoin('response', as, isOf('id', key));

/**
 * Joins the predictions of the response with the id, time and cell of the row `key`; `also` is a further
 * condition.
 */
export const lateralPredictions = (key: string, as = 'p', also = 'true'): string =>
  lateralJoin('prediction', as, `${isOf('response_id', key)} AND ${also}`);

/** Time and cell too: with these a hypertable opens one chunk. */
const isOf = (id: string, key: string) =>
  `it.${id} = ${key}.id AND it.answered_at = ${key}.answered_at AND it.cell_id = ${key}.cell_id`;
