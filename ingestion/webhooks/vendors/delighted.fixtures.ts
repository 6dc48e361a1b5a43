import { createHmac } from 'node:crypto';
import type { VendorFixtures } from '../vendor-fixtures.ts';
import { BAD_SHARED_SECRETS } from './asknicely.fixtures.ts';

const AT = 1_767_346_200;
/** As in the vendor's documentation. */
const event = (id: string, type: string, data: object = {}) => ({
  event_type: type,
  event_id: id,
  event_data: {
    id: '5001',
    person: { id: '1', email: 'ada@example.com', name: 'Ada', created_at: AT - 900 },
    survey_type: 'nps',
    score: 9,
    comment: null,
    permalink: 'https://delighted.com/r/abc',
    created_at: AT,
    updated_at: AT,
    person_properties: { Plan: 'Pro' },
    notes: [],
    tags: [],
    additional_answers: [],
    ...data,
  },
});
const json = (value: unknown) => JSON.stringify(value);
const [CREATED, UPDATED] = ['survey_response.created', 'survey_response.updated'];
const COMMENTED = { comment: 'Setup was quick', updated_at: AT + 60 };

const draft = {
  externalId: '5001',
  respondent: '1',
  answeredAt: new Date(AT * 1_000),
  dimensions: { productLine: 'Pro' },
};
const revision = (seconds: number) => ({ kind: 'time', value: seconds * 1_000 });

export const fixtures: VendorFixtures = {
  docs: 'docs/connectors/delighted.md',
  mapping: {
    survey: { name: 'Relationship', version: '1' },
    dimensions: { productLine: { column: 'event_data.person_properties.Plan' } },
  },
  secret: 'delighted-key-0000001',
  otherSecret: 'delighted-key-0000002',
  badSecrets: BAD_SHARED_SECRETS,
  badMappings: [null, { score: { column: 'event_data.score', scale: 'stars' } }, { encoding: 'utf-8' }],
  sign: (raw, secret) => ({
    'content-type': 'application/json',
    'x-delighted-webhook-signature': `sha256=${createHmac('sha256', secret).update(raw).digest('hex')}`,
  }),
  hasTimestamp: false,
  deliveryId: 'body',
  deliveries: [
    {
      what: 'a score',
      stage: 'partial',
      body: json(event('e-1', CREATED)),
      accepted: 1,
      drafts: [{ ...draft, score: '9', comment: null, revision: revision(AT) }],
    },
    {
      what: 'the score with its comment',
      stage: 'finished',
      body: json(event('e-2', UPDATED, COMMENTED)),
      accepted: 1,
      drafts: [{ ...draft, score: '9', comment: 'Setup was quick', revision: revision(AT + 60) }],
    },
    {
      what: 'another score in its place',
      stage: 'edited',
      body: json(event('e-3', UPDATED, { ...COMMENTED, score: 2, updated_at: AT + 90 })),
      accepted: 1,
      drafts: [{ ...draft, score: '2', revision: revision(AT + 90) }],
    },
    {
      what: 'an event that brings no response',
      body: json(event('e-4', 'unsubscribe.created')),
      accepted: 0,
      drafts: [],
    },
    {
      what: 'a satisfaction survey',
      body: json(event('e-5', CREATED, { id: '5002', survey_type: 'csat', score: 5 })),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
  ],
  without: { deleted: 'Delighted had no event for a deleted response' },
  missing: {
    body: json(event('e-6', CREATED, { id: '5003', created_at: null })),
    code: 'INVALID_TIME',
    field: 'answeredAt',
  },
  extra: { body: json(event('e-7', CREATED, { id: '5004', survey_name: 'NPS' })), outcome: 'accepted' },
};
