import { parse } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApiContext } from '../../api/context.ts';
import { LIMITS } from '../../api/limits.ts';
import { buildSchema } from '../../api/schema/schema.ts';
import { createCohorts } from '../../api/subscriptions/cohort.ts';
import { type LiveFeed, startLiveFeed } from '../../api/subscriptions/live-feed.ts';
import { beginSubscription } from '../../api/subscriptions/subscribe.ts';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { createScopedReader } from '../../store/access/scoped-views.ts';
import { openAuditTrail } from '../../store/audit/audit-trail.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/* A subscription keeps its rows as text as long as it lasts: many large ones count as several subscriptions. */

const GROUPS = 100;
/** It administers nothing, so its share is that of an ordinary key. */
const SCOPE: Scope = {
  ...EVERYTHING,
  allowsAll: (group) => group !== 'administer' && EVERYTHING.allowsAll(group),
};
const CALLER = { id: 'ApiKey:9', name: 'BI', role: 'feed', policyVersion: 'p1', scope: SCOPE };
const SCHEMA = buildSchema(DIMENSIONS);
const LARGE = Array.from({ length: 25 }, (_, i) => `a${i}: id`).join(' ');

let database: TestDatabase;
let feed: LiveFeed;
const fail = (error: Error) => {
  throw error;
};
beforeAll(async () => {
  database = await openTestDatabase();
  await database.submit(
    Array.from({ length: GROUPS }, (_, i) => ({
      ...{ externalId: `a${i}`, respondent: `person ${i}`, score: i % 11, productLine: `line ${i}` },
      answeredAt: new Date(Date.now() - 3_600_000).toISOString(),
    })),
  );
  await database.settled();
  const deps = { ...database, now: Date.now, onError: fail };
  const scopedReader = createScopedReader({ ...deps, remembers: true });
  feed = await startLiveFeed({ ...deps, loops: null, scopedReader });
});
afterAll(async () => {
  await feed?.stop();
  await database?.close();
});

function preparedOf(fields: string) {
  const contextValue = {
    ...{ caller: CALLER, purpose: null, masked: [], unknown: [], emptyWindows: [], cost: null },
    released: { staff: new Set(), comment: new Set(), respondent: new Set() },
    deps: {
      ...database,
      feed,
      audit: openAuditTrail(database.store, true, () => undefined),
      now: Date.now,
      log: { error: fail },
    },
  } as unknown as ApiContext;
  const text = `subscription { npsUpdates(groupBy: [PRODUCT_LINE]) { row { ${fields} } } }`;
  return { schema: SCHEMA, document: parse(text), contextValue };
}

it('counts the rows that a subscription begins with, for the caller that it began with, until it ends', async () => {
  const cohorts = createCohorts(fail);
  const begin = async (fields: string) => {
    let rows = 0;
    const begun = await beginSubscription(cohorts, preparedOf(fields), () => rows++);
    return { begun, rows };
  };
  const room = 5;
  cohorts.shares.enter(CALLER, LIMITS.subscriptions - room);
  const small = await begin('score');
  expect([typeof small.begun, small.rows]).toEqual(['function', GROUPS]);

  const large = await begin(LARGE);
  expect(large).toMatchObject({
    begun: {
      errors: [
        { message: expect.stringContaining('the rows of one'), extensions: { code: 'TOO_MANY_OPEN' } },
      ],
    },
    rows: 0,
  });
  expect([cohorts.count(), feed.liveQueries()]).toEqual([1, 1]);
  if (typeof small.begun === 'function') small.begun();
  expect([cohorts.count(), feed.liveQueries()]).toEqual([0, 0]);
  // Nothing of what was refused or has ended counts.
  cohorts.shares.enter(CALLER, room)();
  const wide = createCohorts(fail);
  const begun = await beginSubscription(wide, preparedOf(LARGE), () => undefined);
  expect(begun).toBeTypeOf('function');
  expect(() => wide.shares.enter(CALLER, LIMITS.subscriptions - 3)).toThrow('at most');
  if (typeof begun === 'function') begun();
  wide.shares.enter(CALLER, LIMITS.subscriptions);
});
