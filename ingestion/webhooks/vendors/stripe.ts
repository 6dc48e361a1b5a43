import { createHmac } from 'node:crypto';
import { InvalidMapError } from '../../files/map/map-mistakes.ts';
import { UnreadableBodyError } from '../../pipeline/read-items.ts';
import { fieldsOf, idInBody, objectOfBody } from '../body.ts';
import type { FetchRules, Notice, WebhookConnector } from '../connector.ts';
import type { VendorOutcome } from '../mapped-outcomes.ts';
import { outcomesOnly } from '../outcomes-only.ts';
import { assertWithinWindow, headerOf, SignatureError, sameBytes, sharedSecret } from '../signature.ts';
import { rfc3339 } from '../times.ts';

const SIGNATURE = 'stripe-signature';
const SNAPSHOT = 'event';
const THIN = 'v2.core.event';

/** What is fetched of the objects that thin events are about. */
const FETCHED: Readonly<Record<string, string>> = {
  subscription: 'subscriptions',
  invoice: 'invoices',
  charge: 'charges',
};

const fetchRules: FetchRules = {
  key: 'a restricted key of Stripe that may read charges, invoices, subscriptions and events',
  hosts: 'api.stripe.com',
  usualHost: 'api.stripe.com',
  isHost: (host) => host === 'api.stripe.com',
  rate: 600,
  headers: (key) => ({ authorization: `Bearer ${key}` }),
  items: async ({ ids: { snapshot, event: id, type, created, object, of } }, ask) => {
    // An account that moves to thin events names the snapshot that it sent before.
    if (snapshot !== undefined)
      return [assertIs(SNAPSHOT, await ask(`/v1/events/${encodeURIComponent(snapshot)}`))];
    const found = assertIs(of, await ask(`/v1/${FETCHED[of ?? '']}/${encodeURIComponent(object ?? '')}`));
    const seconds = Math.floor(Date.parse(created ?? '') / 1_000);
    return [{ id, object: SNAPSHOT, type, created: seconds, data: { object: found }, fetched: true }];
  },
};

/** @throws UnreadableBodyError */
function assertIs(of: string | undefined, found: Fields): Fields {
  if (of !== undefined && found['object'] === of) return found;
  throw new UnreadableBodyError(`object: is not ${of}; Stripe answers with what it is asked for`);
}

/** Billing events of Stripe as outcomes: docs/connectors/stripe.md. */
export const stripe: WebhookConnector = {
  name: 'stripe',
  secret: {
    ...sharedSecret,
    make: (random) => `whsec_${random(32).toString('hex')}`,
  },
  // "t=1771919249,v1=…,v1=…": one v1 for each secret that the endpoint has while it is rolled.
  verify: (raw, headers, secret, now) => {
    const parts = (headerOf(headers, SIGNATURE) ?? '').split(',').map((part) => part.split('='));
    const valuesOf = (name: string) => parts.flatMap(([key, value]) => (key === name && value ? value : []));
    const [timestamp, ...others] = valuesOf('t');
    const given = valuesOf('v1');
    if (timestamp === undefined || others.length > 0 || given.length === 0)
      throw new SignatureError('UNSIGNED');
    assertWithinWindow(timestamp, now);
    const expected = Buffer.from(
      createHmac('sha256', secret).update(`${timestamp}.`).update(raw).digest('hex'),
    );
    const fits = given.map((one) => sameBytes(Buffer.from(one), expected));
    if (!fits.includes(true)) throw new SignatureError('WRONG_SIGNATURE');
  },
  receive: (raw) => {
    const body = objectOfBody(raw);
    if (body['object'] !== SNAPSHOT && body['object'] !== THIN)
      throw new UnreadableBodyError('object: is not "event"; Stripe sends events');
    if (body['object'] === THIN) return { items: [], notices: noticesOf(body) };
    return { items: isRead(String(body['type'])) ? [body] : [] };
  },
  fetch: fetchRules,
  deliveryId: (_headers, raw) => idInBody(raw, ({ id }) => id),
  reader: (mapping, dimensions) => {
    const { payments = 'invoices', ...rest } = fieldsOf(mapping);
    if (payments !== 'invoices' && payments !== 'charges')
      throw new InvalidMapError('payments: must be "invoices" or "charges"');
    return outcomesOnly('stripe', mapping === null ? mapping : rest, dimensions, (item) =>
      outcomesOf(fieldsOf(item), payments),
    );
  },
};

