import type { Segment } from '../../domain/segments/cell.ts';
import type { OwnerSession } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { ChangeKind } from '../tables/outcomes.ts';

/** Something that happened outside, near the beginning of a change. */
export interface NearbyChange {
  readonly id: string;
  readonly kind: ChangeKind;
  readonly at: Date;
  readonly segment: Segment;
}

const EXAMPLES = statement(
  'alert_examples',
  `SELECT id FROM response WHERE cell_id = ANY ($1::integer[]) AND answered_at >= $2 AND answered_at < $3 AND class = $4
    ORDER BY answered_at DESC, id DESC LIMIT $5`,
);
const NEARBY = statement(
  'alert_nearby_changes',
  `SELECT id, kind, at, segment FROM change_event WHERE at >= $1 AND at < $2 ORDER BY at, id LIMIT $3`,
);

/** Ids of the newest responses of a class (0 detractors, 2 promoters) in these cells and this time. */
export async function readExamples(
  session: OwnerSession,
  cellIds: readonly number[],
  { from, until }: { readonly from: Date; readonly until: Date },
  ofClass: 0 | 2,
  limit: number,
): Promise<string[]> {
  const rows = await session.rows<{ id: string }>(EXAMPLES, [cellIds, from, until, ofClass, limit]);
  return rows.map(({ id }) => id);
}

/** Change events of that time, the earliest first. */
export function readNearbyChanges(
  session: OwnerSession,
  { from, until }: { readonly from: Date; readonly until: Date },
  limit: number,
): Promise<NearbyChange[]> {
  return session.rows<NearbyChange>(NEARBY, [from, until, limit]);
}
