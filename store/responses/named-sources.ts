import type { Store } from '../database/client.ts';
import { LOCKS } from '../database/locks.ts';
import { statement } from '../database/statement.ts';

/** A source of facts that are no responses, and so have no survey and no mapping. */
export interface NamedSource {
  readonly id: number;
  /** The id of the caller that used it first; null for older sources. */
  readonly madeBy: string | null;
}

const FIND = statement('named_source', 'SELECT id, made_by AS "madeBy" FROM source WHERE name = $1');
const LOCK_MAKER = statement(
  'named_source_lock',
  `SELECT pg_advisory_xact_lock(${LOCKS.provenance}, hashtext($1))`,
);
const COUNT = statement('named_source_count', 'SELECT count(*)::int AS made FROM source WHERE made_by = $1');
const INSERT = statement(
  'named_source_insert',
  'INSERT INTO source (name, made_by) VALUES ($1, $2) ON CONFLICT DO NOTHING',
);

/** The source of that name, stored first if it is new; null where its maker has named as many as it may. */
export async function ensureNamedSource(
  store: Store,
  name: string,
  maker: { readonly id: string; readonly most: number },
): Promise<NamedSource | null> {
  const [known] = await store.rows<NamedSource>(FIND, [name]);
  if (known) return known;
  return store.transaction(async (session) => {
    // One at a time per maker, in every process: two at once would each miss the other.
    await session.rows(LOCK_MAKER, [maker.id]);
    const [counted] = await session.rows<{ made: number }>(COUNT, [maker.id]);
    if ((counted?.made ?? 0) >= maker.most) return null;
    await session.rows(INSERT, [name, maker.id]);
    const [added] = await session.rows<NamedSource>(FIND, [name]);
    return added ?? null;
  });
}
