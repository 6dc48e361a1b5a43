import { createHmac } from 'node:crypto';
import type { VendorFixtures } from '../vendor-fixtures.ts';
import { BAD_SHARED_SECRETS } from './asknicely.fixtures.ts';

const [AT_0, AT_1, AT_2] = ['2026-02-24T07:47:29Z', '2026-02-24T07:48:10Z', '2026-02-25T09:00:00Z'];
const AT_1_LATER = '2026-02-24T08:00:00Z';
/** As the vendor documents its ticket events. */
const event = (time: string, score: object | null, more: object = {}, detail: object = {}) =>
  JSON.stringify({
    account_id: 12_514_403,
    type: 'zen:event-type:ticket.csat_received',
    id: `01J-${time}`,
    time,
    subject: 'zen:ticket:35436',
    zendesk_event_version: '2022-11-06',
    detail: {
      id: '35436',
      requester_id: '8447388090494',
      organization_id: '8447346621310',
      status: 'SOLVED',
      via: { channel: 'web_service' },
      ...detail,
    },
    event: score === null ? { meta: {} } : { satisfaction_score: score, meta: {} },
    ...more,
  });
/** As the vendor answers with a ticket. */
const rated = (id: string, rating: object) => ({
  path: `/api/v2/tickets/${id}.json`,
  body: {
    ticket: {
      id: Number(id),
      requester_id: 8_447_388_090_494,
      status: 'solved',
      subject: 'Help!',
      via: { channel: 'web' },
      updated_at: AT_2,
      satisfaction_rating: rating,
    },
  },
});
/** The body of the trigger on the page, as Zendesk fills it in. */
const triggered = (more: object = {}) =>
  JSON.stringify({
    ticket: '35437',
    requester: '8447388090495',
    rating: "Good, I'm satisfied",
    comment: 'Quick',
    // Zendesk writes this placeholder without seconds.
    rated_at: '2026-02-24T07:47Z',
    channel: 'Email',
    ...more,
  });

const NO_ORGANIZATION = { organization_id: '0' };
/** A ticket that was created, or whose status changed. */
const ticket = (time: string, event_: object, detail: object = {}, type = 'ticket.status_changed') =>
  event(
    time,
    null,
    { type: `zen:event-type:${type}`, event: { meta: { sequence: { id: 's', position: 1 } }, ...event_ } },
    { id: '35450', created_at: AT_0, type: 'incident', assignee_id: '8447320466430', ...detail },
  );
const outcome = {
  account: '8447346621310',
  respondent: '8447388090494',
  name: 'incident',
  agent: '8447320466430',
  dimensions: { channel: 'web_service' },
};
const became = (externalId: string, kind: string, time: string) => ({
  externalId,
  kind,
  at: new Date(time),
  revision: { kind: 'time', value: Date.parse(time) },
});

const draft = {
  externalId: '35436',
  respondent: '8447388090494',
  mapping: { scale: { name: 'csat good-bad', kind: 'labels' } },
};
const at = (time: string) => ({
  answeredAt: new Date(time),
  revision: { kind: 'time', value: Date.parse(time) },
});

