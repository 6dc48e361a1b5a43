import { createHmac } from 'node:crypto';
import type { FixtureAnswer, VendorFixtures } from '../vendor-fixtures.ts';
import { BAD_SHARED_SECRETS } from './asknicely.fixtures.ts';

/** The message in a form, as Qualtrics writes it. */
const message = (response: string, completed: string, more: object = {}) =>
  JSON.stringify({
    Status: 'Complete',
    SurveyID: 'SV_1AmkKSDmoZ4XlQx',
    ResponseID: response,
    CompletedDate: completed,
    BrandID: 'sapdevelopment',
    ...more,
  });

/** The response as the vendor's interface returns it. */
const answer = (response: string, values: object, more: object = {}): FixtureAnswer => ({
  path: `/API/v3/surveys/SV_1AmkKSDmoZ4XlQx/responses/${response}`,
  body: {
    result: {
      responseId: response,
      values: {
        startDate: '2026-02-24T11:19:55Z',
        endDate: '2026-02-24T11:21:52Z',
        status: 0,
        ipAddress: '192.0.2.10',
        progress: 100,
        duration: 117,
        finished: 1,
        recordedDate: '2026-02-24T11:21:52.581Z',
        _recordId: response,
        externalDataReference: 'customer-7',
        distributionChannel: 'email',
        userLanguage: 'EN',
        QID1_NPS_GROUP: 3,
        QID1: 9,
        QID2_TEXT: 'Quick',
        ...values,
      },
      labels: { status: 'IP Address', finished: 'True', QID1_NPS_GROUP: 'Promoter' },
      displayedFields: ['QID1', 'QID2_TEXT', 'QID1_NPS_GROUP'],
      displayedValues: { QID1: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
      ...more,
    },
    meta: { httpStatus: '200 - OK', requestId: '7c2fa2c1' },
  },
});

const draft = {
  externalId: 'R_0B7IcnXszjEUHLP',
  respondent: 'customer-7',
  answeredAt: new Date('2026-02-24T11:21:52Z'),
};

export const fixtures: VendorFixtures = {
  docs: 'docs/connectors/qualtrics.md',
  mapping: {
    survey: { name: 'Relationship NPS', version: '1' },
    score: { column: 'values.QID1', scale: '0-10' },
    comment: 'values.QID2_TEXT',
    where: { 'values.finished': ['1'] },
  },
  secret: 'qualtrics-shared-key-0001',
  otherSecret: 'qualtrics-shared-key-0002',
  badSecrets: BAD_SHARED_SECRETS,
  badMappings: [null, { score: { column: 'values.QID1', scale: 'stars' } }, { encoding: 'utf-8' }],
  vendorHosts: ['fra1.qualtrics.com', 'acme.iad1.qualtrics.com'],
  sign: () => ({ 'content-type': 'application/x-www-form-urlencoded' }),
  seal: (body, secret) => {
    const hmac = createHmac('sha512', secret).update(body).digest('hex');
    return Buffer.from(`MSG=${encodeURIComponent(body.toString())}&HMAC=${hmac}`);
  },
  hasTimestamp: false,
  deliveryId: 'body',
  deliveries: [
    {
      what: 'a response that was completed',
      stage: 'finished',
      body: message('R_0B7IcnXszjEUHLP', '2026-02-24 11:21:52'),
      answer: answer('R_0B7IcnXszjEUHLP', {}),
      accepted: 1,
      drafts: [{ ...draft, score: '9', comment: 'Quick' }],
    },
    {
      what: 'the same response, taken again by its link',
      stage: 'edited',
      body: message('R_0B7IcnXszjEUHLP', '2026-02-25 09:00:00'),
      answer: answer('R_0B7IcnXszjEUHLP', { QID1: 4, recordedDate: '2026-02-25T09:00:00.100Z' }),
      accepted: 1,
      drafts: [{ ...draft, score: '4' }],
    },
    {
      what: 'a response without an answer to the questions that the mapping reads',
      body: message('R_2eUs33vUUZNFhXe', '2026-02-25 09:10:00'),
      answer: answer('R_2eUs33vUUZNFhXe', { QID1: null, QID2_TEXT: null }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
  ],
  without: {
    partial: 'Qualtrics announces completed responses only',
    deleted: 'Qualtrics announces no deletion',
  },
  missing: {
    body: message('R_missing', '2026-02-26 09:00:00'),
    answer: answer('R_missing', { endDate: '' }),
    code: 'INVALID_TIME',
    field: 'answeredAt',
  },
  extra: {
    body: message('R_extra', '2026-02-26 10:00:00', { Added: true }),
    answer: answer('R_extra', { QID99: { nested: [1] } }, { added: {} }),
    outcome: 'accepted',
  },
};
