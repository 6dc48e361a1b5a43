import { parse } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApiContext } from '../../api/context.ts';
import type { Prepared } from '../../api/operation.ts';
import { buildSchema } from '../../api/schema/schema.ts';
import { createCohorts } from '../../api/subscriptions/cohort.ts';
import { type LiveFeed, startLiveFeed } from '../../api/subscriptions/live-feed.ts';
import { beginSubscription } from '../../api/subscriptions/subscribe.ts';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { parseWindow } from '../../domain/time/time-windows.ts';
import { createScopedReader } from '../../store/access/scoped-views.ts';
import { openAuditTrail } from '../../store/audit/audit-trail.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/* A live query is kept for its followers: none is left of a subscription that did not begin. */

let database: TestDatabase;
let feed: LiveFeed;
const fail = (error: Error) => {
  throw error;
};
beforeAll(async () => {
  database = await openTestDatabase();
  const deps = { ...database, now: Date.now, onError: fail };
  const scopedReader = createScopedReader({ ...deps, remembers: true });
  feed = await startLiveFeed({ ...deps, loops: null, scopedReader });
});
afterAll(async () => {
  await feed?.stop();
  await database?.close();
});

/** The subscription of a caller whose reads of numbers are in the audit log. */
function preparedOf(): Prepared {
  const contextValue = {
    caller: { id: 'ApiKey:9', name: 'BI', role: 'admin', policyVersion: 'p1', scope: EVERYTHING },
    purpose: null,
    ...{ masked: [], unknown: [], emptyWindows: [], cost: null },
    released: { staff: new Set(), comment: new Set(), respondent: new Set() },
    deps: {
      feed,
      audit: openAuditTrail(database.store, true, () => undefined),
      now: Date.now,
      log: { error: () => undefined },
    },
  } as unknown as ApiContext;
  const document = parse('subscription { npsUpdates(window: "P1D") { position } }');
  return { schema: buildSchema(DIMENSIONS), document, contextValue };
}
const liveQuery = () =>
  feed.liveQuery(EVERYTHING, {
    segment: {},
    window: parseWindow('P1D'),
    basis: 'SURVEYED',
    groupBy: [],
  });

it('shares a live query while it is followed, and keeps none that is not', async () => {
  const cohorts = createCohorts(fail);
  const before = liveQuery();
  const leave = await beginSubscription(cohorts, preparedOf(), () => undefined);
  if (typeof leave !== 'function') throw new Error(JSON.stringify(leave));
  expect(liveQuery()).toBe(before);

  // One more that cannot begin takes nothing from those who follow.
  await database.sql('ALTER TABLE audit_log RENAME TO audit_log_away');
  try {
    const refused = await beginSubscription(cohorts, preparedOf(), () => undefined);
    expect(refused).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
    expect(liveQuery()).toBe(before);
    leave();
    const alone = liveQuery();
    expect(alone).not.toBe(before);
    expect(liveQuery()).toBe(alone);
    expect(await beginSubscription(cohorts, preparedOf(), () => undefined)).toHaveProperty('errors');
    expect(liveQuery()).not.toBe(alone);
  } finally {
    await database.sql('ALTER TABLE audit_log_away RENAME TO audit_log');
  }
  expect([cohorts.count(), feed.liveQueries()]).toEqual([0, 0]);
});
