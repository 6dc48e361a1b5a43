import { z } from 'zod';
import { InvalidMapError } from '../../files/map/map-mistakes.ts';
import { named } from '../../files/map/map-parts.ts';
import { readingCloudEvents } from '../../pipeline/cloud-events.ts';
import { MOST_ITEMS, readItems } from '../../pipeline/read-items.ts';
import { createItemReader } from '../../pipeline/response-items.ts';
import { textOfBody } from '../body.ts';
import type { WebhookConnector } from '../connector.ts';
import { standardWebhooks } from '../signature.ts';

/** Defaults of items that do not name these. */
const mappingShape = z.strictObject({
  source: named('source').optional(),
  survey: z.strictObject({ name: named('survey'), version: named('surveyVersion') }).optional(),
});

/**
 * Standard Webhooks whose body has the form of POST /ingest/responses: a response, a list of them, or one per
 * line; or of CloudEvents 1.0 that carry one. For your own senders and everything that can post JSON and sign
 * it: docs/connectors/standard-webhooks.md.
 */
export const canonical: WebhookConnector = {
  ...standardWebhooks,
  name: 'canonical',
  receive: async (raw, headers) => {
    const isLines = String(headers['content-type'] ?? '').includes('ndjson');
    return { items: await readItems(textOfBody(raw), isLines, MOST_ITEMS) };
  },
  reader: (mapping, dimensions) => {
    const read = mappingShape.safeParse(mapping);
    if (!read.success)
      throw new InvalidMapError(
        'mapping: the items name their fields themselves; it is {}, or has "source" and "survey": { "name": text, "version": text }, for items that name none',
      );
    const { source, survey } = read.data;
    const defaults = {
      ...(source === undefined ? {} : { source }),
      ...(survey === undefined ? {} : { survey: survey.name, surveyVersion: survey.version }),
    };
    return { source: null, ...readingCloudEvents(createItemReader(dimensions, 'canonical', defaults)) };
  },
};
