import type { VendorFixtures } from '../vendor-fixtures.ts';
import { BAD_SHARED_SECRETS, sendBearer } from './asknicely.fixtures.ts';

const QUESTIONS = [
  { id: 'b1f0a5c2-nps', question: 'How likely are you to recommend us?' },
  { id: 'c7d2e4f9-why', question: 'Why?' },
];
/** The body of the destination's template, with the properties that its libraries write. */
const event = (uuid: string, timestamp: string, properties: object, more: object = {}) =>
  JSON.stringify({
    event: {
      uuid,
      event: 'survey sent',
      distinct_id: 'user-7',
      timestamp,
      url: 'https://eu.posthog.com/events/1',
      elements_chain: '',
      properties: {
        $survey_id: '018f-survey',
        $survey_name: 'Relationship NPS',
        $survey_questions: QUESTIONS,
        $survey_submission_id: 'sub-1',
        $survey_completed: false,
        $geoip_country_code: 'DE',
        ...properties,
      },
      ...more,
    },
    person: {
      id: '0190-person',
      name: 'Ada',
      properties: { plan: 'Pro' },
      url: 'https://eu.posthog.com/person/1',
    },
  });

/** An event of PostHog's own, with the same template. */
const merging = (uuid: string, name: string, properties: object) =>
  JSON.stringify({
    event: { uuid, event: name, distinct_id: 'user-7', timestamp: '2026-02-24T07:51:00.000Z', properties },
    person: { id: '0190-person', name: 'Ada', properties: { plan: 'Pro' } },
  });

const [AT_0, AT_1, AT_2] = [
  '2026-02-24T07:47:29.507Z',
  '2026-02-24T07:47:56.116Z',
  '2026-02-24T07:50:00.000Z',
];
const SCORED = { '$survey_response_b1f0a5c2-nps': '9', $survey_response: '9' };
const FINISHED = { ...SCORED, '$survey_response_c7d2e4f9-why': 'Quick', $survey_completed: true };
const draft = {
  externalId: 'sub-1',
  respondent: 'user-7',
  dimensions: { region: 'DE', productLine: 'Pro' },
};
const at = (time: string) => ({
  answeredAt: new Date(time),
  revision: { kind: 'time', value: Date.parse(time) },
});

export const fixtures: VendorFixtures = {
  docs: 'docs/connectors/posthog.md',
  mapping: {
    survey: { name: 'Relationship NPS', version: '1' },
    score: { column: 'answers.b1f0a5c2-nps', scale: '0-10' },
    comment: 'answers.1',
    dimensions: {
      region: { column: 'event.properties.$geoip_country_code' },
      productLine: { column: 'person.properties.plan' },
    },
    where: { 'event.properties.$survey_id': ['018f-survey'] },
    identities: { events: ['$identify', '$create_alias', '$merge_dangerously'] },
  },
  secret: 'posthog-secret-000001',
  otherSecret: 'posthog-secret-000002',
  badSecrets: BAD_SHARED_SECRETS,
  badMappings: [
    null,
    {},
    { score: { column: 'answers.0', scale: 'stars' } },
    { identities: { events: ['survey sent'] } },
    { identities: { events: ['$identify'], by: 'email' } },
  ],
  sign: sendBearer,
  hasTimestamp: false,
  signsBody: false,
  deliveryId: 'body',
  deliveries: [
    {
      what: 'the score, once it is given',
      stage: 'partial',
      body: event('uuid-1', AT_0, SCORED),
      accepted: 1,
      drafts: [{ ...draft, ...at(AT_0), score: '9', comment: null }],
    },
    {
      what: 'the last question of the same submission',
      stage: 'finished',
      body: event('uuid-2', AT_1, FINISHED),
      accepted: 1,
      drafts: [{ ...draft, ...at(AT_1), score: '9', comment: 'Quick' }],
    },
    {
      what: 'the first question answered otherwise, by a library that writes places only',
      stage: 'edited',
      body: event('uuid-3', AT_2, {
        $survey_response: '4',
        $survey_response_1: 'Quick',
        $survey_completed: true,
      }),
      accepted: 1,
      drafts: [{ ...draft, ...at(AT_2), score: '4', comment: 'Quick' }],
    },
    {
      what: 'an earlier event that arrives late',
      body: event('uuid-4', AT_0, { ...SCORED, $survey_completed: null }),
      accepted: 0,
      stale: 1,
      drafts: [{ ...draft, ...at(AT_0) }],
    },
    {
      what: 'an event of a library that knows no submissions',
      body: event('uuid-5', AT_0, {
        $survey_response: 10,
        $survey_submission_id: null,
        $survey_questions: null,
      }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'a survey that was dismissed',
      body: event('uuid-6', AT_2, {}, { event: 'survey dismissed' }),
      accepted: 0,
      drafts: [],
    },
    {
      what: 'another survey',
      body: event('uuid-7', AT_2, { ...FINISHED, $survey_id: 'other' }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'a visitor who becomes known',
      body: merging('uuid-30', '$identify', {
        $anon_distinct_id: 'visitor-7',
        $set: { email: 'ada@example.com' },
      }),
      accepted: 1,
      drafts: [{ kind: 'RESPONDENT', from: 'visitor-7', into: 'user-7' }],
    },
    {
      what: 'a person who was known before',
      body: merging('uuid-31', '$identify', {}),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'another id of the person',
      body: merging('uuid-32', '$create_alias', { alias: 'lead-8' }),
      accepted: 1,
      drafts: [{ from: 'lead-8', into: 'user-7' }],
    },
    {
      what: 'the same id, stated otherwise',
      body: merging('uuid-33', '$merge_dangerously', { alias: 'lead-8' }),
      accepted: 0,
      duplicates: 1,
      drafts: [{ from: 'lead-8', into: 'user-7' }],
    },
    {
      what: 'an alias of nothing',
      body: merging('uuid-34', '$create_alias', {}),
      accepted: 0,
      rejected: 1,
      drafts: [{ refused: 'alias' }],
    },
  ],
  without: { deleted: 'PostHog has no event for a deleted response' },
  missing: {
    body: event('uuid-8', '', { ...FINISHED, $survey_submission_id: 'sub-2' }),
    code: 'INVALID_TIME',
    field: 'answeredAt',
  },
  extra: {
    body: event(
      'uuid-9',
      AT_2,
      { ...FINISHED, $survey_submission_id: 'sub-3', $survey_language: 'en' },
      { beta: 1 },
    ),
    outcome: 'accepted',
  },
};
