import { UnreadableBodyError } from '../../pipeline/read-items.ts';
import { objectOfBody } from '../body.ts';
import type { WebhookConnector } from '../connector.ts';
import { mappedReader } from '../mapped-reader.ts';
import { bearerSecret } from '../signature.ts';

/** The names that docs/connectors/retently.md gives the fields: in Retently, the customer writes the body. */
const DEFAULTS = {
  source: 'retently',
  survey: { name: 'retently', version: '1' },
  externalId: 'id',
  respondent: 'respondent',
  answeredAt: { column: 'answeredAt' },
  revision: { column: 'updatedAt' },
  score: { column: 'score', scale: '0-10' },
  comment: 'comment',
};

/** Retently: docs/connectors/retently.md. */
export const retently: WebhookConnector = {
  ...bearerSecret,
  name: 'retently',
  receive: (raw) => {
    const body = objectOfBody(raw);
    if (Object.keys(body).length === 0)
      throw new UnreadableBodyError(
        'the body is empty; write the fields of a response into the request body in Retently',
      );
    return { items: [body] };
  },
  deliveryId: () => null,
  reader: (mapping, dimensions) => mappedReader('retently', DEFAULTS, mapping, dimensions),
};
