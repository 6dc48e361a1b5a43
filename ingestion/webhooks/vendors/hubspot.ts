import { createHash, createHmac } from 'node:crypto';
import type { Outcome } from '../../pipeline/outcome.ts';
import { BadItem, MOST_ITEMS, readItems, UnreadableBodyError } from '../../pipeline/read-items.ts';
import { fieldsOf, listOf, textOfBody } from '../body.ts';
import type { FetchRules, Notice, WebhookConnector } from '../connector.ts';
import type { NamedEvents, VendorOutcome } from '../mapped-outcomes.ts';
import { outcomesOnly } from '../outcomes-only.ts';
import { assertWithinWindow, headerOf, SignatureError, sameBytes, sharedSecret } from '../signature.ts';
import { rfc3339 } from '../times.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Begins the secret of an app that signs by the first version: without a timestamp, so only where it is chosen. */
const FIRST_VERSION = 'v1:';

/** The objects that are read, by the name and by the number of their type, and what is fetched of them. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['0-1', 'contact'],
  ['0-2', 'company'],
  ['0-3', 'deal'],
  ['0-5', 'ticket'],
]);
const FETCHED: Readonly<Record<string, readonly string[]>> = {
  deal: [
    'amount',
    'closedate',
    'deal_currency_code',
    'dealname',
    'dealtype',
    'hs_is_closed',
    'hs_is_closed_won',
    'hubspot_owner_id',
  ],
  ticket: ['closed_date', 'createdate', 'hs_ticket_category', 'hs_ticket_priority', 'hubspot_owner_id'],
};
/** Properties whose change may make another outcome of a deal or a ticket. */
const WATCHED = ['dealstage', 'amount', 'closedate', 'hs_pipeline_stage'];

const fetchRules: FetchRules = {
  key: 'the access token of a private app',
  hosts: 'api.hubapi.com',
  usualHost: 'api.hubapi.com',
  isHost: (host) => host === 'api.hubapi.com',
  rate: 100,
  headers: (key) => ({ authorization: `Bearer ${key}` }),
  items: async ({ ids: { object = '', id = '' } }, ask) => {
    const properties = (FETCHED[object] ?? []).join(',');
    const path = `/crm/v3/objects/${object}s/${encodeURIComponent(id)}`;
    const fetched = await ask(`${path}?properties=${properties}&associations=companies,contacts`);
    if (id === '' || fetched['id'] !== id)
      throw new UnreadableBodyError('id: is another; HubSpot answers with the object that it is asked for');
    return [{ object, fetched }];
  },
};

/** Changes of HubSpot's records as outcomes; deals and tickets are announced and fetched: docs/connectors/hubspot.md. */
export const hubspot: WebhookConnector = {
  name: 'hubspot',
  secret: sharedSecret,
  verify: (raw, headers, secret, now, url) =>
    secret.startsWith(FIRST_VERSION)
      ? verifyFirst(raw, headerOf(headers, 'x-hubspot-signature'), secret.slice(FIRST_VERSION.length))
      : verifyThird(raw, headerOf(headers, 'x-hubspot-signature-v3'), secret, {
          url,
          timestamp: headerOf(headers, 'x-hubspot-request-timestamp'),
          now,
        }),
  receive: async (raw) => {
    const items = await readItems(textOfBody(raw), false, MOST_ITEMS);
    // Objects of two kinds may have the same id.
    const announced = new Map(
      items.flatMap((item) => noticesOf(item).map((one) => [`${one.ids['object']} ${one.ids['id']}`, one])),
    );
    return { items: items.filter((item) => noticesOf(item).length === 0), notices: [...announced.values()] };
  },
  // A delivery is a list without an id of its own; its items are known by theirs.
  deliveryId: () => null,
  fetch: fetchRules,
  reader: (mapping, dimensions) =>
    outcomesOnly('hubspot', mapping, dimensions, (item, events) =>
      item instanceof BadItem ? [item.outcome] : outcomesOf(fieldsOf(item), events),
    ),
};

/** hex of SHA-256 over the secret and the body. */
function verifyFirst(raw: Buffer, given: string | null, secret: string): void {
  if (given === null) throw new SignatureError('UNSIGNED');
  const expected = createHash('sha256').update(secret).update(raw).digest('hex');
  if (!sameBytes(Buffer.from(given), Buffer.from(expected))) throw new SignatureError('WRONG_SIGNATURE');
}

/** base64 of HMAC-SHA256 over the method, the address, the body and the timestamp, which is in milliseconds. */
function verifyThird(
  raw: Buffer,
  given: string | null,
  secret: string,
  { url, timestamp, now }: { readonly url: string; readonly timestamp: string | null; readonly now: number },
): void {
  if (given === null || timestamp === null || !/^\d{4,15}$/.test(timestamp))
    throw new SignatureError('UNSIGNED');
  assertWithinWindow(timestamp.slice(0, -3), now);
  const expected = createHmac('sha256', secret).update(`POST${url}`).update(raw).update(timestamp);
  if (!sameBytes(Buffer.from(given), Buffer.from(expected.digest('base64'))))
    throw new SignatureError('WRONG_SIGNATURE');
}

