import { createHmac } from 'node:crypto';
import type { VendorFixtures } from '../vendor-fixtures.ts';
import { BAD_SHARED_SECRETS } from './asknicely.fixtures.ts';

/** As in the vendor's specification of `track`, with the properties of a survey tool. */
const track = (messageId: string, timestamp: string, properties: object, more: object = {}) =>
  JSON.stringify({
    type: 'track',
    event: 'NPS Response Sent',
    messageId,
    userId: 'user-7',
    anonymousId: 'anon-1',
    timestamp,
    originalTimestamp: timestamp,
    receivedAt: '2026-02-24T07:48:00.000Z',
    properties: { response_id: 'r-1', score: 9, ...properties },
    context: { library: { name: 'analytics.js' }, traits: { plan: 'Pro' } },
    version: 2,
    ...more,
  });

const [AT_0, AT_1, AT_2] = [
  '2026-02-24T07:47:29.507Z',
  '2026-02-24T07:47:56.116Z',
  '2026-02-24T07:50:00.000Z',
];
/** As in the vendor's specification of `identify`. */
const identify = (messageId: string, more: object) =>
  JSON.stringify({
    type: 'identify',
    messageId,
    anonymousId: 'anon-1',
    userId: 'user-7',
    timestamp: AT_0,
    traits: { name: 'Peter Gibbons', email: 'peter@example.com', plan: 'premium', logins: 5 },
    context: { ip: '192.0.2.1', userAgent: 'Mozilla/5.0' },
    version: '1.1',
    ...more,
  });
const OF_ACCOUNT = {
  context: { library: { name: 'analytics.js' }, traits: { plan: 'Pro' }, groupId: 'acme' },
};
const outcome = { account: 'acme', respondent: 'user-7', dimensions: { productLine: 'Pro' } };
const at_ = (time: string) => ({
  at: new Date(time),
  revision: { kind: 'time', value: Date.parse(time) },
});
const draft = { externalId: 'r-1', respondent: 'user-7', dimensions: { productLine: 'Pro' } };
const at = (time: string) => ({
  answeredAt: new Date(time),
  revision: { kind: 'time', value: Date.parse(time) },
});

