import type { NameBounds } from '../../domain/responses/normalised-response.ts';
import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { type BeyondBounds, INSERT_SOURCE, LOCK_MAKER } from './mappings.ts';

/** A source by its name, and the id of the caller that named it first; null for older ones. */
export interface KnownSource {
  readonly id: number;
  readonly madeBy: string | null;
}

const FIND = statement(
  'sources_find',
  'SELECT id, name, made_by AS "madeBy" FROM source WHERE name = ANY ($1::text[]) ORDER BY id',
);
const COUNT = statement('sources_count', 'SELECT count(*)::int AS n FROM source WHERE made_by = $1');

async function find(session: Session, names: readonly string[]): Promise<Map<string, KnownSource>> {
  const rows = await session.rows<KnownSource & { name: string }>(FIND, [names]);
  return new Map(rows.map(({ name, ...source }) => [name, source]));
}

/**
 * The sources with those names, stored first if they are new; or which bound of their maker they exceed. For facts that no mapping
 * reads: a response's source is stored with its mapping.
 */
export async function ensureSources(
  store: Store,
  names: readonly string[],
  { id, bounds }: { readonly id: string; readonly bounds: Pick<NameBounds, 'sources'> },
): Promise<Map<string, KnownSource | BeyondBounds>> {
  const known: Map<string, KnownSource | BeyondBounds> = await find(store, names);
  const fresh = names.filter((name) => !known.has(name));
  if (fresh.length === 0) return known;
  await store.transaction(async (session) => {
    await session.rows(LOCK_MAKER, [id]);
    const [named] = await session.rows<{ n: number }>(COUNT, [id]);
    const room = Math.max(0, bounds.sources - (named?.n ?? 0));
    for (const name of fresh.slice(0, room)) await session.rows(INSERT_SOURCE, [name, id]);
    for (const [name, source] of await find(session, fresh)) known.set(name, source);
  });
  for (const name of fresh)
    if (!known.has(name)) known.set(name, { beyond: 'sources', most: bounds.sources });
  return known;
}
