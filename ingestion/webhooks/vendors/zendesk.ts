import { parseDateTime } from '../../../domain/time/date-time.ts';
import { UnreadableBodyError } from '../../pipeline/read-items.ts';
import { fieldsOf, objectOfBody } from '../body.ts';
import type { WebhookConnector } from '../connector.ts';
import { CSAT_GOOD_BAD } from '../csat.ts';
import { mappedReader } from '../mapped-reader.ts';
import { headerOf, hmacSigned } from '../signature.ts';

const EVENTS = 'zen:event-type:';
const RATED = `${EVENTS}ticket.csat_received`;

/** What every rating has. A ticket has one, which its requester may change. */
const DEFAULTS = {
  source: 'zendesk',
  survey: { name: 'zendesk csat', version: '1' },
  externalId: 'ticket',
  respondent: 'requester',
  answeredAt: { column: 'rated_at' },
  revision: { column: 'rated_at' },
  score: { column: 'rating', scale: CSAT_GOOD_BAD },
  comment: 'comment',
};

/** Satisfaction ratings of Zendesk, from its events or from a trigger: docs/connectors/zendesk.md. */
export const zendesk: WebhookConnector = {
  ...hmacSigned({
    algorithm: 'sha256',
    encoding: 'base64',
    header: 'x-zendesk-webhook-signature',
    timestamp: {
      header: 'x-zendesk-webhook-signature-timestamp',
      before: '',
      secondsOf: (text) => String(Math.floor((parseDateTime(text)?.getTime() ?? Number.NaN) / 1_000)),
    },
  }),
  name: 'zendesk',
  receive: (raw) => {
    const body = objectOfBody(raw);
    const { type } = body;
    if (typeof type === 'string' && type.startsWith(EVENTS)) return { items: type === RATED ? [body] : [] };
    if (!Object.hasOwn(body, 'rating'))
      throw new UnreadableBodyError('rating: is missing; a trigger writes "ticket", "rating" and "rated_at"');
    return { items: [body] };
  },
  deliveryId: (headers) => headerOf(headers, 'x-zendesk-webhook-invocation-id'),
  reader: (mapping, dimensions) => mappedReader('zendesk', DEFAULTS, mapping, dimensions, asTriggered),
};

/** What Zendesk writes where the requester was asked and has not answered. */
const UNANSWERED = new Set(['', 'offered', 'unoffered', 'unrated']);

/** An event in the form of a trigger's body, beside its own fields. */
function asTriggered(item: unknown): unknown {
  const body = fieldsOf(item);
  const { score = body['rating'], comment = body['comment'] } = fieldsOf(
    fieldsOf(body['event'])['satisfaction_score'],
  );
  const rating = typeof score === 'string' ? score.trim().toLowerCase() : '';
  const { id: ticket, requester_id: requester } = fieldsOf(body['detail']);
  return {
    ticket,
    requester,
    rated_at: body['time'],
    ...body,
    rating: UNANSWERED.has(rating) ? null : rating,
    comment: UNANSWERED.has(rating) ? null : comment,
  };
}
