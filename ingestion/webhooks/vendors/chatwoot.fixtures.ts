import { createHmac } from 'node:crypto';
import type { VendorFixtures } from '../vendor-fixtures.ts';
import { BAD_SHARED_SECRETS } from './asknicely.fixtures.ts';

/** As Chatwoot sends a message whose survey was answered. */
const message = (answer: object | null, more: object = {}) =>
  JSON.stringify({
    event: 'message_updated',
    id: 8_801,
    account: { id: 1, name: 'Acme' },
    content: 'Please rate the conversation',
    content_type: 'input_csat',
    content_attributes: answer === null ? {} : { submitted_values: { csat_survey_response: answer } },
    conversation: {
      id: 42,
      channel: 'Channel::WebWidget',
      status: 'resolved',
      custom_attributes: { plan: 'Pro' },
      meta: { sender: { id: 77, name: 'Ada', email: 'ada@example.com', type: 'contact' } },
    },
    created_at: '2026-02-24T07:47:29.507Z',
    inbox: { id: 3, name: 'Website' },
    message_type: 'template',
    private: false,
    ...more,
  });

const draft = {
  externalId: '8801',
  respondent: '77',
  answeredAt: new Date('2026-02-24T07:47:29.507Z'),
  dimensions: { channel: 'Website' },
  mapping: { scale: { name: 'csat 1-5', promoterFrom: 4, passiveFrom: 3 } },
};

export const fixtures: VendorFixtures = {
  docs: 'docs/connectors/chatwoot.md',
  mapping: { dimensions: { channel: { column: 'inbox.name' } } },
  secret: 'chatwoot-secret-00001',
  otherSecret: 'chatwoot-secret-00002',
  badSecrets: BAD_SHARED_SECRETS,
  badMappings: [null, { score: { column: 'rating', scale: 'stars' } }, { encoding: 'utf-8' }],
  sign: (raw, secret, at, id) => {
    const timestamp = String(Math.floor(at / 1_000));
    const content = Buffer.concat([Buffer.from(`${timestamp}.`), raw]);
    return {
      'content-type': 'application/json',
      'x-chatwoot-delivery': id,
      'x-chatwoot-timestamp': timestamp,
      'x-chatwoot-signature': `sha256=${createHmac('sha256', secret).update(content).digest('hex')}`,
    };
  },
  hasTimestamp: true,
  deliveryId: 'header',
  unsignedHeaders: ['x-chatwoot-delivery'],
  deliveries: [
    {
      what: 'a rating',
      stage: 'partial',
      body: message({ rating: 4 }),
      accepted: 1,
      drafts: [{ ...draft, score: '4', comment: null }],
    },
    {
      what: 'the rating with what was written',
      stage: 'finished',
      after: 20,
      body: message({ rating: 4, feedback_message: 'Quick' }),
      accepted: 1,
      drafts: [{ ...draft, score: '4', comment: 'Quick' }],
    },
    {
      what: 'a later update of the answered message',
      after: 40,
      body: message({ rating: 4, feedback_message: 'Quick' }, { status: 'read' }),
      accepted: 0,
      duplicates: 1,
      drafts: [{ ...draft, score: '4' }],
    },
    {
      what: 'a survey that is not answered yet',
      body: message(null, { id: 8_802 }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'a message that was deleted',
      stage: 'deleted',
      body: message(null, { content_attributes: { deleted: true } }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'another message',
      body: message(null, { content_type: 'text' }),
      accepted: 0,
      drafts: [],
    },
  ],
  without: {
    edited: 'Chatwoot takes one rating for a conversation',
  },
  missing: {
    body: message({ rating: 5 }, { id: 8_803, created_at: null }),
    code: 'INVALID_TIME',
    field: 'answeredAt',
  },
  extra: { body: message({ rating: 5, emoji: 'x' }, { id: 8_804, sentiment: {} }), outcome: 'accepted' },
};
