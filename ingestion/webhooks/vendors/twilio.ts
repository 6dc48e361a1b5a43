import { UnreadableBodyError } from '../../pipeline/read-items.ts';
import { fieldsOf, formOf, textOfBody } from '../body.ts';
import type { WebhookConnector } from '../connector.ts';
import { mappedReader } from '../mapped-reader.ts';
import { formSigned } from '../signature.ts';

const ID = 'MessageSid';
/** What people send to opt in or out, or for help: Twilio answers it itself and delivers it too. */
const KEYWORDS = new Set(
  'stop stopall unsubscribe cancel end quit optout revoke start unstop help info'.split(' '),
);

/** What every reply has. Twilio sends no time: a message is dated by its arrival. */
const DEFAULTS = {
  source: 'twilio',
  survey: { name: 'twilio sms', version: '1' },
  externalId: ID,
  respondent: 'From',
  answeredAt: { column: 'received_at' },
  score: { column: 'score', scale: '0-10' },
  comment: 'comment',
};

/** Replies by SMS to a number of Twilio: docs/connectors/twilio.md. */
export const twilio: WebhookConnector = {
  ...formSigned('x-twilio-signature'),
  name: 'twilio',
  receive: (raw, _headers, now) => {
    const message = Object.fromEntries(formOf(textOfBody(raw)));
    if (!message[ID])
      throw new UnreadableBodyError(`${ID}: is missing; a delivery of Twilio is a form with "${ID}"`);
    const { Body: text } = message;
    const isAnswer = text !== undefined && !message['OptOutType'] && !KEYWORDS.has(text.trim().toLowerCase());
    return { items: isAnswer ? [{ ...message, received_at: new Date(now).toISOString() }] : [] };
  },
  deliveryId: (_headers, raw) => formOf(raw.toString()).get(ID) || null,
  view: withAnswer,
  reader: (mapping, dimensions) => mappedReader('twilio', DEFAULTS, mapping, dimensions, withAnswer),
  // Twilio reports any other type as a fault, and sends a text as a reply.
  answer: {
    type: 'text/xml; charset=utf-8',
    body: '<?xml version="1.0" encoding="UTF-8"?><Response></Response>',
  },
};

/** "9", "9/10", "9 - quick": a number at the beginning is the score, and what follows is the comment. "9.5" and "100 %" are no scores. */
const ANSWER = /^(\d{1,2})(?:\/10)?(?:$|[\s,;:!-]|\.(?!\d))/;
const BETWEEN = /^[\s,;:!.-]+/;

function withAnswer(item: unknown): unknown {
  const message = fieldsOf(item);
  const text = typeof message['Body'] === 'string' ? message['Body'].trim() : '';
  const [found = '', score = null] = ANSWER.exec(text) ?? [];
  const rest = found === '' ? text : text.slice(found.length).replace(BETWEEN, '');
  return { ...message, score, comment: rest };
}
