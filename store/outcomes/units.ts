import { allOf } from '../encryption/merged.ts';

/*
 * The unit of an outcome o: its account, or its respondent where it names none. Both count as what they are merged into.
 */

/** Joins the subject that the unit of o is merged into: coalesce(ms.root_id, o.account_id, o.subject_id). */
export const MERGED_UNIT = 'LEFT JOIN merged_subject ms ON ms.id = coalesce(o.account_id, o.subject_id)';

/** Whether the outcome is of the unit, as its account or its respondent. */
export const isOf = (outcome: string, unit: string) =>
  `(${outcome}.account_id = ANY (${allOf(unit)}) OR ${outcome}.subject_id = ANY (${allOf(unit)}))`;
