import type { VendorFixtures } from '../vendor-fixtures.ts';

/** The headers of a vendor that sends a secret along and signs nothing. */
export const sendBearer: VendorFixtures['sign'] = (_raw, secret) => ({
  'content-type': 'application/json',
  authorization: `Bearer ${secret}`,
});

/** Secrets that no vendor with a shared secret has. */
export const BAD_SHARED_SECRETS = [
  '',
  'hunter2',
  'a secret with blanks in it',
  'ä'.repeat(20),
  'x'.repeat(201),
];

/** As in the vendor's documentation: numbers are texts. */
const delivery = (count: number, question: object, more: object = {}) =>
  JSON.stringify({
    count,
    person: {
      id: '163012',
      name: 'Ada Example',
      email: 'ada@example.com',
      created: '1774990112',
      segment: 'general',
    },
    question: {
      id: '345094',
      score: '10',
      comment: '',
      sent: '1774990116',
      opened: '1774990122',
      responded: '1774990125',
      segment: 'general',
      deliverymethod: 'email',
      surveytemplate: 'nps',
      ...question,
    },
    ...more,
  });

const draft = {
  externalId: '345094',
  respondent: '163012',
  answeredAt: new Date(1_774_990_125_000),
  dimensions: { channel: 'email' },
};
const revision = (value: number) => ({ kind: 'number', value });

export const fixtures: VendorFixtures = {
  docs: 'docs/connectors/asknicely.md',
  mapping: {
    survey: { name: 'Gym NPS', version: '1' },
    dimensions: { channel: { column: 'question.deliverymethod' } },
  },
  secret: 'asknicely-secret-0001',
  otherSecret: 'asknicely-secret-0002',
  badSecrets: BAD_SHARED_SECRETS,
  badMappings: [null, [], { score: { column: 'question.score', scale: 'stars' } }, { encoding: 'utf-8' }],
  sign: sendBearer,
  hasTimestamp: false,
  signsBody: false,
  deliveryId: 'body',
  deliveries: [
    {
      what: 'a score',
      stage: 'partial',
      body: delivery(1, {}),
      accepted: 1,
      drafts: [{ ...draft, score: '10', comment: null, revision: revision(1) }],
    },
    {
      what: 'its comment',
      stage: 'finished',
      body: delivery(2, { comment: 'The gym was great' }),
      accepted: 1,
      drafts: [{ ...draft, score: '10', comment: 'The gym was great', revision: revision(2) }],
    },
    {
      what: 'another score in its place',
      stage: 'edited',
      body: delivery(3, { score: '6', comment: 'The gym was great' }),
      accepted: 1,
      drafts: [{ ...draft, score: '6', revision: revision(3) }],
    },
    {
      what: 'a question without an answer',
      body: delivery(1, { id: '345095', score: '', responded: '1774990126' }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
  ],
  without: { deleted: 'AskNicely sends nothing when a response is deleted' },
  missing: {
    body: delivery(1, { id: '345096', responded: '' }),
    code: 'INVALID_TIME',
    field: 'answeredAt',
  },
  extra: { body: delivery(1, { id: '345097', topics_c: ['Staff'] }, { account: 9 }), outcome: 'accepted' },
};