type Fields = Readonly<Record<string, unknown>>;
type Read = Omit<VendorOutcome, 'of' | 'account' | 'revised'>;

interface StripeEvent {
  readonly id: string;
  /** When it happened. */
  readonly at: string | null;
  readonly object: Fields;
  readonly previous: Fields;
  /** The object is as it was when it was fetched, and what it was before is not known. */
  readonly isFetched: boolean;
}

const READERS: Readonly<Record<string, (event: StripeEvent, payments: string) => readonly Read[]>> = {
  'customer.subscription.created': (event) =>
    event.object['status'] === 'active' ? [started(event, event.object['start_date'])] : [],
  'customer.subscription.updated': (event) => changed(event),
  'customer.subscription.deleted': (event) => cancelled(event),
  'invoice.paid': (event, payments) => (payments === 'invoices' ? paid(event) : []),
  'invoice.payment_succeeded': (event, payments) => (payments === 'invoices' ? paid(event) : []),
  'charge.succeeded': (event, payments) => (payments === 'charges' ? charged(event) : []),
  'charge.refunded': (event) => refunded(event),
};

const isRead = (type: string) => Object.hasOwn(READERS, type);

/** A thin event says what it is about, without what that is. */
function noticesOf(body: Fields): readonly Notice[] {
  const type = String(body['type']).replace(/^v1\./, '');
  const { id: event, created, snapshot_event: snapshot, related_object: related } = body;
  const { id: object, type: of } = fieldsOf(related);
  if (!isRead(type)) return [];
  if (typeof snapshot === 'string') return [{ ids: { snapshot } }];
  const ids = { event, type, created, object, of };
  const isWhole = Object.values(ids).every((one) => typeof one === 'string');
  return isWhole && Object.hasOwn(FETCHED, String(of)) ? [{ ids: ids as Record<string, string> }] : [];
}

function outcomesOf(event: Fields, payments: string): readonly VendorOutcome[] {
  const { object: of, previous_attributes: previous } = fieldsOf(event['data']);
  const object = withMetadata(fieldsOf(of));
  const at = rfc3339(event['created']);
  const type = String(event['type']);
  const read = isRead(type) ? READERS[type] : undefined;
  const isFetched = event['fetched'] === true;
  const whole = { id: String(event['id']), at, object, previous: fieldsOf(previous), isFetched };
  const all = read?.(whole, payments) ?? [];
  return all.map((one) => ({ ...one, revised: at, account: idOf(object['customer']), of: object }));
}

/** Of an expanded object its id. */
const idOf = (value: unknown): unknown => (typeof value === 'object' ? fieldsOf(value)['id'] : value);

/** An invoice has the metadata of its subscription elsewhere, by the version of the API. */
function withMetadata(object: Fields): Fields {
  const { subscription_details: parent } = fieldsOf(object['parent']);
  const given = [object['subscription_details'], parent].map((one) => fieldsOf(fieldsOf(one)['metadata']));
  return { ...object, metadata: Object.assign({}, ...given, fieldsOf(object['metadata'])) };
}

const started = ({ object, at }: StripeEvent, since: unknown): Read => ({
  id: `${object['id']} started`,
  kind: 'SUBSCRIPTION_STARTED',
  at: rfc3339(since) ?? at,
  ...planOf(object),
});

/** What a customer does not pay for yet: a trial, a first payment that failed. */
const UNPAID = ['trialing', 'incomplete', 'incomplete_expired'];
/** Changes of what is paid for, or of the period. */
const OF_PLAN = ['items', 'plan', 'quantity', 'current_period_start', 'current_period_end'];

