/** No cell has this id. A bounded set of cells with it is that of a row about a member of staff (decision 0144). */
const STAFF_ID = -1;

/** The set of cells of such a row: every cell, and a member of staff. */
export const STAFF_CELLS = `{[${STAFF_ID},)}`;

/** SQL: whether the row with that set of cells is about a member of staff. */
export const isOfStaff = (cells: string) => `(NOT lower_inf(${cells}) AND ${cells} @> (${STAFF_ID}))`;
