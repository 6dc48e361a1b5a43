import { createHmac } from 'node:crypto';
import { InvalidMapError } from '../../files/map/map-mistakes.ts';
import { type Outcome, rejected } from '../../pipeline/outcome.ts';
import { UnreadableBodyError } from '../../pipeline/read-items.ts';
import { fieldsOf, idInBody, objectOfBody } from '../body.ts';
import type { WebhookConnector } from '../connector.ts';
import type { VendorOutcome } from '../mapped-outcomes.ts';
import { outcomesOnly } from '../outcomes-only.ts';
import { assertWithinWindow, headerOf, SignatureError, sameBytes, sharedSecret } from '../signature.ts';
import { rfc3339 } from '../times.ts';

const SIGNATURE = 'stripe-signature';
const SNAPSHOT = 'event';
const THIN = 'v2.core.event';

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
    return { items: isRead(String(body['type']).replace(/^v1\./, '')) ? [body] : [] };
  },
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

function outcomesOf(event: Fields, payments: string): readonly (VendorOutcome | Outcome)[] {
  if (event['object'] === THIN)
    return [
      rejected(
        'INVALID',
        'object: is a thin event, which does not have what it is about; choose the payload style "Snapshot" for this destination',
      ),
    ];
  const { object: of, previous_attributes: previous } = fieldsOf(event['data']);
  const object = withMetadata(fieldsOf(of));
  const at = rfc3339(event['created']);
  const read = READERS[String(event['type'])];
  const all = read?.({ id: String(event['id']), at, object, previous: fieldsOf(previous) }, payments) ?? [];
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
  const { id, at, object, previous } = event;
  if (object['status'] !== 'active') return [];
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