export const fixtures: VendorFixtures = {
  docs: 'docs/connectors/segment.md',
  mapping: {
    survey: { name: 'Beamer NPS', version: '1' },
    externalId: 'properties.response_id',
    score: { column: 'properties.score', scale: '0-10' },
    comment: 'properties.comment',
    dimensions: { productLine: { column: 'context.traits.plan' } },
    where: { event: ['NPS Response Sent'] },
    outcomes: {
      events: {
        'Report Exported': { kind: 'USAGE', name: 'export' },
        'Project Created': { kind: 'ONBOARDING_STEP' },
        'Order Completed': { kind: 'PAYMENT' },
      },
      dimensions: { productLine: { column: 'context.traits.plan' } },
    },
    identities: { events: ['identify', 'alias'] },
  },
  secret: 'segment-shared-secret1',
  otherSecret: 'segment-shared-secret2',
  badSecrets: BAD_SHARED_SECRETS,
  badMappings: [
    null,
    {},
    { score: { column: 'properties.score', scale: 'stars' } },
    { outcomes: {} },
    { identities: {} },
    { identities: { events: [] } },
    { identities: { events: ['track'] } },
    { identities: 'alias' },
    { identities: { events: ['alias'] }, source: 7 },
    { outcomes: { events: { 'Report Exported': { kind: 'EXPORT' } } } },
    { outcomes: { events: { 'Report Exported': { kind: 'USAGE' } } }, survey: { name: 'nps', version: '1' } },
  ],
  sign: (raw, secret) => ({
    'content-type': 'application/json',
    'x-signature': createHmac('sha1', secret).update(raw).digest('hex'),
  }),
  hasTimestamp: false,
  deliveryId: 'body',
  deliveries: [
    {
      what: 'a score',
      stage: 'partial',
      body: track('m-1', AT_0, {}),
      accepted: 1,
      drafts: [{ ...draft, ...at(AT_0), score: '9', comment: null }],
    },
    {
      what: 'the score with its comment',
      stage: 'finished',
      body: track('m-2', AT_1, { comment: 'Quick' }),
      accepted: 1,
      drafts: [{ ...draft, ...at(AT_1), score: '9', comment: 'Quick' }],
    },
    {
      what: 'another score in its place',
      stage: 'edited',
      body: track('m-3', AT_2, { comment: 'Quick', score: 2 }),
      accepted: 1,
      drafts: [{ ...draft, ...at(AT_2), score: '2', comment: 'Quick' }],
    },
    {
      what: 'an answer before the person is known',
      body: track('m-4', AT_0, { response_id: 'r-2' }, { userId: null }),
      accepted: 1,
      drafts: [{ externalId: 'r-2', respondent: 'anon-1' }],
    },
    {
      what: 'another event',
      body: track('m-5', AT_0, {}, { event: 'Signed Up' }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'the use of a feature',
      body: track('m-20', AT_0, {}, { ...OF_ACCOUNT, event: 'Report Exported' }),
      accepted: 1,
      drafts: [{ ...outcome, ...at_(AT_0), externalId: 'm-20', kind: 'USAGE', name: 'export', quantity: 1 }],
    },
    {
      what: 'its use again on the same day',
      body: track('m-21', AT_1, {}, { ...OF_ACCOUNT, event: 'Report Exported' }),
      accepted: 1,
      drafts: [{ ...outcome, ...at_(AT_1), externalId: 'm-21', quantity: 1 }],
    },
    {
      what: 'a step of onboarding',
      body: track('m-22', AT_1, {}, { ...OF_ACCOUNT, event: 'Project Created' }),
      accepted: 1,
      drafts: [{ ...outcome, externalId: 'm-22', kind: 'ONBOARDING_STEP', name: 'Project Created' }],
    },
    {
      what: 'an order',
      body: track(
        'm-23',
        AT_2,
        { revenue: 19.98, currency: 'USD', quantity: 2 },
        { ...OF_ACCOUNT, event: 'Order Completed' },
      ),
      accepted: 1,
      drafts: [{ ...outcome, kind: 'PAYMENT', amount: '19.98', currency: 'USD', quantity: null }],
    },
    {
      what: 'a call that is no event',
      body: track('m-6', AT_0, {}, { type: 'page' }),
      accepted: 0,
      drafts: [],
    },
    {
      what: 'a visitor who becomes known',
      body: identify('m-30', {}),
      accepted: 1,
      drafts: [{ kind: 'RESPONDENT', from: 'anon-1', into: 'user-7' }],
    },
    {
      what: 'the same visitor, known on another page',
      body: identify('m-31', {}),
      accepted: 0,
      duplicates: 1,
      drafts: [{ from: 'anon-1', into: 'user-7' }],
    },
    {
      what: 'a visitor who is not known yet',
      body: identify('m-32', { userId: null }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'an id in place of a former one',
      body: identify('m-33', { type: 'alias', previousId: 'lead-7', anonymousId: undefined }),
      accepted: 1,
      drafts: [{ kind: 'RESPONDENT', from: 'lead-7', into: 'user-7' }],
    },
    {
      what: 'an alias of nothing',
      body: identify('m-34', { type: 'alias' }),
      accepted: 0,
      rejected: 1,
      drafts: [{ refused: 'previousId' }],
    },
  ],
  without: { deleted: 'Segment has no call that deletes an event' },
  missing: {
    body: track('m-7', AT_0, { response_id: '' }),
    code: 'MISSING',
    field: 'externalId',
  },
  extra: {
    body: track('m-8', AT_0, { response_id: 'r-3', nps: true }, { _metadata: {} }),
    outcome: 'accepted',
  },
};
