import { createHmac, randomUUID } from 'node:crypto';
import type { VendorFixtures } from '../vendor-fixtures.ts';
import { BAD_SHARED_SECRETS } from './asknicely.fixtures.ts';

const AT = 1_771_919_249;
const DAY = 86_400;
/** A snapshot event, as the vendor documents it. */
const event = (type: string, created: number, object: object, previous?: object, more: object = {}) =>
  JSON.stringify({
    id: `evt_${randomUUID()}`,
    object: 'event',
    api_version: '2025-09-30.clover',
    created,
    livemode: true,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
    data: { object, ...(previous ? { previous_attributes: previous } : {}) },
    ...more,
  });
const price = (unit: number, currency: string, nickname: string | null) => ({
  id: 'price_1',
  object: 'price',
  currency,
  lookup_key: 'pro_monthly',
  nickname,
  recurring: { interval: 'month', interval_count: 1 },
  unit_amount: unit,
});
const subscription = (status: string, more: object = {}) => ({
  id: 'sub_1',
  object: 'subscription',
  cancel_at_period_end: false,
  canceled_at: null,
  created: AT - 14 * DAY,
  currency: 'eur',
  customer: 'cus_1',
  ended_at: null,
  items: { object: 'list', data: [{ id: 'si_1', quantity: 3, price: price(4_990, 'eur', 'Pro') }] },
  metadata: { account_id: 'acme', region: 'Germany' },
  start_date: AT - 14 * DAY,
  status,
  trial_start: AT - 14 * DAY,
  trial_end: AT,
  ...more,
});
const invoice = (id: string, currency: string, paid: unknown, more: object = {}) => ({
  id,
  object: 'invoice',
  amount_due: paid,
  amount_paid: paid,
  billing_reason: 'subscription_cycle',
  currency,
  customer: 'cus_1',
  customer_email: 'ann@example.org',
  metadata: {},
  parent: {
    subscription_details: { metadata: { account_id: 'acme', region: 'Germany' }, subscription: 'sub_1' },
  },
  status: 'paid',
  status_transitions: { paid_at: AT + 5 },
  ...more,
});
const charge = (refunded: number) => ({
  id: 'ch_1',
  object: 'charge',
  amount: 14_970,
  amount_captured: 14_970,
  amount_refunded: refunded,
  currency: 'eur',
  customer: { id: 'cus_1', object: 'customer' },
  metadata: { account_id: 'acme' },
  refunded: refunded === 14_970,
  status: 'succeeded',
});

const at = (seconds: number) => new Date(seconds * 1_000);
const revision = (seconds: number) => ({ kind: 'time', value: seconds * 1_000 });
const ofAccount = { account: 'acme', respondent: null, dimensions: { region: 'Germany' } };
const pro = { amount: '149.70', currency: 'EUR', quantity: 3, name: 'Pro' };

