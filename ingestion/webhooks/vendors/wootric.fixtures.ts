import type { VendorFixtures } from '../vendor-fixtures.ts';
import { BAD_SHARED_SECRETS, sendBearer } from './asknicely.fixtures.ts';

/** As in the vendor's documentation. */
const delivery = (event: string, response: object, more: object = {}) =>
  JSON.stringify({
    response: {
      id: 1_234_567,
      end_user_id: 7_654_321,
      email: 'ada@example.com',
      external_id: null,
      score: 10,
      text: null,
      ip_address: '192.0.2.1',
      origin_url: 'https://app.example/pricing',
      survey_id: 99,
      end_user_properties: { plan: 'Pro' },
      created_at: '2026-03-12 02:11:12 -0800',
      updated_at: '2026-03-12 02:11:12 -0800',
      excluded_from_calculations: false,
      ...response,
    },
    event_name: event,
    timestamp: '2026-03-12 02:11:13 -0800',
    account_token: 'NPS-aaaaaaaa',
    survey_mode: 'NPS',
    ...more,
  });

const draft = {
  externalId: '1234567',
  respondent: '7654321',
  answeredAt: new Date('2026-03-12T10:11:12Z'),
  dimensions: { productLine: 'Pro' },
};
const COMMENTED = { text: 'Easy to set up', updated_at: '2026-03-12 02:12:00 -0800' };
const EDITED = { ...COMMENTED, score: 3, updated_at: '2026-03-13 02:12:00 -0800' };

export const fixtures: VendorFixtures = {
  docs: 'docs/connectors/wootric.md',
  mapping: {
    survey: { name: 'Relationship', version: '1' },
    dimensions: { productLine: { column: 'response.end_user_properties.plan' } },
  },
  secret: 'wootric-relay-secret-1',
  otherSecret: 'wootric-relay-secret-2',
  badSecrets: BAD_SHARED_SECRETS,
  badMappings: [null, { score: { column: 'response.score', scale: 'stars' } }, { encoding: 'utf-8' }],
  sign: sendBearer,
  hasTimestamp: false,
  signsBody: false,
  deliveryId: 'none',
  deliveries: [
    {
      what: 'a score',
      stage: 'partial',
      body: delivery('created', {}),
      accepted: 1,
      drafts: [{ ...draft, score: '10', comment: null }],
    },
    {
      what: 'the score with its comment',
      stage: 'finished',
      body: delivery('updated', COMMENTED),
      accepted: 1,
      drafts: [{ ...draft, score: '10', comment: 'Easy to set up' }],
    },
    {
      what: 'another score in its place',
      stage: 'edited',
      body: delivery('updated', EDITED),
      accepted: 1,
      drafts: [{ ...draft, score: '3' }],
    },
    {
      what: 'a response that was deleted',
      stage: 'deleted',
      body: delivery('deleted', EDITED),
      accepted: 0,
      drafts: [],
    },
    {
      what: 'a survey that was declined',
      body: JSON.stringify({
        decline: { id: 8, end_user_id: 7_654_321 },
        event_name: 'created',
        account_token: 'NPS-aaaaaaaa',
        survey_mode: 'NPS',
      }),
      accepted: 0,
      drafts: [],
    },
    {
      what: 'a response that Wootric does not count',
      body: delivery('created', { id: 1_234_570, excluded_from_calculations: true }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'an answer that is not of 0 to 10',
      body: delivery('created', { id: 1_234_568, score: 4 }, { survey_mode: 'CSAT' }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
  ],
  missing: { body: delivery('created', { id: null }), code: 'MISSING', field: 'externalId' },
  extra: { body: delivery('created', { id: 1_234_569, tags: [] }, { beta: true }), outcome: 'accepted' },
};