interface Change {
  readonly object: string;
  readonly change: string;
  readonly id: string;
  readonly property: string;
  readonly value: string;
  /** Milliseconds. */
  readonly occurredAt: number;
}

/** A change as HubSpot writes it: "company.propertyChange", or "object.propertyChange" with the number of the type. */
function changeOf(item: unknown): Change | null {
  const { subscriptionType, objectTypeId, objectId, propertyName, propertyValue, occurredAt } =
    fieldsOf(item);
  const [named = '', change = ''] = String(subscriptionType).split('.');
  const object = named === 'object' ? TYPES.get(String(objectTypeId)) : named;
  if (!object || ![...TYPES.values()].includes(object)) return null;
  return {
    object,
    change,
    id: typeof objectId === 'number' || typeof objectId === 'string' ? String(objectId) : '',
    property: String(propertyName ?? ''),
    value: String(propertyValue ?? ''),
    occurredAt: Number(occurredAt),
  };
}

function noticesOf(item: unknown): readonly Notice[] {
  const made = changeOf(item);
  if (!made || !Object.hasOwn(FETCHED, made.object) || made.id === '') return [];
  const { object, change, property, id } = made;
  const isOf = change === 'creation' || (change === 'propertyChange' && WATCHED.includes(property));
  return isOf ? [{ ids: { object, id } }] : [];
}

function outcomesOf(item: Fields, events: NamedEvents): readonly (VendorOutcome | Outcome)[] {
  if (Object.hasOwn(item, 'fetched')) return fetchedOf(String(item['object']), fieldsOf(item['fetched']));
  const made = changeOf(item);
  return made?.change === 'propertyChange' ? changedOf(item, made, events) : [];
}

/** The owner of a company, and what the mapping names: "lifecyclestage=customer", or "onboarded" whatever its value. */
function changedOf(item: Fields, made: Change, events: NamedEvents): readonly VendorOutcome[] {
  const { object, id, property, value, occurredAt } = made;
  const at = rfc3339(occurredAt / 1_000);
  const common = {
    id: id === '' ? '' : `${object} ${id} ${property} ${occurredAt}`,
    at,
    revised: at,
    [object === 'company' ? 'account' : 'respondent']: id,
    of: item,
  };
  if (object === 'company' && property === 'hubspot_owner_id')
    return value === '' ? [] : [{ ...common, kind: 'OWNER_CHANGED', owner: value }];
  if (object !== 'company' && object !== 'contact') return [];
  const called = [`${property}=${value}`, property].find((name) => Object.hasOwn(events, name));
  const known = called === undefined ? undefined : events[called];
  if (!known) return [];
  return [
    { ...common, kind: known.kind, name: known.name ?? called, quantity: known.kind === 'USAGE' ? 1 : null },
  ];
}

/** A deal or a ticket as it is when it is fetched; the time of its last change is the revision. */
function fetchedOf(object: string, record: Fields): readonly VendorOutcome[] {
  const { properties: given, associations, id } = record;
  const properties = fieldsOf(given);
  const updated = textOf(record['updatedAt']);
  const firstOf = (name: string) => {
    const [first] = listOf(fieldsOf(fieldsOf(associations)[name])['results']);
    return fieldsOf(first)['id'];
  };
  const common = {
    revised: updated,
    account: firstOf('companies'),
    respondent: firstOf('contacts'),
    of: record,
  };
  const named = (more: string) => (textOf(id) === null ? '' : `${object} ${id}${more}`);
  if (object === 'ticket') {
    const [created, closed] = [textOf(properties['createdate']), textOf(properties['closed_date'])];
    const name = properties['hs_ticket_category'];
    const all: VendorOutcome[] = [{ ...common, id: named(''), kind: 'TICKET_OPENED', at: created, name }];
    return closed === null
      ? all
      : [...all, { ...common, id: named(' solved'), kind: 'TICKET_SOLVED', at: closed, name }];
  }
  if (properties['hs_is_closed'] !== 'true') return [];
  // People write the day of closing, also one ahead.
  const planned = textOf(properties['closedate']);
  const at =
    planned !== null && updated !== null && Date.parse(planned) > Date.parse(updated) ? updated : planned;
  return [
    {
      ...common,
      id: named(''),
      kind: properties['hs_is_closed_won'] === 'true' ? 'DEAL_WON' : 'DEAL_LOST',
      at,
      amount: properties['amount'],
      currency: properties['deal_currency_code'],
      name: properties['dealtype'],
    },
  ];
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
