import {
  asReceived,
  higherRevision,
  judge,
  type Revision,
  type Verdict,
} from '../../domain/responses/newer.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/** A fact without anything personal that a source delivers, perhaps more than once: a change event, an invitation. */
export interface DeliveredFact<Place> {
  /** Derived from source and external id. */
  readonly id: string;
  readonly sourceId: number;
  readonly externalId: string;
  /** SHA-256 of the content: equal contents are duplicates. */
  readonly contentHash: string;
  readonly revision: Revision | null;
  /** By column. */
  readonly content: Readonly<Record<string, unknown>>;
  /** Whether its sender may replace what is stored under its id, in that place. */
  readonly mayReplace: (place: Place) => boolean;
}

/** What became of a fact: accepted is new or replaced another content. */
export type FactAcceptance = Verdict | 'forbidden';

interface Standing<Place> {
  readonly id: string;
  receivedAt: Date;
  contentHash: string;
  formerHashes: readonly string[];
  revision: number | null;
  revisedAt: Date | null;
  place: Place;
}

/** A sender that changes one fact again and again does not make its row grow without end. */
const MOST_FORMER = 100;
const DELIVERED = {
  id: 'uuid',
  source_id: 'integer',
  external_id: 'text',
  received_at: 'timestamptz',
  content_hash: 'text',
  revision: 'bigint',
  revised_at: 'timestamptz',
};

/**
 * Stores facts of that table within a transaction, and returns what became of each, in order. The same content again is a duplicate;
 * different content replaces if it is newer: by its revision, else by the order of arrival, unless it was replaced before (`judge`). Call
 * it once for each table.
 * @param columns the columns of the content with their types
 * @param place the one of them that the right to replace a fact depends on
 */
export function deliveredTable<Place>(
  table: string,
  columns: Readonly<Record<string, string>>,
  place: string,
): (session: Session, facts: readonly DeliveredFact<Place>[], receivedAt: Date) => Promise<FactAcceptance[]> {
  const all = { ...DELIVERED, ...columns };
  const names = Object.keys(all).join(', ');
  const types = Object.entries(all).map(([name, type]) => `${name} ${type}`);
  const changed = Object.keys(all).filter((name) => !['id', 'source_id', 'external_id'].includes(name));
  const claim = statement(
    `${table}_claim`,
    `INSERT INTO ${table} (${names}) SELECT ${names} FROM json_to_recordset($1::json) AS f (${types.join(', ')})
      ORDER BY id ON CONFLICT (id) DO NOTHING RETURNING id`,
  );
  const lock = statement(
    `${table}_lock`,
    `SELECT id, received_at AS "receivedAt", content_hash AS "contentHash", former_hashes AS "formerHashes", revision,
        revised_at AS "revisedAt", ${place} AS place FROM ${table} WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`,
  );
  const replace = statement(
    `${table}_replace`,
    `UPDATE ${table} t SET former_hashes = $2::text[], ${changed.map((name) => `${name} = f.${name}`).join(', ')}
      FROM json_to_record($1::json) AS f (${types.join(', ')}) WHERE t.id = f.id`,
  );
  const revise = statement(
    `${table}_revise`,
    `UPDATE ${table} SET revision = $2, revised_at = $3 WHERE id = $1`,
  );
  const take = async (
    session: Session,
    fact: DeliveredFact<Place>,
    row: Standing<Place>,
    receivedAt: Date,
  ): Promise<FactAcceptance> => {
    const { verdict, revision } = verdictOf(fact, row, receivedAt);
    if (verdict === 'duplicate' && revision) {
      if (revision.revision !== row.revision || revision.revisedAt?.getTime() !== row.revisedAt?.getTime())
        await session.rows(revise, [fact.id, revision.revision, revision.revisedAt]);
      Object.assign(row, revision);
    }
    if (verdict !== 'accepted' || !revision) return verdict;
    const formerHashes = [...row.formerHashes, row.contentHash].slice(-MOST_FORMER);
    const next = {
      ...columnsOf(fact, receivedAt),
      revision: revision.revision,
      revised_at: revision.revisedAt,
    };
    await session.rows(replace, [JSON.stringify(next), formerHashes]);
    const { contentHash, content } = fact;
    Object.assign(row, { ...revision, receivedAt, contentHash, formerHashes, place: content[place] });
    return verdict;
  };
  return async (session, facts, receivedAt) => {
    const first = new Map<string, DeliveredFact<Place>>();
    for (const fact of facts) if (!first.has(fact.id)) first.set(fact.id, fact);
    // Inserts first, locks second, both in the order of the ids: two writers never deadlock.
    const rows = [...first.values()].map((fact) => columnsOf(fact, receivedAt));
    const claimed = await session.rows<{ id: string }>(claim, [JSON.stringify(rows)]);
    const fresh = new Set(claimed.map(({ id }) => id));
    const locked = await session.rows<Standing<Place>>(lock, [[...first.keys()]]);
    const standing = new Map(locked.map((row) => [row.id, row]));
    const outcomes: FactAcceptance[] = [];
    for (const fact of facts) {
      const row = standing.get(fact.id);
      if (!row) throw new Error(`a row of ${table} was claimed but cannot be read`);
      outcomes.push(fresh.delete(fact.id) ? 'accepted' : await take(session, fact, row, receivedAt));
    }
    return outcomes;
  };
}

/** What happens to a fact whose id is stored, and the revision that its row has afterwards. */
function verdictOf<Place>(
  { contentHash, revision, mayReplace }: DeliveredFact<Place>,
  row: Standing<Place>,
  receivedAt: Date,
): { verdict: FactAcceptance; revision: ReturnType<typeof revisionColumns> | null } {
  const sameContent = row.contentHash === contentHash;
  if (!mayReplace(row.place)) return { verdict: sameContent ? 'duplicate' : 'forbidden', revision: null };
  const seen = row.formerHashes.includes(contentHash);
  const before = revisionOf(row);
  // When it happened says nothing about which delivery is newer.
  const verdict = judge(
    { answeredAt: 0, receivedAt: receivedAt.getTime(), revision },
    { answeredAt: 0, receivedAt: row.receivedAt.getTime(), revision: before, correctedAt: null },
    { sameContent, sameReading: true, sameItem: sameContent, seen, seenSoRead: seen, furtherUp: false },
  );
  const higher = higherRevision(asReceived(revision, receivedAt.getTime()), before);
  return { verdict, revision: revisionColumns(higher) };
}

function columnsOf<Place>(fact: DeliveredFact<Place>, receivedAt: Date) {
  const { revision, revisedAt } = revisionColumns(asReceived(fact.revision, receivedAt.getTime()));
  const { id, sourceId, externalId, contentHash, content } = fact;
  return {
    ...{ id, source_id: sourceId, external_id: externalId, received_at: receivedAt },
    ...{ content_hash: contentHash, revision, revised_at: revisedAt, ...content },
  };
}

function revisionOf({
  revision,
  revisedAt,
}: Pick<Standing<unknown>, 'revision' | 'revisedAt'>): Revision | null {
  if (revision !== null) return { kind: 'number', value: revision };
  return revisedAt === null ? null : { kind: 'time', value: revisedAt.getTime() };
}

function revisionColumns(revision: Revision | null): { revision: number | null; revisedAt: Date | null } {
  return {
    revision: revision?.kind === 'number' ? revision.value : null,
    revisedAt: revision?.kind === 'time' ? new Date(revision.value) : null,
  };
}
