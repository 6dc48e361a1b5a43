import { createHmac } from 'node:crypto';
import type { VendorFixtures } from '../vendor-fixtures.ts';
import { BAD_SHARED_SECRETS } from './asknicely.fixtures.ts';

const AT = 1_771_919_249;
/** As in the vendor's documentation of notifications and of conversations. */
const notification = (id: string, createdAt: number, rating: object | null, more: object = {}) =>
  JSON.stringify({
    type: 'notification_event',
    app_id: 'lkqcyt9t',
    topic: 'conversation.rating.added',
    id: `notif_${id}`,
    data: {
      type: 'notification_event_data',
      item: {
        type: 'conversation',
        id: '1372',
        created_at: AT - 3_600,
        updated_at: createdAt,
        source: { type: 'conversation', delivered_as: 'customer_initiated' },
        conversation_rating:
          rating === null
            ? null
            : {
                created_at: AT,
                contact: { type: 'contact', id: '5bc8f7ae' },
                teammate: { id: 3 },
                ...rating,
              },
        open: false,
        state: 'closed',
        tags: { type: 'tag.list', tags: [] },
      },
    },
    delivery_status: 'pending',
    delivery_attempts: 1,
    delivered_at: 0,
    first_sent_at: createdAt,
    created_at: createdAt,
    ...more,
  });

const draft = {
  externalId: '1372',
  respondent: '5bc8f7ae',
  answeredAt: new Date(AT * 1_000),
  mapping: { scale: { name: 'csat 1-5', promoterFrom: 4, passiveFrom: 3 } },
};
const revision = (seconds: number) => ({ kind: 'time', value: seconds * 1_000 });

export const fixtures: VendorFixtures = {
  docs: 'docs/connectors/intercom.md',
  mapping: { dimensions: { channel: { column: 'source.type' } } },
  secret: 'intercom-client-secret',
  otherSecret: 'intercom-other-secret1',
  badSecrets: BAD_SHARED_SECRETS,
  badMappings: [null, { score: { column: 'rating', scale: 'stars' } }, { encoding: 'utf-8' }],
  sign: (raw, secret) => ({
    'content-type': 'application/json',
    'x-hub-signature': `sha1=${createHmac('sha1', secret).update(raw).digest('hex')}`,
  }),
  hasTimestamp: false,
  deliveryId: 'body',
  deliveries: [
    {
      what: 'a rating',
      stage: 'partial',
      body: notification('1', AT + 1, { rating: 5, remark: null }),
      accepted: 1,
      drafts: [{ ...draft, score: '5', comment: null, revision: revision(AT + 1) }],
    },
    {
      what: 'the rating with its remark',
      stage: 'finished',
      body: notification('2', AT + 30, { rating: 5, remark: 'Quick' }),
      accepted: 1,
      drafts: [{ ...draft, score: '5', comment: 'Quick', revision: revision(AT + 30) }],
    },
    {
      what: 'another rating in its place',
      stage: 'edited',
      body: notification('3', AT + 90, { rating: 2, remark: 'Quick' }),
      accepted: 1,
      drafts: [{ ...draft, score: '2', revision: revision(AT + 90) }],
    },
    {
      what: 'a conversation without a rating',
      body: notification('4', AT + 91, null),
      accepted: 0,
      drafts: [],
    },
    {
      what: 'a conversation that was deleted',
      stage: 'deleted',
      body: JSON.stringify({
        type: 'notification_event',
        topic: 'conversation.deleted',
        id: 'notif_5',
        data: { type: 'notification_event_data', item: { type: 'conversation', id: '1372' } },
      }),
      accepted: 0,
      drafts: [],
    },
    {
      what: 'the test of the address',
      body: JSON.stringify({
        type: 'notification_event',
        topic: 'ping',
        id: 'notif_6',
        data: {
          type: 'notification_event_data',
          item: { type: 'ping', message: 'something something interzen' },
        },
      }),
      accepted: 0,
      drafts: [],
    },
  ],
  missing: {
    body: notification('7', AT + 92, { rating: 4, created_at: null }),
    code: 'INVALID_TIME',
    field: 'answeredAt',
  },
  extra: { body: notification('8', AT + 93, { rating: 4, emoji: 'x' }, { links: {} }), outcome: 'accepted' },
};
