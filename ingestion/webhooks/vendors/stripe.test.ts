import { expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../../domain/segments/dimensions.ts';
import { stripe } from './stripe.ts';

/* Stripe's thin events, which are fetched. */

const thin = (type: string, more: object = {}) => ({
  id: 'evt_thin',
  object: 'v2.core.event',
  type,
  livemode: true,
  created: '2026-02-24T07:47:29.507Z',
  related_object: { id: 'sub_1', type: 'subscription', url: '/v1/subscriptions/sub_1' },
  ...more,
});
const noticesOf = async (body: object) => {
  const received = await stripe.receive(Buffer.from(JSON.stringify(body)), {}, 0);
  if (!('items' in received)) throw new Error('a challenge');
  expect(received.items).toEqual([]);
  return received.notices ?? [];
};
/** What comes of a thin event whose object is this. */
const became = async (body: object, path: string, object: object) => {
  const [notice = { ids: {} }] = await noticesOf(body);
  const ask = async (asked: string) => {
    expect(asked).toBe(path);
    return { ...object };
  };
  const items = (await stripe.fetch?.items(notice, ask)) ?? [];
  const { outcomes } = stripe.reader({}, defineDimensions(DEFAULT_DIMENSIONS));
  return items.flatMap((item) => outcomes?.(item, 'notice') ?? []);
};
const subscription = (more: object) => ({
  id: 'sub_1',
  object: 'subscription',
  customer: 'cus_1',
  start_date: 1_771_000_000,
  trial_end: null,
  items: { data: [{ quantity: 1, price: { id: 'price_1', unit_amount: 990, currency: 'eur' } }] },
  ...more,
});

it('names what to fetch, of events that are read', async () => {
  expect(await noticesOf(thin('v1.customer.subscription.deleted'))).toEqual([
    {
      ids: {
        event: 'evt_thin',
        type: 'customer.subscription.deleted',
        created: '2026-02-24T07:47:29.507Z',
        object: 'sub_1',
        of: 'subscription',
      },
    },
  ]);
  for (const none of [
    thin('v2.core.event_destination.ping'),
    thin('v1.customer.subscription.deleted', { related_object: null }),
    thin('v1.invoice.paid', { related_object: { id: 'x', type: '../../v1/accounts', url: '/v1/accounts' } }),
  ])
    expect(await noticesOf(none)).toEqual([]);
});

it('reads the fetched subscription as it is', async () => {
  const path = '/v1/subscriptions/sub_1';
  const [ended] = await became(
    thin('v1.customer.subscription.deleted'),
    path,
    subscription({ status: 'canceled', ended_at: 1_771_919_249 }),
  );
  expect(ended).toMatchObject({
    externalId: 'sub_1 cancelled',
    kind: 'SUBSCRIPTION_CANCELLED',
    account: 'cus_1',
    at: new Date(1_771_919_249_000),
    revision: { kind: 'time', value: Date.parse('2026-02-24T07:47:29Z') },
  });
  // Without what it was before, a subscription that is paid for has begun, at the same time whenever it is fetched.
  const updated = thin('v1.customer.subscription.updated');
  expect(await became(updated, path, subscription({ status: 'active' }))).toMatchObject([
    {
      externalId: 'sub_1 started',
      kind: 'SUBSCRIPTION_STARTED',
      at: new Date(1_771_000_000_000),
      amount: '9.90',
    },
  ]);
  expect(await became(updated, path, subscription({ status: 'trialing' }))).toEqual([]);
});

it('fetches the snapshot where the event names it', async () => {
  const event = {
    id: 'evt_1',
    object: 'event',
    type: 'customer.subscription.updated',
    created: 1_771_919_249,
    data: { object: subscription({ status: 'active' }), previous_attributes: { quantity: 2 } },
  };
  const body = thin('v1.customer.subscription.updated', { snapshot_event: 'evt_1' });
  expect(await became(body, '/v1/events/evt_1', event)).toMatchObject([
    { externalId: 'evt_1', kind: 'SUBSCRIPTION_RENEWED' },
  ]);
});
