import { DateTime, Duration } from 'luxon';
import type { Config } from '../config/config.ts';
import { ageOut, type RetainedKind } from '../store/data-subjects/retention.ts';
import { trimJournal } from '../store/journal/journal-trim.ts';
import type { OpenDatabase } from './open-database.ts';

const ago = (now: number, keep: string) =>
  DateTime.fromMillis(now, { zone: 'utc' }).minus(Duration.fromISO(keep)).toJSDate();

/**
 * Deletes once what the policy calls old at that moment, and rewrites the embedded database's files; returns
 * the rows by kind. Ends after the current batch when the process stops.
 */
export async function applyRetention(
  database: OpenDatabase,
  retention: Config['retention'],
  now: number,
  stopped?: () => boolean,
) {
  const { journal: keepJournal, ...kinds } = retention;
  const cutoffs: Partial<Record<RetainedKind, Date>> = {};
  for (const [kind, keep] of Object.entries(kinds) as [RetainedKind, string][])
    cutoffs[kind] = ago(now, keep);
  const rows = await ageOut(database, kinds, cutoffs, now, stopped);
  if (Object.values(rows).some((n) => n > 0)) database.files.dueToday();
  const journal =
    keepJournal === null
      ? 0
      : await trimJournal(database.store, { before: ago(now, keepJournal), now, stopped });
  return { ...rows, journal };
}
