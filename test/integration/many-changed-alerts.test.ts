import { describe, expect, it } from 'vitest';
import { type AgentRows, AgentStream } from '../../api/subscriptions/agent-stream.ts';
import { startLiveFeed } from '../../api/subscriptions/live-feed.ts';
import { type AlertRow, readAlerts, readAlertsById, readChangedAlerts } from '../../store/agents/alerts.ts';
import { openTestDatabase } from '../fixtures/database.ts';

/* A client that resumes after more was changed than is read at once. */

const ROWS: AgentRows<AlertRow> = {
  kind: 'alert',
  idsOf: ({ payload }) => payload.alerts ?? [],
  readOpen: (session, seen, limit) => readAlerts(session, seen, { states: ['OPEN'], after: null, limit }),
  readById: readAlertsById,
  readChanged: readChangedAlerts,
};
const fail = (error: Error) => {
  throw error;
};

describe('a client that resumes', () => {
  it('gets everything that was changed since, and more than is given at once is refused', async () => {
    const database = await openTestDatabase();
    const raise = (from: number, until: number) =>
      database.sql(
        `INSERT INTO alert (key, state, severity, rule, title, summary, segment, cells, since, raised_at, changed_at, facts, evidence)
          SELECT n::text, 'RESOLVED', 'INFO', 'ten@1', '', '', '{}', '{(,)}', t, t, t, 'null', '{}'
          FROM generate_series($1::integer, $2::integer) AS n, LATERAL (SELECT '2026-01-01'::timestamptz + n / 300 * interval '1 second' AS t) AS x`,
        [from, until],
      );
    await raise(1, 1_200);
    const feed = await startLiveFeed({ ...database, now: Date.now, onError: fail });
    const { store: session, record: journal } = database;
    for (const seesAll of [true, false]) {
      const deps = { rows: ROWS, session, journal, feed, seen: () => null, seesAll, onError: fail };
      const given: { id: string; position: string }[] = [];
      const stream = new AgentStream(deps, { xact: 0, position: Date.parse('2026-01-01T00:01:00Z') });
      const end = await stream.begin(async ({ row, position }) => {
        given.push({ id: row.id, position });
      });
      end();
      expect(new Set(given.map(({ id }) => id)).size).toBe(1_200);
      expect(given[0]?.position).toBe(`0.${Date.parse('2026-01-01T00:00:00Z')}`);
      expect(given.at(-1)?.position.startsWith('0.')).toBe(!seesAll);
    }
    await raise(1_201, 10_000);
    const deps = { rows: ROWS, session, journal, feed, seen: () => null, seesAll: false, onError: fail };
    const stream = new AgentStream(deps, { xact: 0, position: 0 });
    await expect(stream.begin(async () => undefined)).rejects.toThrow(
      /^after: 10000 alerts or more changed since; list them, and subscribe without after$/,
    );
    await feed.stop();
    await database.close();
  });
});
