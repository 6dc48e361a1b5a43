/*
 * Rows keep the subject under which they came. These fragments resolve it where persons or accounts are counted, compared or shown. They
 * read the few rows of merged subjects with the owner's session; a subject that is merged with none has no row.
 */

/** The subject that the one of that expression counts as. */
export const resolved = (subject: string) =>
  `coalesce((SELECT m.root_id FROM merged_subject m WHERE m.id = ${subject}), ${subject})`;

/** An array: the subject of that expression, and all that are merged with it. */
export const allOf = (subject: string) =>
  `(ARRAY(SELECT m.id FROM merged_subject a JOIN merged_subject m ON m.root_id = a.root_id WHERE a.id = ${subject}) || ${subject})`;

/** Ids: those of that query, and all that are merged with one of them. */
export const withMerged = (query: string) =>
  `(SELECT id FROM (${query}) n (id) UNION SELECT m.id FROM (${query}) n (id)
    JOIN merged_subject a ON a.id = n.id JOIN merged_subject m ON m.root_id = a.root_id)`;
