import { createHmac } from 'node:crypto';
import type { VendorFixtures } from '../vendor-fixtures.ts';
import { BAD_SHARED_SECRETS } from './asknicely.fixtures.ts';

const [AT_0, AT_1, AT_2] = ['2026-02-24T07:47:29Z', '2026-02-24T07:48:10Z', '2026-02-25T09:00:00Z'];
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
  mapping: { survey: { name: 'Support CSAT', version: '1' } },
  secret: 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==',
  otherSecret: 'dGhpc19zZWNyZXRfaXNfYW5vdGhlcl9vbmVfYWx0bw==',
  badSecrets: BAD_SHARED_SECRETS,
  badMappings: [null, { score: { column: 'rating', scale: 'stars' } }, { encoding: 'utf-8' }],
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
