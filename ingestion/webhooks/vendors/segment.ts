import { UnreadableBodyError } from '../../pipeline/read-items.ts';
import { fieldsOf, idInBody, objectOfBody } from '../body.ts';
import type { WebhookConnector } from '../connector.ts';
import { mappedReader } from '../mapped-reader.ts';
import { hmacSigned } from '../signature.ts';

const TRACK = 'track';

/** What every event has. The connection maps the properties, and names the events by `where`. */
const DEFAULTS = {
  source: 'segment',
  survey: { name: 'segment', version: '1' },
  externalId: 'messageId',
  respondent: 'respondent',
  answeredAt: { column: 'timestamp' },
  revision: { column: 'timestamp' },
};

/** Segment's destination Webhooks (Actions), for survey tools that send `track`: docs/connectors/segment.md. */
export const segment: WebhookConnector = {
  ...hmacSigned({ algorithm: 'sha1', encoding: 'hex', header: 'x-signature' }),
  name: 'segment',
  receive: (raw) => {
    const body = objectOfBody(raw);
    if (typeof body['type'] !== 'string')
      throw new UnreadableBodyError('type: is missing; send the whole event as data, without batching');
    return { items: body['type'] === TRACK ? [body] : [] };
  },
  deliveryId: (_headers, raw) => idInBody(raw, ({ messageId }) => messageId),
  reader: (mapping, dimensions) => mappedReader('segment', DEFAULTS, mapping, dimensions, withRespondent),
};

/** Of an event before a person is known there is an anonymous id only. */
function withRespondent(item: unknown): unknown {
  const event = fieldsOf(item);
  return { ...event, respondent: event['userId'] ?? event['anonymousId'] };
}
