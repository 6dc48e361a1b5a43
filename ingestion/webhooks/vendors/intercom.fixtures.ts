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

/** Notifications of tickets and conversations, as in the vendor's models of version 2.12 and later. */
const about = (id: string, topic: string, createdAt: number, item: object) =>
  JSON.stringify({
    type: 'notification_event',
    app_id: 'lkqcyt9t',
    topic,
    id: `notif_${id}`,
    data: { type: 'notification_event_data', item },
    created_at: createdAt,
    first_sent_at: createdAt,
  });
const contacts = { type: 'contact.list', contacts: [{ type: 'contact', id: '5bc8f7ae', external_id: '12' }] };
const ticket = (category: string, previous: string | null) => ({
  type: 'ticket',
  id: '494',
  ticket_id: '53',
  category: 'Customer',
  company_id: 'acme',
  contacts,
  created_at: AT,
  open: category !== 'resolved',
  ticket_state: { type: 'ticket_state', id: '88', category, internal_label: category },
  ticket_type: { type: 'ticket_type', id: '1', name: 'Bug' },
  ticket_parts: {
    type: 'ticket_part.list',
    ticket_parts: [
      { type: 'ticket_part', part_type: 'comment' },
      ...(previous === null
        ? []
        : [
            {
              type: 'ticket_part',
              part_type: 'ticket_state_updated_by_admin',
              ticket_state: category,
              previous_ticket_state: previous,
            },
          ]),
    ],
  },
});
const conversation = (state: string) => ({
  type: 'conversation',
  id: '1380',
  created_at: AT,
  state,
  contacts,
});
const tracked = (name: string) => ({
  type: 'event',
  id: `84ca8d44-${name}`,
  event_name: name,
  created_at: AT + 7,
  user_id: '12',
  intercom_user_id: '5bc8f7ae',
  email: 'ann@example.org',
  metadata: {},
});
const outcome = { account: 'acme', respondent: '5bc8f7ae', name: 'Bug' };
const became = (externalId: string, kind: string, seconds: number) => ({
  externalId,
  kind,
  at: new Date(seconds * 1_000),
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
  mapping: {
    dimensions: { channel: { column: 'source.type' } },
    outcomes: {
      events: {
        'invited-friend': { kind: 'ONBOARDING_STEP', name: 'invitation' },
        exported: { kind: 'USAGE' },
      },
    },
  },
  secret: 'intercom-client-secret',
  otherSecret: 'intercom-other-secret1',
  badSecrets: BAD_SHARED_SECRETS,
  badMappings: [
    null,
    { score: { column: 'rating', scale: 'stars' } },
    { encoding: 'utf-8' },
    { outcomes: { events: ['exported'] } },
  ],
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
      what: 'a ticket',
      body: about('20', 'ticket.created', AT + 1, ticket('submitted', null)),
      accepted: 1,
      drafts: [{ ...outcome, ...became('ticket 494', 'TICKET_OPENED', AT), revision: revision(AT + 1) }],
    },
    {
      what: 'a ticket that is worked on',
      body: about('21', 'ticket.state.updated', AT + 2, ticket('in_progress', 'submitted')),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'the ticket, solved',
      body: about('22', 'ticket.state.updated', AT + 3, ticket('resolved', 'in_progress')),
      accepted: 1,
      drafts: [{ ...outcome, ...became('ticket 494 solved', 'TICKET_SOLVED', AT + 3) }],
    },
    {
      what: 'the ticket, opened again',
      body: about('23', 'ticket.state.updated', AT + 9, ticket('in_progress', 'resolved')),
      accepted: 1,
      drafts: [{ ...outcome, ...became('ticket 494 solved', 'TICKET_OPENED', AT + 9) }],
    },
    {
      what: 'an earlier solution that arrives after the ticket was opened again',
      body: about('24', 'ticket.state.updated', AT + 4, ticket('resolved', 'in_progress')),
      accepted: 0,
      stale: 1,
      drafts: [{ ...became('ticket 494 solved', 'TICKET_SOLVED', AT + 4), revision: revision(AT + 4) }],
    },
    {
      what: 'a conversation',
      body: about('25', 'conversation.user.created', AT + 1, conversation('open')),
      accepted: 1,
      drafts: [{ account: null, name: null, ...became('conversation 1380', 'TICKET_OPENED', AT) }],
    },
    {
      what: 'the conversation, closed',
      body: about('26', 'conversation.admin.closed', AT + 5, conversation('closed')),
      accepted: 1,
      drafts: [{ respondent: '5bc8f7ae', ...became('conversation 1380 solved', 'TICKET_SOLVED', AT + 5) }],
    },
    {
      what: 'the conversation, opened again',
      body: about('27', 'conversation.admin.opened', AT + 6, conversation('open')),
      accepted: 1,
      drafts: [became('conversation 1380 solved', 'TICKET_OPENED', AT + 6)],
    },
    {
      what: 'a step of onboarding',
      body: about('28', 'event.created', AT + 8, tracked('invited-friend')),
      accepted: 1,
      drafts: [
        {
          ...became('84ca8d44-invited-friend', 'ONBOARDING_STEP', AT + 7),
          respondent: '5bc8f7ae',
          name: 'invitation',
        },
      ],
    },
    {
      what: 'the use of a feature',
      body: about('29', 'event.created', AT + 8, tracked('exported')),
      accepted: 1,
      drafts: [{ kind: 'USAGE', quantity: 1, name: 'exported' }],
    },
    {
      what: 'an event that the mapping does not name',
      body: about('30', 'event.created', AT + 8, tracked('logged-in')),
      accepted: 0,
      ignored: 1,
      drafts: [null],
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
