import { randomUUID } from 'node:crypto';
import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { BEGINNING, type JournalPosition } from '../journal/journal.ts';
import { ERASED_CONTENT } from '../responses/response-row.ts';
import type { JournalPayload } from '../tables/schema.ts';

/*
 * The journal records each response as it was counted and when it was deleted, which explains past scores
 * (proof/as-of.ts). Entries of erased responses are changed to random ids that lead nowhere.
 */

/** How many entries one statement reads, and how many one changes. */
const PAGE = 2_000;
const RENAMED_AT_ONCE = 500;

interface Entry {
  readonly position: number;
  readonly payload: JournalPayload;
}

/** Outcomes that are gone: their followers have read that they are. */
const NAMES_GONE = `EXISTS (SELECT FROM jsonb_array_elements_text(payload->'outcomes') o JOIN gone_outcome g ON g.id = o::uuid)`;
/** One page of the journal: which of its entries name one of the responses, and where it ends. */
const NAMED = statement(
  'anonymise_named',
  `WITH page AS (SELECT xact, position, kind, payload FROM journal WHERE (xact, position) > ($2::bigint, $3::bigint)
      ORDER BY xact, position LIMIT ${PAGE})
    SELECT coalesce(array_agg(position::float8) FILTER (WHERE kind IN ('responses', 'predictions')
        AND (payload->'added' ?| $1::text[] OR payload->'removed' ?| $1::text[]) OR kind = 'outcome' AND ${NAMES_GONE}), '{}') AS positions,
      (array_agg(xact::float8 ORDER BY xact DESC, position DESC))[1] AS xact,
      (array_agg(position::float8 ORDER BY xact DESC, position DESC))[1] AS position, count(*)::integer AS entries FROM page`,
);
const ENTRIES = statement(
  'anonymise_entries',
  'SELECT position, payload FROM journal WHERE position = ANY ($1::bigint[]) ORDER BY position FOR UPDATE',
);
const RENAME = statement(
  'anonymise_rename',
  `UPDATE journal j SET payload = n.payload FROM json_to_recordset($1::json) AS n (position bigint, payload jsonb)
    WHERE j.position = n.position`,
);
const GONE = statement('anonymise_gone', 'SELECT id FROM gone_outcome WHERE id = ANY ($1::uuid[])');
/** The replacements: where they counted, and that they are erased. */
const STAND_IN = statement(
  'anonymise_stand_in',
  `INSERT INTO response_key (id, answered_at, received_at, cell_id, subject_id, content_hash)
    SELECT d.drawn, 'epoch', 'epoch', k.cell_id, NULL, $2
    FROM json_to_recordset($1::json) AS d (id uuid, drawn uuid) JOIN response_key k ON k.id = d.id ORDER BY d.drawn`,
);
const DONE = statement(
  'anonymise_done',
  'UPDATE erasure SET journal_at = now() WHERE id = $1 AND journal_at IS NULL RETURNING id',
);

/** Removes the responses, and outcomes that are gone, from the journal, once the followers that must forget them have read their deletion. */
export async function anonymise(
  store: Store,
  erasure: string,
  responseIds: readonly string[],
): Promise<void> {
  // Before the transaction, which would hold back followers while it runs: new entries cannot name them.
  const positions = await positionsOf(store, responseIds);
  await store.transaction(async (session: Session) => {
    // First, so that of two concurrent checks one waits, and then finds it done.
    if ((await session.rows(DONE, [erasure])).length === 0) return;
    const drawn = new Map(responseIds.map((id) => [id, randomUUID()]));
    const rename = (ids: readonly string[]) => ids.map((id) => drawn.get(id) ?? id);
    for (let i = 0; i < positions.length; i += RENAMED_AT_ONCE) {
      const entries = await session.rows<Entry>(ENTRIES, [positions.slice(i, i + RENAMED_AT_ONCE)]);
      const named = entries.flatMap(({ payload }) => payload.outcomes ?? []);
      const gone = new Set((await session.rows<{ id: string }>(GONE, [named])).map(({ id }) => id));
      const renamed = entries.map(({ position, payload }) => ({
        position,
        payload: {
          ...payload,
          added: rename(payload.added),
          removed: rename(payload.removed),
          ...(payload.outcomes ? { outcomes: payload.outcomes.filter((id) => !gone.has(id)) } : {}),
        },
      }));
      await session.rows(RENAME, [JSON.stringify(renamed)]);
    }
    if (drawn.size === 0) return;
    const pairs = [...drawn].map(([id, one]) => ({ id, drawn: one }));
    await session.rows(STAND_IN, [JSON.stringify(pairs), ERASED_CONTENT]);
  });
}

/** Finds entries that name one of the responses, page by page. */
async function positionsOf(store: Store, responseIds: readonly string[]): Promise<number[]> {
  const positions: number[] = [];
  let at = BEGINNING;
  for (;;) {
    const [page] = await store.rows<JournalPosition & { positions: number[]; entries: number }>(NAMED, [
      responseIds,
      at.xact,
      at.position,
    ]);
    if (!page || page.entries === 0) break;
    for (const position of page.positions) positions.push(position);
    if (page.entries < PAGE) break;
    at = { xact: page.xact, position: page.position };
  }
  return positions.sort((a, b) => a - b);
}
