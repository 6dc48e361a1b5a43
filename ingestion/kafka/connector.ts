import { z } from 'zod';
import { isTopicName } from '../../domain/kafka/kafka-target.ts';
import { InvalidMapError } from '../files/map/map-mistakes.ts';
import { named } from '../files/map/map-parts.ts';
import { readingCloudEvents } from '../pipeline/cloud-events.ts';
import { createItemReader } from '../pipeline/response-items.ts';
import type { Connector } from '../webhooks/connector.ts';
import { readingMessages } from './messages.ts';

const SECRET = /^none_[\w-]{43}$/;

/** The topic, and defaults of items that do not name these. */
const mappingShape = z.strictObject({
  topic: z.string().refine(isTopicName),
  source: named('source').optional(),
  survey: z.strictObject({ name: named('survey'), version: named('surveyVersion') }).optional(),
});

/**
 * A topic of Kafka with responses in our own form or in CloudEvents 1.0, which processes of the role `ingest` read: docs/guides/kafka.md. The
 * brokers know who writes to it, so its secret has no use.
 */
export const kafka: Connector = {
  name: 'kafka',
  path: '',
  secret: {
    make: (random) => `none_${random(32).toString('base64url')}`,
    problemOf: (given) => (SECRET.test(given) ? null : 'a topic has none; leave it out'),
  },
  reader: (mapping, dimensions) => {
    const read = mappingShape.safeParse(mapping);
    if (!read.success)
      throw new InvalidMapError(
        'mapping: is { "topic": name }, and may have "source" and "survey": { "name": text, "version": text }, for items that name none',
      );
    const { topic, source, survey } = read.data;
    const defaults = {
      ...(source === undefined ? {} : { source }),
      ...(survey === undefined ? {} : { survey: survey.name, surveyVersion: survey.version }),
    };
    const reader = readingCloudEvents(createItemReader(dimensions, 'kafka', defaults));
    return { topic, source: null, ...readingMessages(reader) };
  },
};
