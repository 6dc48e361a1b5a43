import { UnreadableBodyError } from '../../pipeline/read-items.ts';
import { objectOfBody } from '../body.ts';
import type { WebhookConnector } from '../connector.ts';
import { mappedReader } from '../mapped-reader.ts';
import { bearerSecret } from '../signature.ts';

const EVENTS = new Set(['created', 'updated']);

/** What every response has. */
const DEFAULTS = {
  source: 'wootric',
  survey: { name: 'wootric', version: '1' },
  externalId: 'response.id',
  respondent: 'response.end_user_id',
  answeredAt: { column: 'response.created_at' },
  revision: { column: 'response.updated_at' },
  score: { column: 'response.score', scale: '0-10' },
  comment: 'response.text',
  where: { survey_mode: ['NPS'], 'response.excluded_from_calculations': ['', 'false'] },
};

/** Wootric, now InMoment, through a relay that adds the secret: docs/connectors/wootric.md. */
export const wootric: WebhookConnector = {
  ...bearerSecret,
  name: 'wootric',
  receive: (raw) => {
    const body = objectOfBody(raw);
    const { event_name: event, response } = body;
    if (typeof event !== 'string')
      throw new UnreadableBodyError(
        'event_name: is missing; a delivery of Wootric has "event_name" and "response"',
      );
    // Declined surveys have "decline" in place of "response".
    return { items: EVENTS.has(event) && response !== undefined ? [body] : [] };
  },
  deliveryId: () => null,
  reader: (mapping, dimensions) => mappedReader('wootric', DEFAULTS, mapping, dimensions),
};
