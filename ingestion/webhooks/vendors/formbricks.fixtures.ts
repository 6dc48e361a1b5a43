import type { VendorFixtures } from '../vendor-fixtures.ts';
import { signStandardWebhook } from './canonical.fixtures.ts';

/** As in the vendor's documentation: each event brings the whole response. */
const response = (answers: object, updatedAt: string, more: object = {}) => ({
  id: 'clx9response0001',
  surveyId: 'clx9survey0001',
  contact: { id: 'clx9contact0001', userId: 'user-7' },
  contactAttributes: { email: 'ada@example.com', plan: 'Pro' },
  createdAt: '2026-02-24T07:47:29.507Z',
  updatedAt,
  data: answers,
  displayId: 'clx9display0001',
  endingId: null,
  finished: false,
  language: 'en',
  meta: {
    country: 'DE',
    url: 'https://app.example/pricing',
    userAgent: { browser: 'Chrome', device: 'desktop', os: 'macOS' },
  },
  singleUseId: null,
  survey: {
    createdAt: '2026-02-20T10:30:00.000Z',
    status: 'inProgress',
    title: 'Relationship NPS',
    type: 'link',
    updatedAt,
  },
  tags: [],
  ttc: { nps: 2154.7 },
  variables: {},
  ...more,
});
const event = (name: string, data: unknown) =>
  JSON.stringify({ webhookId: 'clx9webhook0001', event: name, data });

const [AT_0, AT_1, AT_2, AT_3] = [
  '2026-02-24T07:47:29.507Z',
  '2026-02-24T07:47:33.696Z',
  '2026-02-24T07:47:56.116Z',
  '2026-02-24T07:51:02.870Z',
];
const SCORED = response({ nps: 9 }, AT_1);
const FINISHED = response({ nps: 9, reason: 'Setup was quick' }, AT_2, {
  finished: true,
  endingId: 'thanks',
});
const EDITED = { ...FINISHED, data: { nps: 3, reason: 'Setup was quick' }, updatedAt: AT_3 };
const MAPPING = {
  source: 'formbricks',
  connector: 'formbricks',
  survey: { name: 'Relationship NPS', version: '1' },
};
const draft = {
  externalId: 'clx9response0001',
  respondent: 'user-7',
  answeredAt: new Date(AT_0),
  dimensions: { region: 'DE', productLine: 'Pro', channel: 'in-app' },
  mapping: MAPPING,
};
const revision = (at: string) => ({ kind: 'time', value: Date.parse(at) });

export const fixtures: VendorFixtures = {
  docs: 'docs/connectors/formbricks.md',
  mapping: {
    survey: { name: 'Relationship NPS', version: '1' },
    score: { column: 'data.nps', scale: '0-10' },
    comment: 'data.reason',
    dimensions: {
      region: { column: 'meta.country' },
      productLine: { column: 'contactAttributes.plan' },
      channel: { value: 'in-app' },
    },
    where: { surveyId: ['clx9survey0001'] },
  },
  secret: `whsec_${Buffer.alloc(32, 21).toString('base64')}`,
  otherSecret: `whsec_${Buffer.alloc(32, 22).toString('base64')}`,
  badSecrets: ['', 'fbk_0123456789', 'whsec_dG9vIHNob3J0'],
  badMappings: [
    null,
    {},
    { score: { column: 'data.nps', scale: 'stars' } },
    { score: { column: 'data.nps', scale: '0-10' }, encoding: 'utf-8' },
    { score: { column: 'data.nps', scale: '0-10' }, dimensions: { shoeSize: { value: '43' } } },
    { score: { column: `data${'.x'.repeat(30)}`, scale: '0-10' } },
  ],
  sign: signStandardWebhook,
  hasTimestamp: true,
  deliveryId: 'header',
  deliveries: [
    {
      what: 'the score, once it is given',
      stage: 'partial',
      body: event('responseUpdated', SCORED),
      accepted: 1,
      drafts: [{ ...draft, score: '9', comment: null, revision: revision(AT_1) }],
    },
    {
      what: 'a response that was created before the question was answered',
      body: event('responseCreated', response({ welcome: 'clicked' }, AT_0)),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'the finished response, which replaces what was there',
      stage: 'finished',
      body: event('responseFinished', FINISHED),
      accepted: 1,
      drafts: [{ ...draft, score: '9', comment: 'Setup was quick', revision: revision(AT_2) }],
    },
    {
      what: 'the last update, which says the same',
      body: event('responseUpdated', FINISHED),
      accepted: 0,
      duplicates: 1,
      drafts: [{ ...draft, comment: 'Setup was quick' }],
    },
    {
      what: 'another score, given afterwards',
      stage: 'edited',
      body: event('responseUpdated', EDITED),
      accepted: 1,
      drafts: [{ ...draft, score: '3', revision: revision(AT_3) }],
    },
    {
      what: 'a response of another survey',
      body: event('responseFinished', { ...FINISHED, surveyId: 'clx9survey0002' }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'an event that brings no response',
      body: event('testEndpoint', undefined),
      accepted: 0,
      drafts: [],
    },
  ],
  without: { deleted: 'Formbricks sends no event when a response is deleted' },
  missing: {
    body: event('responseFinished', { ...FINISHED, id: 'clx9response0002', createdAt: null }),
    code: 'INVALID_TIME',
    field: 'answeredAt',
  },
  extra: {
    body: event('responseFinished', {
      ...FINISHED,
      id: 'clx9response0003',
      quotas: [{ id: 'q' }],
      country: null,
    }),
    outcome: 'accepted',
  },
};
