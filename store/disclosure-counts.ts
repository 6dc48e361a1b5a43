import type { Counts } from '../domain/nps.ts';
import { HOUR_MS } from '../domain/time-windows.ts';
import type { Session, Statement } from './client.ts';

/** Which answers a lot is of: surveyed ones, or those of a model, apart for responses without and with a surveyed class. */
export type Part = 'surveyed' | `alone ${number}` | `beside ${number}`;

const columns = (prefix: string) =>
  ['promoters', 'passives', 'detractors'].map((name) => `r.${prefix}${name} AS ${name}`).join(', ');
const beside = ['promoters', 'passives', 'detractors']
  .map((name) => `r.${name} - r.alone_${name} AS ${name}`)
  .join(', ');
const liveStatement = (kind: string, counts: string, all: boolean): Statement => ({
  name: `disclosure_live_${kind}${all ? '_all' : ''}`,
  text: `SELECT r.cell_id AS "cellId", floor(extract(epoch FROM r.bucket) / 3600)::integer AS hour, ${counts}
    FROM ${all ? '' : 'unnest($3::integer[], $4::timestamptz[]) AS given (cell_id, bucket) JOIN '}rollup_hour r
      ${all ? '' : 'ON r.cell_id = given.cell_id AND r.bucket = given.bucket AND r.bucket >= $5 AND r.bucket <= $6'}
    WHERE r.model_version_id = $1 AND r.cell_id = ANY ($2::integer[])`,
});
const live = (kind: string, counts: string) => ({
  all: liveStatement(kind, counts, true),
  some: liveStatement(kind, counts, false),
});
const LIVE = {
  surveyed: live('surveyed', columns('')),
  alone: live('alone', columns('alone_')),
  beside: live('beside', beside),
};

export interface CountsOfHour extends Counts {
  readonly cellId: number;
  /** Hours since 1970, UTC. */
  readonly hour: number;
}

/** What of that part is counted by now in the cells' hours; `pairs`: only in these of [cell id, hour]. */
export function readCountsOfHours(
  session: Session,
  part: Part,
  cellIds: readonly number[],
  pairs: readonly (readonly [number, number])[] | null,
): Promise<CountsOfHour[]> {
  const [kind, model = '0'] = part.split(' ') as [keyof typeof LIVE, string?];
  if (!pairs) return session.rows<CountsOfHour>(LIVE[kind].all, [Number(model), cellIds]);
  const times = pairs.map(([, hour]) => hour * HOUR_MS);
  const bounds = [
    times.reduce((a, b) => Math.min(a, b), Infinity),
    times.reduce((a, b) => Math.max(a, b), 0),
  ];
  return session.rows<CountsOfHour>(LIVE[kind].some, [
    Number(model),
    cellIds,
    pairs.map(([cellId]) => cellId),
    times.map((time) => new Date(time)),
    ...bounds.map((time) => new Date(time)),
  ]);
}
