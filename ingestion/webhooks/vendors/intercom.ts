import { UnreadableBodyError } from '../../pipeline/read-items.ts';
import { fieldsOf, idInBody, objectOfBody } from '../body.ts';
import type { WebhookConnector } from '../connector.ts';
import { CSAT_1_5 } from '../csat.ts';
import { mappedReader } from '../mapped-reader.ts';
import { hmacSigned } from '../signature.ts';

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

/** Ratings of Intercom's conversations: docs/connectors/intercom.md. */
export const intercom: WebhookConnector = {
  ...hmacSigned({ algorithm: 'sha1', encoding: 'hex', header: 'x-hub-signature', prefix: 'sha1=' }),
  name: 'intercom',
  receive: (raw) => {
    const body = objectOfBody(raw);
    if (typeof body['topic'] !== 'string')
      throw new UnreadableBodyError('topic: is missing; a delivery of Intercom has "topic" and "data"');
    const { rating } = fieldsOf(conversationOf(body)['conversation_rating']);
    return { items: body['topic'] === RATED && (rating ?? null) !== null ? [body] : [] };
  },
  deliveryId: (_headers, raw) => idInBody(raw, ({ id }) => id),
  reader: (mapping, dimensions) => mappedReader('intercom', DEFAULTS, mapping, dimensions, asConversation),
};

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
