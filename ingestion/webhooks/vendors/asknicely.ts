import { UnreadableBodyError } from '../../pipeline/read-items.ts';
import { fieldsOf, idInBody, objectOfBody } from '../body.ts';
import type { WebhookConnector } from '../connector.ts';
import { mappedReader } from '../mapped-reader.ts';
import { bearerSecret } from '../signature.ts';

/** What every response has: `count` goes up with each delivery of it. */
const DEFAULTS = {
  source: 'asknicely',
  survey: { name: 'asknicely', version: '1' },
  externalId: 'question.id',
  respondent: 'person.id',
  answeredAt: { column: 'question.responded', format: 'epoch-seconds' },
  revision: { column: 'count', format: 'number' },
  score: { column: 'question.score', scale: '0-10' },
  comment: 'question.comment',
};

/** AskNicely: docs/connectors/asknicely.md. */
export const asknicely: WebhookConnector = {
  ...bearerSecret,
  name: 'asknicely',
  receive: (raw) => {
    const body = objectOfBody(raw);
    if (typeof body['question'] !== 'object')
      throw new UnreadableBodyError(
        'question: is missing; a delivery of AskNicely has "person" and "question"',
      );
    return { items: [body] };
  },
  deliveryId: (_headers, raw) =>
    idInBody(raw, ({ count, question }) => {
      const { id } = fieldsOf(question);
      return id === undefined || count === undefined ? null : JSON.stringify([id, count]);
    }),
  reader: (mapping, dimensions) => mappedReader('asknicely', DEFAULTS, mapping, dimensions),
};
