import { breathe } from '../../domain/text/slices.ts';
import type { Session, Store } from '../database/client.ts';
import { statement, unnamed } from '../database/statement.ts';
import { BEGINNING, journalHead } from '../journal/journal.ts';
import type { Look, Taken } from '../journal/looks.ts';
import { type CommittedEntry, RememberedCounts, type RememberedUnit, UNIT_MS } from './remembered-counts.ts';
import { countBuckets } from './rollup-statements.ts';

/** So many entries per statement; and so many at most beyond the safe end, while a transaction stays open. */
export const ENTRIES_AT_ONCE = 1_000;

/**
 * Every committed entry after `$1, $2`, in one snapshot; of those in `$3` only the position. Rows of their own: the highest id of a cell;
 * how many releases the ledgers `$5` have; and that the journal was trimmed beyond that position, or no longer has it or one of `$3` (the
 * database was restored, or a standby took over that had not received them).
 */
const COMMITTED_AFTER = statement(
  'counts_committed_after',
  `SELECT 'entry' AS what, xact, position, xact < (SELECT journal_safe_end()) AS "isFinal",
      CASE WHEN kind = 'responses' AND position <> ALL ($3::bigint[]) THEN payload -> 'deltas' END AS deltas
    FROM (SELECT * FROM journal WHERE (xact, position) > ($1::bigint, $2::bigint) ORDER BY xact, position LIMIT $4) j
    UNION ALL
    SELECT 'cells', NULL, max(id), NULL, NULL FROM cell
    UNION ALL
    SELECT key, NULL, lots, NULL, NULL FROM disclosure_ledger WHERE key = ANY ($5::text[])
    UNION ALL
    SELECT 'gone', NULL, NULL, NULL, NULL WHERE EXISTS (SELECT FROM journal_mark WHERE (xact, position) > ($1::bigint, $2::bigint))
      OR ($1::bigint > ${BEGINNING.xact} AND NOT EXISTS (SELECT FROM journal WHERE xact = $1::bigint AND position = $2::bigint))
      OR EXISTS (SELECT FROM unnest($3::bigint[]) taken WHERE NOT EXISTS (SELECT FROM journal WHERE position = taken))`,
);

/** What one snapshot has beyond a position of the journal. Of two cells the one that was committed later has the higher id. */
interface Committed extends Pick<Look, 'highestCell' | 'releases'> {
  /** Up to ENTRIES_AT_ONCE, in the order of the journal. */
  readonly entries: readonly CommittedEntry[];
}

/** `what`: 'entry', 'cells', 'gone' or the key of a ledger; `position` then is the number that was asked for. */
type CommittedRow = CommittedEntry & { readonly what: string };

/** What was committed after those entries, and how far those ledgers are; null: the journal does not lead on from there. */
export async function committedAfter(
  session: Session,
  { base: { xact, position }, beyond }: Taken,
  ledgers: readonly string[],
): Promise<Committed | null> {
  const asked = [xact, position, beyond, ENTRIES_AT_ONCE, ledgers];
  const rows = await session.rows<CommittedRow>(COMMITTED_AFTER, asked);
  const entries: CommittedEntry[] = [];
  const releases = new Map<string, number>();
  let highestCell = 0;
  for (const row of rows)
    if (row.what === 'entry') entries.push(row);
    else if (row.what === 'gone') return null;
    else if (row.what === 'cells') highestCell = row.position ?? 0;
    else releases.set(row.what, row.position);
  entries.sort((a, b) => a.xact - b.xact || a.position - b.position);
  return { entries, highestCell, releases };
}

const ONE_SNAPSHOT = unnamed('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
const CELL_IDS = statement('counts_cells', 'SELECT id FROM cell ORDER BY id');
/** So many cells are read at first: their rows of 100 days of hours, or of several years of days. Where cells have few rows, more follow. */
const CELLS_AT_FIRST = 4;
const CELLS_AT_MOST = 32;
const ROWS_AT_ONCE = 5_000;
const FIRST_DAY = Date.parse('0001-01-01T00:00:00Z');
const LAST_DAY = Date.parse('9999-12-31T00:00:00Z');
/** Longer than the longest window of hours. */
const HOURS_KEPT_MS = 100 * UNIT_MS.DAY;

/**
 * The counts in the rollups and the entries that are in them, of one snapshot; null: they are too large.
 * @throws Error while more entries than are read at once are not final.
 */
export function loadCounts(
  store: Store,
  unit: RememberedUnit,
  { now, mostBytes }: { readonly now: number; readonly mostBytes: number },
): Promise<RememberedCounts | null> {
  const size = UNIT_MS[unit];
  const from = unit === 'DAY' ? FIRST_DAY : Math.floor((now - HOURS_KEPT_MS) / UNIT_MS.DAY) * UNIT_MS.DAY;
  const edges = [from, from + size, LAST_DAY];
  return store.transaction(async (session) => {
    await session.rows(ONE_SNAPSHOT, []);
    const head = await journalHead(session);
    const committed = await committedAfter(session, { base: head, beyond: [] }, []);
    const beyond = committed?.entries;
    if (!beyond || beyond.length === ENTRIES_AT_ONCE)
      throw new Error('a transaction is open that is older than very many entries of the journal');
    const positions = beyond.map(({ position }) => position);
    const known = new RememberedCounts(unit, from, head, positions);
    const ids = (await session.rows<{ id: number }>(CELL_IDS, [])).map(({ id }) => id);
    for (let first = 0, atOnce = CELLS_AT_FIRST; first < ids.length; ) {
      const cellIds = ids.slice(first, first + atOnce);
      first += atOnce;
      const query = { edges, cellIds, byCell: true, now, classes: { kind: 'surveyed' } } as const;
      const rows = await countBuckets(session, unit, query);
      for (const { interval, cellId, promoters, passives, detractors } of rows.sort(byInterval))
        known.add(cellId, from / size + interval, [promoters, passives, detractors]);
      if (known.bytes > mostBytes) return null;
      atOnce = rows.length > ROWS_AT_ONCE ? CELLS_AT_FIRST : Math.min(2 * atOnce, CELLS_AT_MOST);
      await breathe();
    }
    return known;
  });
}

const byInterval = (a: { interval: number }, b: { interval: number }) => a.interval - b.interval;
