import { UnreadableBodyError } from '../../pipeline/read-items.ts';
import { fieldsOf, idInBody, listOf, objectOfBody } from '../body.ts';
import type { WebhookConnector } from '../connector.ts';
import { CSAT_1_5 } from '../csat.ts';
import type { NamedEvents, VendorOutcome } from '../mapped-outcomes.ts';
import { mappedReader } from '../mapped-reader.ts';
import { readingOutcomes } from '../reading-outcomes.ts';
import { hmacSigned } from '../signature.ts';
import { rfc3339 } from '../times.ts';

const RATED = 'conversation.rating.added';

/** What every rating has. A conversation has one, which its contact may change. */
const DEFAULTS = {
  source: 'intercom',
  survey: { name: 'intercom csat', version: '1' },
  externalId: 'id',
  respondent: 'contact',
  answeredAt: { column: 'conversation_rating.created_at', format: 'epoch-seconds' },
  revision: { column: 'notified_at', format: 'epoch-seconds' },
  score: { column: 'conversation_rating.rating', scale: CSAT_1_5 },
  comment: 'conversation_rating.remark',
};

/** Ratings of Intercom's conversations as answers; its tickets, conversations and events as outcomes: docs/connectors/intercom.md. */
export const intercom: WebhookConnector = {
  ...hmacSigned({ algorithm: 'sha1', encoding: 'hex', header: 'x-hub-signature', prefix: 'sha1=' }),
  name: 'intercom',
  receive: (raw) => {
    const body = objectOfBody(raw);
    if (typeof body['topic'] !== 'string')
      throw new UnreadableBodyError('topic: is missing; a delivery of Intercom has "topic" and "data"');
    const { rating } = fieldsOf(conversationOf(body)['conversation_rating']);
    const isRead =
      body['topic'] === RATED ? (rating ?? null) !== null : Object.hasOwn(READERS, body['topic']);
    return { items: isRead ? [body] : [] };
  },
  deliveryId: (_headers, raw) => idInBody(raw, ({ id }) => id),
  view: asConversation,
  reader: (mapping, dimensions) =>
    readingOutcomes(mapping, dimensions, {
      answers: (rest) => mappedReader('intercom', DEFAULTS, rest, dimensions, asConversation),
      isAnswer: (item) => fieldsOf(item)['topic'] === RATED,
      outcomesOf: (item, events) => outcomesOf(fieldsOf(item), events),
    }),
};

type Fields = Readonly<Record<string, unknown>>;
type Read = Pick<VendorOutcome, 'id' | 'kind' | 'at'> & Partial<VendorOutcome>;

/** What a topic says of its item; `notified` is when it happened. That something is done, and opened again, is one outcome, revised. */
const READERS: Readonly<
  Record<string, (item: Fields, notified: string | null, events: NamedEvents) => Read | null>
> = {
  'ticket.created': (item) => opened('ticket', item),
  'ticket.state.updated': (item, notified) => {
    const isDone = stateOf(item['ticket_state']) === RESOLVED;
    const before = stateOf(fieldsOf(partsOf(item).at(-1))['previous_ticket_state']);
    return isDone || before === RESOLVED ? done('ticket', item, notified, isDone) : null;
  },
  'conversation.user.created': (item) => opened('conversation', item),
  'conversation.admin.closed': (item, notified) => done('conversation', item, notified, true),
  'conversation.admin.opened': (item, notified) => done('conversation', item, notified, false),
  'event.created': (item, _notified, events) => {
    const called = String(item['event_name']);
    const known = Object.hasOwn(events, called) ? events[called] : undefined;
    return known
      ? {
          id: textOf(item['id']),
          kind: known.kind,
          at: rfc3339(item['created_at']),
          respondent: item['intercom_user_id'],
          name: known.name ?? called,
          quantity: known.kind === 'USAGE' ? 1 : null,
        }
      : null;
  },
};

const RESOLVED = 'resolved';
/** The category of a state, or the state itself in older versions of the API. */
const stateOf = (state: unknown): unknown => fieldsOf(state)['category'] ?? state;
const partsOf = (item: Fields) => listOf(fieldsOf(item['ticket_parts'])['ticket_parts']);
const textOf = (id: unknown): string => (typeof id === 'string' || typeof id === 'number' ? String(id) : '');
/** Blank without an id, so that the item is rejected by its name. */
const named = (of: string, item: Fields, more = '') => {
  const id = textOf(item['id']);
  return id === '' ? '' : `${of} ${id}${more}`;
};

const opened = (of: string, item: Fields): Read => ({
  id: named(of, item),
  kind: 'TICKET_OPENED',
  at: rfc3339(item['created_at']),
});

const done = (of: string, item: Fields, at: string | null, isDone: boolean): Read => ({
  id: named(of, item, ' solved'),
  kind: isDone ? 'TICKET_SOLVED' : 'TICKET_OPENED',
  at,
});

function outcomesOf(body: Fields, events: NamedEvents): readonly VendorOutcome[] {
  const topic = String(body['topic']);
  const item = conversationOf(body);
  const notified = rfc3339(body['created_at']);
  const read = Object.hasOwn(READERS, topic) ? READERS[topic]?.(item, notified, events) : null;
  if (!read) return [];
  const [contact] = listOf(fieldsOf(item['contacts'])['contacts']);
  const { id: respondent = fieldsOf(item['user'])['id'] } = fieldsOf(contact);
  return [
    {
      revised: notified,
      account: item['company_id'] ?? fieldsOf(item['company'])['id'],
      respondent,
      name: fieldsOf(item['ticket_type'])['name'],
      of: item,
      ...read,
    },
  ];
}

const conversationOf = (body: Readonly<Record<string, unknown>>) => fieldsOf(fieldsOf(body['data'])['item']);

/** The conversation of a notification; who rated it is the contact, or the customer in older versions of the API. */
function asConversation(item: unknown): unknown {
  const body = fieldsOf(item);
  const conversation = conversationOf(body);
  const { contact, customer } = fieldsOf(conversation['conversation_rating']);
  return {
    ...conversation,
    contact: fieldsOf(contact)['id'] ?? fieldsOf(customer)['id'],
    notified_at: body['created_at'],
  };
}
