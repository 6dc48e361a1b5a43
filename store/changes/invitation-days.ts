import type { OwnerSession } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/** The invitations of one cell and day of UTC. */
export interface InvitedDay {
  /** Days since 1970. */
  readonly day: number;
  readonly cellId: number;
  readonly invited: number;
  /** How many of them began to answer; null: of some it is not known. */
  readonly started: number | null;
}

const DAY_MS = 86_400_000;
const READ = statement(
  'invitation_days',
  `SELECT floor(extract(epoch FROM at) / 86400)::float8 AS day, cell_id AS "cellId", sum(invited)::float8 AS invited,
      CASE WHEN bool_and(started IS NOT NULL) THEN sum(started)::float8 END AS started
    FROM invitation WHERE at >= $1 AND at < $2 AND invited > 0 GROUP BY 1, 2 ORDER BY 1, 2`,
);

/** Invitations by day and cell of these days. */
export const readInvitedDays = (session: OwnerSession, from: number, until: number): Promise<InvitedDay[]> =>
  session.rows<InvitedDay>(READ, [new Date(from * DAY_MS), new Date(until * DAY_MS)]);
