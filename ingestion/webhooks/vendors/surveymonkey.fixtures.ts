import { createHmac } from 'node:crypto';
import type { FixtureAnswer, VendorFixtures } from '../vendor-fixtures.ts';
import { BAD_SHARED_SECRETS } from './asknicely.fixtures.ts';

/** As the vendor's documentation has it: ids are texts. */
const event = (type: string, id: string, response: string, more: object = {}) =>
  JSON.stringify({
    name: 'Scoreline',
    filter_type: 'survey',
    filter_id: '105724755',
    event_type: type,
    event_id: id,
    event_datetime: `2026-02-24T21:59:38.${id.slice(-3)}+00:00`,
    object_type: 'response',
    object_id: response,
    resources: {
      survey_id: '105724755',
      collector_id: '50253690',
      respondent_id: response,
      recipient_id: '0',
      user_id: '1234567890',
    },
    ...more,
  });

/** The response as the vendor's interface returns it. */
const answer = (
  response: string,
  score: string | null,
  comment: string | null,
  more: object = {},
): FixtureAnswer => ({
  path: `/v3/surveys/105724755/responses/${response}/details?simple=true`,
  body: {
    total_time: 144,
    ip_address: '192.0.2.16',
    recipient_id: '',
    id: response,
    logic_path: {},
    metadata: {},
    date_modified: '2026-02-24T21:59:38+00:00',
    response_status: 'completed',
    custom_variables: { user_id: 'customer-7' },
    custom_value: '',
    page_path: [],
    pages: [
      {
        id: '103332310',
        questions: [
          ...(score === null
            ? []
            : [
                {
                  id: '319352786',
                  answers: [{ choice_id: '3057839051', row_id: '3057839040', simple_text: score }],
                },
              ]),
          ...(comment === null
            ? []
            : [{ id: '319352787', answers: [{ text: comment, simple_text: comment }] }]),
        ],
      },
    ],
    collector_id: '50253690',
    date_created: '2026-02-24T21:57:14+00:00',
    survey_id: '105724755',
    collection_mode: 'default',
    ...more,
  },
});

const draft = {
  externalId: '5007154402',
  respondent: 'customer-7',
  answeredAt: new Date('2026-02-24T21:57:14Z'),
};

export const fixtures: VendorFixtures = {
  docs: 'docs/connectors/surveymonkey.md',
  mapping: {
    survey: { name: 'Relationship NPS', version: '1' },
    score: { column: 'numbers.319352786', scale: '0-10' },
    comment: 'answers.319352787',
  },
  secret: 'JhbG9mDhQ7u0P1Dk&surveymonkey-secret-0001',
  otherSecret: 'JhbG9mDhQ7u0P1Dk&surveymonkey-secret-0002',
  badSecrets: [...BAD_SHARED_SECRETS, 'surveymonkey-secret-0001', '&surveymonkey-secret-0001'],
  badMappings: [null, { score: { column: 'numbers.1', scale: 'stars' } }, { encoding: 'utf-8' }],
  vendorHosts: ['api.surveymonkey.com', 'api.eu.surveymonkey.com', 'api.surveymonkey.ca'],
  sign: (raw, secret) => ({
    'content-type': 'application/vnd.surveymonkey.response.v1+json',
    'sm-apikey': secret.slice(0, secret.indexOf('&')),
    'sm-signature': createHmac('sha1', secret).update(raw).digest('base64'),
  }),
  hasTimestamp: false,
  deliveryId: 'body',
  unsignedHeaders: ['sm-apikey'],
  deliveries: [
    {
      what: 'a response that was begun',
      stage: 'partial',
      body: event('response_created', '10000000001', '5007154402'),
      answer: answer('5007154402', null, null, {
        response_status: 'partial',
        date_modified: '2026-02-24T21:57:14+00:00',
      }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'the response with the answer of its first page',
      body: event('response_updated', '10000000002', '5007154402'),
      answer: answer('5007154402', ' | 9', null, {
        response_status: 'partial',
        date_modified: '2026-02-24T21:58:00+00:00',
      }),
      accepted: 1,
      drafts: [{ ...draft, score: '9', comment: null }],
    },
    {
      what: 'the completed response',
      stage: 'finished',
      body: event('response_completed', '10000000003', '5007154402'),
      answer: answer('5007154402', 'Acme | Extremely likely - 10', 'Quick | and kind'),
      accepted: 1,
      drafts: [{ ...draft, score: '10', comment: 'Quick | and kind' }],
    },
    {
      what: 'another score in its place',
      stage: 'edited',
      body: event('response_updated', '10000000004', '5007154402'),
      answer: answer('5007154402', '3', 'Quick', { date_modified: '2026-02-25T09:00:00+00:00' }),
      accepted: 1,
      drafts: [{ ...draft, score: '3' }],
    },
    {
      what: 'a response that was deleted',
      stage: 'deleted',
      body: event('response_deleted', '10000000005', '5007154402'),
      accepted: 0,
      drafts: [],
    },
  ],
  missing: {
    body: event('response_completed', '10000000006', '5007154403'),
    answer: answer('5007154403', '9', null, { date_created: '' }),
    code: 'INVALID_TIME',
    field: 'answeredAt',
  },
  extra: {
    body: event('response_completed', '10000000007', '5007154404', { added: true }),
    answer: answer('5007154404', '8', null, { added: { nested: [1] } }),
    outcome: 'accepted',
  },
};
