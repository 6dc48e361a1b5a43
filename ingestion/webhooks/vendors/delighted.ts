import { rejected } from '../../pipeline/outcome.ts';
import { BadItem, MOST_ITEMS, readItems } from '../../pipeline/read-items.ts';
import { fieldsOf, idInBody, textOfBody } from '../body.ts';
import type { WebhookConnector } from '../connector.ts';
import { mappedReader } from '../mapped-reader.ts';
import { hmacSigned } from '../signature.ts';

const EVENTS = new Set(['survey_response.created', 'survey_response.updated']);

/** What every response has; the comment comes with an update. Surveys that do not ask for 0 to 10 are left out. */
const DEFAULTS = {
  source: 'delighted',
  survey: { name: 'delighted', version: '1' },
  externalId: 'event_data.id',
  respondent: 'event_data.person.id',
  answeredAt: { column: 'event_data.created_at', format: 'epoch-seconds' },
  revision: { column: 'event_data.updated_at', format: 'epoch-seconds' },
  score: { column: 'event_data.score', scale: '0-10' },
  comment: 'event_data.comment',
  where: { 'event_data.survey_type': ['nps'] },
};

const NO_EVENT = rejected(
  'INVALID',
  'event_type: is missing; an event of Delighted has "event_type" and "event_data"',
);
const typeOf = (item: unknown) => fieldsOf(item)['event_type'];
const isEvent = (item: unknown) => typeof typeOf(item) === 'string';

/** Archived events of Delighted, which ended in June 2026: docs/connectors/delighted.md. */
export const delighted: WebhookConnector = {
  ...hmacSigned({
    algorithm: 'sha256',
    encoding: 'hex',
    header: 'x-delighted-webhook-signature',
    prefix: 'sha256=',
  }),
  name: 'delighted',
  receive: async (raw, headers) => {
    const isLines = String(headers['content-type'] ?? '').includes('ndjson');
    const events = await readItems(textOfBody(raw), isLines, MOST_ITEMS);
    // What is no event is an item too: it is rejected by itself, and the others are stored.
    return { items: events.filter((event) => !isEvent(event) || EVENTS.has(typeOf(event) as string)) };
  },
  // Of a list of events there is none.
  deliveryId: (_headers, raw) => idInBody(raw, ({ event_id: id }) => id),
  reader: (mapping, dimensions) => {
    const reader = mappedReader('delighted', DEFAULTS, mapping, dimensions);
    const read: typeof reader.read = (item, position) =>
      item instanceof BadItem || isEvent(item) ? reader.read(item, position) : NO_EVENT;
    return { ...reader, read };
  },
};
