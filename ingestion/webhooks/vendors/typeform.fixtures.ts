import { createHmac } from 'node:crypto';
import type { VendorFixtures } from '../vendor-fixtures.ts';
import { BAD_SHARED_SECRETS } from './asknicely.fixtures.ts';

const field = (id: string, ref: string, type: string) => ({ id, ref, type });
const NPS = field('DlXFaesGBpoF', 'nps', 'opinion_scale');
const WHY = field('SMEUb7VJz92Q', 'why', 'long_text');
const PLAN = field('RUqkXSeXBXSd', 'plan', 'multiple_choice');
const score = (number: number) => ({ type: 'number', number, field: NPS });
const why = { type: 'text', text: 'Setup was quick', field: WHY };
const plan = { type: 'choice', choice: { id: 'c1', label: 'Pro', ref: 'pro' }, field: PLAN };

/** As in the vendor's documentation. */
const event = (id: string, type: string, answers: readonly object[], more: object = {}) =>
  JSON.stringify({
    event_id: id,
    event_type: type,
    form_response: {
      form_id: 'lT4Z3j',
      token: 'a3a12ec67a1365927098a606107fac15',
      submitted_at: '2026-01-18T18:17:02Z',
      landed_at: '2026-01-18T18:07:02Z',
      calculated: { score: 9 },
      variables: [{ key: 'score', type: 'number', number: 4 }],
      hidden: { user_id: 'abc123456', country: 'DE' },
      definition: {
        id: 'lT4Z3j',
        title: 'Relationship NPS',
        fields: [NPS, WHY, PLAN].map((one) => ({ ...one, title: one.ref, properties: {} })),
      },
      answers,
      ending: { id: 'dN5FLyFpCMFo', ref: '01GRC8GR2017M6WW347T86VV39' },
      ...more,
    },
  });

const draft = {
  question: 'nps',
  externalId: 'a3a12ec67a1365927098a606107fac15',
  respondent: 'abc123456',
  dimensions: { region: 'DE', productLine: 'Pro' },
};
const SUBMITTED = new Date('2026-01-18T18:17:02Z');

export const fixtures: VendorFixtures = {
  docs: 'docs/connectors/typeform.md',
  mapping: {
    survey: { name: 'Relationship NPS', version: '1' },
    score: { column: 'answers.nps', scale: '0-10' },
    question: 'questions.nps',
    comment: 'answers.why',
    dimensions: { region: { column: 'hidden.country' }, productLine: { column: 'answers.RUqkXSeXBXSd' } },
    where: { form_id: ['lT4Z3j'] },
  },
  secret: 'typeform-secret-00001',
  otherSecret: 'typeform-secret-00002',
  badSecrets: BAD_SHARED_SECRETS,
  badMappings: [null, {}, { score: { column: 'answers.nps', scale: 'stars' } }],
  sign: (raw, secret) => ({
    'content-type': 'application/json',
    'typeform-signature': `sha256=${createHmac('sha256', secret).update(raw).digest('base64')}`,
  }),
  hasTimestamp: false,
  deliveryId: 'body',
  deliveries: [
    {
      what: 'a form that was left after its first question',
      stage: 'partial',
      body: event('01A', 'form_response_partial', [plan, score(9)], { submitted_at: undefined }),
      accepted: 1,
      drafts: [{ ...draft, score: '9', comment: null, answeredAt: new Date('2026-01-18T18:07:02Z') }],
    },
    {
      what: 'the submitted form',
      stage: 'finished',
      body: event('01B', 'form_response', [score(9), why, plan]),
      accepted: 1,
      drafts: [{ ...draft, score: '9', comment: 'Setup was quick', answeredAt: SUBMITTED }],
    },
    {
      what: 'the submitted form under another id',
      body: event('01C', 'form_response', [score(9), why, plan]),
      accepted: 0,
      duplicates: 1,
      drafts: [{ ...draft, score: '9' }],
    },
    {
      what: 'a form whose questions were skipped',
      body: event('01D', 'form_response', [plan], { token: 'b' }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'another form',
      body: event('01E', 'form_response', [score(1)], { form_id: 'other' }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'an event that brings no response',
      body: event('01F', 'form_opened', []),
      accepted: 0,
      drafts: [],
    },
  ],
  without: {
    edited: 'Typeform does not change a submitted response',
    deleted: 'Typeform has no event for a deleted response',
  },
  missing: {
    body: event('01G', 'form_response', [score(9)], { token: undefined }),
    code: 'MISSING',
    field: 'externalId',
  },
  extra: {
    body: event('01H', 'form_response', [score(9)], { token: 'c', thankyou_screen_ref: 'x', quiz: {} }),
    outcome: 'accepted',
  },
};