export const fixtures: VendorFixtures = {
  docs: 'docs/connectors/stripe.md',
  mapping: {
    outcomes: {
      account: 'metadata.account_id',
      dimensions: { region: { column: 'metadata.region', default: 'unknown' } },
    },
  },
  secret: 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMQ',
  otherSecret: 'whsec_YW5vdGhlci1zZWNyZXQtb2Ytc3RyaXBl',
  badSecrets: BAD_SHARED_SECRETS,
  badMappings: [
    null,
    { payments: 'both' },
    { score: 'metadata.score' },
    { outcomes: [] },
    { outcomes: { kind: 'PAYMENT' } },
    { outcomes: { dimensions: { planet: { value: 'Earth' } } } },
  ],
  sign: (raw, secret, now) => {
    const time = String(Math.floor(now / 1_000));
    const content = Buffer.concat([Buffer.from(`${time}.`), raw]);
    const signature = createHmac('sha256', secret).update(content).digest('hex');
    return { 'content-type': 'application/json', 'stripe-signature': `t=${time},v1=${signature}` };
  },
  hasTimestamp: true,
  deliveryId: 'body',
  deliveries: [
    {
      what: 'a subscription that is tried',
      stage: 'partial',
      body: event('customer.subscription.created', AT - 14 * DAY, subscription('trialing')),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'the subscription that is paid after its trial',
      stage: 'finished',
      body: event('customer.subscription.updated', AT + 1, subscription('active'), { status: 'trialing' }),
      accepted: 1,
      drafts: [
        {
          ...ofAccount,
          ...pro,
          externalId: 'sub_1 started',
          kind: 'SUBSCRIPTION_STARTED',
          at: at(AT + 1),
          revision: revision(AT + 1),
        },
      ],
    },
    {
      what: 'its invoice that is paid, with the metadata of the subscription',
      body: event('invoice.paid', AT + 6, invoice('in_1', 'eur', 14_970)),
      accepted: 1,
      drafts: [
        {
          ...ofAccount,
          externalId: 'in_1',
          kind: 'PAYMENT',
          amount: '149.70',
          currency: 'EUR',
          at: at(AT + 5),
          quantity: null,
        },
      ],
    },
    {
      what: 'the other event of the same invoice',
      body: event('invoice.payment_succeeded', AT + 6, invoice('in_1', 'eur', 14_970)),
      accepted: 0,
      duplicates: 1,
      drafts: [{ externalId: 'in_1', amount: '149.70' }],
    },
    {
      what: 'an invoice of nothing',
      body: event('invoice.paid', AT, invoice('in_2', 'eur', 0)),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    ...(
      [
        ['jpy', 1_200, '1200'],
        ['isk', 120_000, '1200.00'],
        ['kwd', 1_500, '1.500'],
        ['mga', 1_200, '1200'],
        ['eur', 5, '0.05'],
      ] as const
    ).map(([currency, units, amount], i) => ({
      what: `${units} of the smallest unit of ${currency}`,
      body: event('invoice.paid', AT + 7, invoice(`in_1${i}`, currency, units)),
      accepted: 1,
      drafts: [{ externalId: `in_1${i}`, amount, currency: currency.toUpperCase() }],
    })),
    {
      what: 'another plan',
      body: event(
        'customer.subscription.updated',
        AT + DAY,
        subscription('active', {
          items: { data: [{ quantity: 3, price: price(9_900, 'eur', null) }] },
        }),
        { items: {} },
        { id: 'evt_plan' },
      ),
      accepted: 1,
      drafts: [
        {
          ...ofAccount,
          externalId: 'evt_plan',
          kind: 'SUBSCRIPTION_RENEWED',
          at: at(AT + DAY),
          amount: '297.00',
          quantity: 3,
          name: 'pro_monthly',
        },
      ],
    },
    {
      what: 'a subscription that will be cancelled when its period ends',
      body: event(
        'customer.subscription.updated',
        AT + 2 * DAY,
        subscription('active', { cancel_at_period_end: true, canceled_at: AT + 2 * DAY }),
        { cancel_at_period_end: false, canceled_at: null },
      ),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'a subscription that ended',
      body: event(
        'customer.subscription.deleted',
        AT + 3 * DAY,
        subscription('canceled', { canceled_at: AT + 2 * DAY, ended_at: AT + 3 * DAY }),
      ),
      accepted: 1,
      drafts: [
        {
          ...ofAccount,
          ...pro,
          externalId: 'sub_1 cancelled',
          kind: 'SUBSCRIPTION_CANCELLED',
          at: at(AT + 3 * DAY),
        },
      ],
    },
    {
      what: 'a trial that ended without a payment',
      body: event(
        'customer.subscription.deleted',
        AT,
        subscription('canceled', { id: 'sub_2', canceled_at: AT - DAY, ended_at: AT }),
      ),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'a part that is paid back',
      body: event('charge.refunded', AT + 4 * DAY, charge(5_000)),
      accepted: 1,
      drafts: [{ account: 'acme', externalId: 'ch_1 refunded', kind: 'REFUND', amount: '50.00' }],
    },
    {
      what: 'the rest that is paid back',
      stage: 'edited',
      body: event('charge.refunded', AT + 5 * DAY, charge(14_970)),
      accepted: 1,
      drafts: [{ externalId: 'ch_1 refunded', amount: '149.70', revision: revision(AT + 5 * DAY) }],
    },
    {
      what: 'an earlier refund that arrives after the later one',
      body: event('charge.refunded', AT + 4 * DAY + 60, charge(7_000)),
      accepted: 0,
      stale: 1,
      drafts: [{ externalId: 'ch_1 refunded', amount: '70.00', revision: revision(AT + 4 * DAY + 60) }],
    },
    {
      what: 'a charge, where invoices are counted',
      body: event('charge.succeeded', AT, charge(0)),
      accepted: 0,
      ignored: 1,
      drafts: [null],
    },
    {
      what: 'an event that is no outcome',
      body: event('customer.updated', AT, { id: 'cus_1', object: 'customer', email: 'ann@example.org' }),
      accepted: 0,
      drafts: [],
    },
    {
      what: 'a thin event',
      body: JSON.stringify({
        id: 'evt_thin',
        object: 'v2.core.event',
        type: 'v1.customer.subscription.deleted',
        livemode: true,
        created: '2026-02-24T07:47:29.507Z',
        related_object: { id: 'sub_1', type: 'subscription', url: '/v1/subscriptions/sub_1' },
      }),
      accepted: 0,
      rejected: 1,
      drafts: [{ refused: 'object' }],
    },
  ],
  without: { deleted: 'Stripe deletes no payment, and the end of a subscription is an outcome' },
  missing: {
    body: event('charge.refunded', AT, charge(10), undefined, { created: null }),
    code: 'INVALID_TIME',
    field: 'at',
  },
  extra: {
    body: event('invoice.paid', AT, invoice('in_4', 'eur', 990, { emoji: 'x' }), undefined, { extra: [1] }),
    outcome: 'accepted',
  },
};
