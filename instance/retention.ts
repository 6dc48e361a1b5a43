import { DateTime, Duration } from 'luxon';
import type { Config } from '../config.ts';
import { ageOut, type RetainedKind } from '../store/retention.ts';
import type { OpenRecord } from './open-record.ts';

/** Deletes once what the policy calls old at that moment; answers with the rows by kind. */
export function applyRetention(record: OpenRecord, retention: Config['retention'], now: number) {
  const cutoffs: Partial<Record<RetainedKind, Date>> = {};
  for (const [kind, keep] of Object.entries(retention) as [RetainedKind, string][])
    cutoffs[kind] = DateTime.fromMillis(now, { zone: 'utc' }).minus(Duration.fromISO(keep)).toJSDate();
  return ageOut(record, retention, cutoffs);
}
