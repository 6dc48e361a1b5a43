import { UnreadableBodyError } from '../../pipeline/read-items.ts';
import { objectOfBody } from '../body.ts';
import type { WebhookConnector } from '../connector.ts';
import { CSAT_1_5 } from '../csat.ts';
import { mappedReader } from '../mapped-reader.ts';
import { headerOf, hmacSigned } from '../signature.ts';

const TIMESTAMP = 'x-chatwoot-timestamp';
const ANSWER = 'content_attributes.submitted_values.csat_survey_response';

/**
 * What every answer has. The message has no time of its change, so it is dated by when it was sent; an answer changes it, and the signed
 * time of the delivery orders the changes.
 */
const DEFAULTS = {
  source: 'chatwoot',
  survey: { name: 'chatwoot csat', version: '1' },
  externalId: 'id',
  respondent: 'conversation.meta.sender.id',
  answeredAt: { column: 'created_at' },
  revision: { column: 'delivered_at', format: 'epoch-seconds' },
  score: { column: `${ANSWER}.rating`, scale: CSAT_1_5 },
  comment: `${ANSWER}.feedback_message`,
};

/** Satisfaction answers of Chatwoot: docs/connectors/chatwoot.md. */
export const chatwoot: WebhookConnector = {
  ...hmacSigned({
    algorithm: 'sha256',
    encoding: 'hex',
    header: 'x-chatwoot-signature',
    prefix: 'sha256=',
    timestamp: { header: TIMESTAMP, before: '.', secondsOf: (seconds) => seconds },
  }),
  name: 'chatwoot',
  receive: (raw, headers) => {
    const body = objectOfBody(raw);
    if (typeof body['event'] !== 'string')
      throw new UnreadableBodyError('event: is missing; a delivery of Chatwoot has "event"');
    const isSurvey = body['event'] === 'message_updated' && body['content_type'] === 'input_csat';
    return { items: isSurvey ? [{ ...body, delivered_at: headerOf(headers, TIMESTAMP) }] : [] };
  },
  deliveryId: (headers) => headerOf(headers, 'x-chatwoot-delivery'),
  reader: (mapping, dimensions) => mappedReader('chatwoot', DEFAULTS, mapping, dimensions),
};
