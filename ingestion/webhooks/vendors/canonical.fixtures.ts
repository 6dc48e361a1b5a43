import { createHmac } from 'node:crypto';
import type { VendorFixtures } from '../vendor-fixtures.ts';

/** As the specification has it, and apart from the connector: "ID.TIMESTAMP.BODY" under the decoded secret. */
export function signStandardWebhook(
  raw: Buffer,
  secret: string,
  at: number,
  id: string,
): Record<string, string> {
  const timestamp = String(Math.floor(at / 1_000));
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), raw]);
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${createHmac('sha256', key).update(content).digest('base64')}`,
  };
}

const item = (externalId: string, more: object = {}) => ({
  externalId,
  answeredAt: '2026-03-01T09:30:00Z',
  score: 9,
  ...more,
});
const json = (value: unknown) => JSON.stringify(value);
/** In structured mode, as the specification has it, with an extension. */
const cloudEvent = (id: string, data: unknown, more: object = {}) => ({
  specversion: '1.0',
  type: 'example.response.given',
  source: '/shop/checkout',
  subject: 'nps',
  id,
  time: '2026-03-01T09:30:00Z',
  datacontenttype: 'application/json',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  data,
  ...more,
});

export const fixtures: VendorFixtures = {
  docs: 'docs/connectors/standard-webhooks.md',
  mapping: { source: 'shop', survey: { name: 'checkout', version: '2' } },
  secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  otherSecret: `whsec_${Buffer.alloc(32, 8).toString('base64')}`,
  badSecrets: ['', 'hunter2', 'whsec_', 'whsec_c2hvcnQ=', `whsec_${Buffer.alloc(65).toString('base64')}`],
  badMappings: [
    null,
    [],
    'shop',
    { source: '' },
    { survey: 'nps' },
    { score: { column: 'x', scale: '0-10' } },
  ],
  sign: signStandardWebhook,
  hasTimestamp: true,
  deliveryId: 'header',
  deliveries: [
    {
      what: 'one response',
      body: json(item('c-1', { respondent: 'jane@example.com', comment: 'quick', region: 'Germany' })),
      accepted: 1,
      drafts: [
        {
          externalId: 'c-1',
          respondent: 'jane@example.com',
          score: 9,
          comment: 'quick',
          mapping: expectMapping('shop', 'checkout', '2'),
        },
      ],
    },
    {
      what: 'a list, of which one item names its source and one is what was sent before',
      body: json([
        item('c-2', { source: 'app' }),
        item('c-1', { respondent: 'jane@example.com', comment: 'quick', region: 'Germany' }),
      ]),
      accepted: 1,
      duplicates: 1,
      drafts: [{ externalId: 'c-2', mapping: expectMapping('app', 'checkout', '2') }, { externalId: 'c-1' }],
    },
    {
      what: 'a score whose comment is still being written',
      stage: 'partial',
      body: json(item('c-7', { revision: 1 })),
      accepted: 1,
      drafts: [{ externalId: 'c-7', comment: null, revision: { kind: 'number', value: 1 } }],
    },
    {
      what: 'the same with its comment',
      stage: 'finished',
      body: json(item('c-7', { revision: 2, comment: 'quick' })),
      accepted: 1,
      drafts: [{ externalId: 'c-7', comment: 'quick', revision: { kind: 'number', value: 2 } }],
    },
    {
      what: 'another score in its place',
      stage: 'edited',
      body: json(item('c-7', { revision: 3, comment: 'quick', score: 4 })),
      accepted: 1,
      drafts: [{ externalId: 'c-7', score: 4, revision: { kind: 'number', value: 3 } }],
    },
    {
      what: 'a CloudEvent whose data is a response without names of its own',
      body: json(cloudEvent('ce-1', { score: 8, respondent: 'jane@example.com' })),
      accepted: 1,
      drafts: [
        {
          externalId: 'ce-1',
          score: 8,
          respondent: 'jane@example.com',
          answeredAt: new Date('2026-03-01T09:30:00Z'),
          mapping: expectMapping('/shop/checkout', 'checkout', '2'),
          raw: json(cloudEvent('ce-1', { score: 8, respondent: 'jane@example.com' })),
        },
      ],
    },
    {
      what: 'a batch of CloudEvents, of which only one can be read; what the data names counts',
      body: json([
        cloudEvent('ce-2', item('c-8', { source: 'app', revision: 2 })),
        cloudEvent('ce-3', { score: 8 }, { specversion: '0.3' }),
        cloudEvent('ce-4', undefined, { data_base64: 'e30=' }),
        cloudEvent('ce-5', 'score=8', { datacontenttype: 'text/plain' }),
        cloudEvent('ce-6', { score: 8 }, { time: undefined }),
      ]),
      accepted: 1,
      rejected: 4,
      drafts: [
        { externalId: 'c-8', score: 9, mapping: expectMapping('app', 'checkout', '2') },
        ...['specversion', 'data_base64', 'data', 'answeredAt'].map((field) => ({ refused: field })),
      ],
    },
    { what: 'an empty list', body: '[]', accepted: 0, drafts: [] },
    {
      what: 'a bad item beside a good one',
      body: json([item('c-3', { score: 11 }), item('c-4', { score: 0 })]),
      accepted: 1,
      rejected: 1,
      drafts: [
        { externalId: 'c-3', score: 11 },
        { externalId: 'c-4', score: 0 },
      ],
    },
  ],
  without: { deleted: 'a sender erases with a key of its own, not by a delivery' },
  missing: { body: json({ externalId: 'c-5', score: 9 }), code: 'MISSING', field: 'answeredAt' },
  extra: { body: json(item('c-6', { shoeSize: 43 })), outcome: 'rejected' },
};

function expectMapping(source: string, name: string, version: string) {
  return { source, connector: 'canonical', survey: { name, version } };
}
