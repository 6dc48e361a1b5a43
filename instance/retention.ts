import { DateTime, Duration } from 'luxon';
import type { Config } from '../config.ts';
import { ageOut, type RetainedKind } from '../store/retention.ts';
import type { OpenRecord } from './open-record.ts';

/**
 * Deletes once what the policy calls old at that moment, and has the embedded record's files follow; answers with the rows by
 * kind.
 */
export async function applyRetention(record: OpenRecord, retention: Config['retention'], now: number) {
  const cutoffs: Partial<Record<RetainedKind, Date>> = {};
  for (const [kind, keep] of Object.entries(retention) as [RetainedKind, string][])
    cutoffs[kind] = DateTime.fromMillis(now, { zone: 'utc' }).minus(Duration.fromISO(keep)).toJSDate();
  const rows = await ageOut(record, retention, cutoffs, now);
  if (Object.values(rows).some((n) => n > 0)) record.files.dueToday();
  return rows;
}