/**
 * A trial that is paid from now on begins a subscription; another plan, other seats or another period renews it. That it will be cancelled at
 * the end of the period changes nothing until then.
 */
function changed(event: StripeEvent): readonly Read[] {
  const { id, at, object, previous, isFetched } = event;
  if (object['status'] !== 'active') return [];
  if (isFetched) return [started(event, object['trial_end'] ?? object['start_date'])];
  if (UNPAID.includes(String(previous['status']))) return [started(event, at)];
  if (!OF_PLAN.some((name) => Object.hasOwn(previous, name))) return [];
  return [{ id, kind: 'SUBSCRIPTION_RENEWED', at, ...planOf(object) }];
}

/** Nothing ends that was not paid for. */
function cancelled({ at, object }: StripeEvent): readonly Read[] {
  const ended = Number(object['ended_at'] ?? object['canceled_at']);
  const trial = Number(object['trial_end'] ?? Number.NaN);
  if (ended <= trial || object['status'] === 'incomplete_expired') return [];
  const kind = 'SUBSCRIPTION_CANCELLED';
  return [{ id: `${object['id']} cancelled`, kind, at: rfc3339(ended) ?? at, ...planOf(object) }];
}

function paid({ at, object }: StripeEvent): readonly Read[] {
  const { paid_at: paidAt } = fieldsOf(object['status_transitions']);
  const sum = object['amount_paid'];
  // Of a trial, and where credit covers it.
  if (sum === 0) return [];
  return [
    {
      id: String(object['id']),
      kind: 'PAYMENT',
      at: rfc3339(paidAt) ?? at,
      ...moneyOf(sum, object['currency']),
    },
  ];
}

function charged({ at, object }: StripeEvent): readonly Read[] {
  const { amount_captured: captured = object['amount'], currency } = object;
  const kind = 'PAYMENT';
  return [
    { id: String(object['id']), kind, at: rfc3339(object['created']) ?? at, ...moneyOf(captured, currency) },
  ];
}

/** What of a charge was paid back so far: a further refund replaces the sum. */
const refunded = ({ at, object }: StripeEvent): readonly Read[] => [
  {
    id: `${object['id']} refunded`,
    kind: 'REFUND',
    at,
    ...moneyOf(object['amount_refunded'], object['currency']),
  },
];

/** The plan, the seats and the price of a period: the sum over what is subscribed, where each has one price. */
function planOf(object: Fields): Pick<Read, 'amount' | 'currency' | 'quantity' | 'name'> {
  const { data } = fieldsOf(object['items']);
  const items = (Array.isArray(data) ? data : []).map(fieldsOf);
  const priced = items.map((item) => ({
    quantity: item['quantity'],
    price: fieldsOf(item['price'] ?? item['plan']),
  }));
  const [first] = priced;
  const names = priced.map(({ price: { nickname, lookup_key: key, id } }) => nickname ?? key ?? id);
  const sums = priced.map(
    ({ quantity, price: { unit_amount: unit = null, amount = unit } }) =>
      Number(amount ?? Number.NaN) * Number(quantity ?? Number.NaN),
  );
  const sum = sums.reduce((all, one) => all + one, 0);
  return {
    ...(Number.isSafeInteger(sum) && first ? moneyOf(sum, first.price['currency']) : {}),
    quantity: first && priced.length === 1 ? first.quantity : null,
    name: names.join(', ') || null,
  };
}

const NO_DIGITS = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '));
const THREE_DIGITS = new Set('BHD JOD KWD OMR TND'.split(' '));

/** Stripe counts in the smallest unit, by its own list: ISK and UGX have two digits there, and MGA has none. */
function moneyOf(units: unknown, given: unknown): Pick<Read, 'amount' | 'currency'> {
  const currency = String(given ?? '').toUpperCase();
  const digits = NO_DIGITS.has(currency) ? 0 : THREE_DIGITS.has(currency) ? 3 : 2;
  if (!Number.isSafeInteger(units)) return { amount: null, currency };
  const text = String(units).padStart(digits + 1, '0');
  return {
    amount: digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`,
    currency,
  };
}