export const fixtures: VendorFixtures = {
  docs: 'docs/connectors/zendesk.md',
  mapping: {
    survey: { name: 'Support CSAT', version: '1' },
    outcomes: { agent: 'detail.assignee_id', dimensions: { channel: { column: 'detail.via.channel' } } },
  },
  secret: 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==',
  otherSecret: 'dGhpc19zZWNyZXRfaXNfYW5vdGhlcl9vbmVfYWx0bw==',
  vendorHosts: ['acme.zendesk.com'],
  badSecrets: BAD_SHARED_SECRETS,
  badMappings: [
    null,
    { score: { column: 'rating', scale: 'stars' } },
    { encoding: 'utf-8' },
    { outcomes: [] },
    { outcomes: { topic: 'detail.type' } },
    { outcomes: { events: { solved: { kind: 'SOLVED' } } } },
  ],
  sign: (raw, secret, at, id) => {
    const timestamp = new Date(at).toISOString();
    const content = Buffer.concat([Buffer.from(timestamp), raw]);
    return {
      'content-type': 'application/json',
      'x-zendesk-webhook-invocation-id': id,
      'x-zendesk-webhook-signature-timestamp': timestamp,
      'x-zendesk-webhook-signature': createHmac('sha256', secret).update(content).digest('base64'),
    };
  },
  hasTimestamp: true,
  deliveryId: 'header',
  unsignedHeaders: ['x-zendesk-webhook-invocation-id'],
  deliveries: [
    {
      what: 'a rating',
      stage: 'partial',
      body: event(AT_0, { score: 'GOOD', comment: null }),
      accepted: 1,
      drafts: [{ ...draft, ...at(AT_0), score: 'good', comment: null }],
    },
    {
      what: 'the rating with its comment',
      stage: 'finished',
      body: event(AT_1, { score: 'GOOD', comment: 'Quick' }),
      accepted: 1,
      drafts: [{ ...draft, ...at(AT_1), score: 'good', comment: 'Quick' }],
    },
    {
      what: 'another rating in its place',
      stage: 'edited',
      body: event(AT_2, { score: 'BAD', comment: 'Quick' }),
      accepted: 1,
      drafts: [{ ...draft, ...at(AT_2), score: 'bad' }],
    },
    {
      what: 'a ticket that was rated, without the rating',
      body: event(AT_2, null, { id: '01J-thin' }, { id: '35441' }),
      answer: rated('35441', { id: 62, score: 'good', comment: 'Great support!' }),
      accepted: 1,
      drafts: [{ ...draft, ...at(AT_2), externalId: '35441', score: 'good', comment: 'Great support!' }],
    },
    {
      what: 'a ticket that is not rated any more',
      body: event(AT_2, null, { id: '01J-offered' }, { id: '35442' }),
      answer: rated('35442', { score: 'offered' }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'a rating from a trigger',
      body: triggered(),
      accepted: 1,
      drafts: [
        { externalId: '35437', respondent: '8447388090495', score: "good, i'm satisfied", comment: 'Quick' },
      ],
    },
    {
      what: 'a ticket that was not rated yet',
      body: triggered({ ticket: '35438', rating: 'Offered', comment: '' }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'a ticket',
      body: ticket(AT_0, {}, {}, 'ticket.created'),
      accepted: 1,
      drafts: [{ ...outcome, ...became('35450', 'TICKET_OPENED', AT_0) }],
    },
    {
      what: 'the ticket, solved',
      body: ticket(AT_1, { current: 'SOLVED', previous: 'OPEN' }),
      accepted: 1,
      drafts: [{ ...outcome, ...became('35450 solved', 'TICKET_SOLVED', AT_1) }],
    },
    {
      what: 'the ticket, opened again',
      body: ticket(AT_2, { current: 'OPEN', previous: 'SOLVED' }),
      accepted: 1,
      drafts: [{ ...outcome, ...became('35450 solved', 'TICKET_OPENED', AT_2) }],
    },
    {
      what: 'an earlier solution that arrives after the ticket was opened again',
      body: ticket(AT_1_LATER, { current: 'SOLVED', previous: 'PENDING' }),
      accepted: 0,
      stale: 1,
      drafts: [became('35450 solved', 'TICKET_SOLVED', AT_1_LATER)],
    },
    {
      what: 'a solved ticket that is closed',
      body: ticket(AT_2, { current: 'CLOSED', previous: 'SOLVED' }),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'a ticket of a person without an organization',
      body: ticket(AT_0, {}, { ...NO_ORGANIZATION, id: '35451' }, 'ticket.created'),
      accepted: 1,
      drafts: [{ account: null, respondent: '8447388090494', externalId: '35451' }],
    },
    {
      what: 'a ticket that was deleted',
      stage: 'deleted',
      body: event(AT_2, null, { type: 'zen:event-type:ticket.soft_deleted' }),
      accepted: 0,
      drafts: [],
    },
  ],
  missing: { body: triggered({ ticket: '35439', rated_at: '' }), code: 'INVALID_TIME', field: 'answeredAt' },
  extra: { body: triggered({ ticket: '35440', brand: 'Acme' }), outcome: 'accepted' },
};
