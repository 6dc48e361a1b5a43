import { UnreadableBodyError } from '../../pipeline/read-items.ts';
import { objectOfBody } from '../body.ts';
import type { WebhookConnector } from '../connector.ts';
import { mappedReader } from '../mapped-reader.ts';
import { standardWebhooks } from '../signature.ts';

/** Each brings the whole response as it is then; the latest `updatedAt` stands. */
const EVENTS = new Set(['responseCreated', 'responseUpdated', 'responseFinished']);

/** What every response of Formbricks has. The survey's questions are the connection's to map: "data.ELEMENT". */
const DEFAULTS = {
  source: 'formbricks',
  survey: { name: 'formbricks', version: '1' },
  externalId: 'id',
  respondent: 'contact.userId',
  answeredAt: { column: 'createdAt' },
  revision: { column: 'updatedAt' },
};

/** Formbricks, which signs as Standard Webhooks has it: docs/connectors/formbricks.md. */
export const formbricks: WebhookConnector = {
  ...standardWebhooks,
  name: 'formbricks',
  receive: (raw) => {
    const { event, data } = objectOfBody(raw);
    if (typeof event !== 'string')
      throw new UnreadableBodyError('event: is missing; a delivery of Formbricks has "event" and "data"');
    return { items: EVENTS.has(event) ? [data] : [] };
  },
  reader: (mapping, dimensions) => mappedReader('formbricks', DEFAULTS, mapping, dimensions),
};
