import { UnreadableBodyError } from '../../pipeline/read-items.ts';
import { objectOfBody } from '../body.ts';
import type { WebhookConnector } from '../connector.ts';
import { mappedReader } from '../mapped-reader.ts';
import { standardWebhooks } from '../signature.ts';

/** Each event brings the whole response in its current state; the latest `updatedAt` wins. */
const EVENTS = new Set(['responseCreated', 'responseUpdated', 'responseFinished']);

/** What every response of Formbricks has. The connection maps the survey's questions: "data.ELEMENT". */
const DEFAULTS = {
  source: 'formbricks',
  survey: { name: 'formbricks', version: '1' },
  externalId: 'id',
  respondent: 'contact.userId',
  answeredAt: { column: 'createdAt' },
  revision: { column: 'updatedAt' },
};

/** Formbricks, which signs according to Standard Webhooks: docs/connectors/formbricks.md. */
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
