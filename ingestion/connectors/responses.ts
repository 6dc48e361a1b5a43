import { z } from 'zod';
import { parseDateTime } from '../../domain/date-time.ts';
import type { Dimension } from '../../domain/dimensions.ts';
import type { MappingVersion } from '../../domain/provenance.ts';
import { SCALES } from '../../domain/scale.ts';
import type { ResponseDraft } from '../draft.ts';
import { type Outcome, rejected } from '../outcome.ts';

/**
 * Connector of everything that speaks our own form of a response: `POST /ingest/responses` and the mutation
 * submitResponses. Scores are 0-10; the source is the sender's to name.
 */
export type ItemReader = (item: unknown, position: string) => ResponseDraft | Outcome;

const NPS_SCALE = SCALES['0-10'] as NonNullable<(typeof SCALES)[string]>;

/** Builds the reader for the configured dimensions. It never throws: a bad item becomes a rejection that names the field. */
export function createItemReader(
  dimensions: readonly Dimension[],
  connector: 'responses' | 'graphql',
): ItemReader {
  const item = z.strictObject({
    externalId: z.string(),
    source: z.string().default('api'),
    survey: z.string().min(1).default('nps'),
    surveyVersion: z.string().min(1).default('1'),
    respondent: z.string().nullish(),
    answeredAt: z.string(),
    score: z.int().nullish(),
    comment: z.string().nullish(),
    ...Object.fromEntries(dimensions.map(({ field }) => [field, z.string().nullish()])),
  });
  const names = Object.keys(item.shape).join(', ');
  const mappings = new Map<string, MappingVersion>();
  const mappingFor = (source: string, name: string, version: string): MappingVersion => {
    const key = JSON.stringify([source, name, version]);
    const known = mappings.get(key);
    if (known) return known;
    const mapping = {
      source,
      connector,
      survey: { name, version },
      scale: NPS_SCALE,
      definition: 'fields as named',
    };
    // Sources are the senders' to name: a bound keeps one that names a new one each time from filling the memory.
    if (mappings.size >= 1_000) mappings.clear();
    mappings.set(key, mapping);
    return mapping;
  };
  return (input, position) => {
    const read = item.safeParse(input);
    if (!read.success) return rejectionOf(read.error, input, names);
    const response = read.data;
    const answeredAt = parseDateTime(response.answeredAt);
    if (!answeredAt) {
      const given = JSON.stringify(response.answeredAt.slice(0, 40));
      const message = `answeredAt: ${given} is not RFC 3339 with an offset, such as "2026-03-31T09:30:00Z"`;
      return rejected('INVALID_TIME', message);
    }
    return {
      externalId: response.externalId,
      respondent: response.respondent ?? null,
      answeredAt,
      score: response.score ?? null,
      comment: response.comment ?? null,
      dimensions: response as Record<string, string | null | undefined>,
      mapping: mappingFor(response.source.trim(), response.survey, response.surveyVersion),
      position,
      raw: JSON.stringify(input),
    };
  };
}

function rejectionOf(error: z.ZodError, input: unknown, names: string): Outcome {
  const [issue] = error.issues;
  if (!issue || issue.path.length === 0) {
    if (issue?.code === 'unrecognized_keys') {
      return rejected('INVALID', `${issue.keys.join(', ')}: no such field; the fields are ${names}`);
    }
    return rejected(
      'INVALID',
      'a response is an object with externalId, answeredAt and a score or a comment',
    );
  }
  const field = issue.path.join('.');
  const value = (input as Record<string, unknown>)[String(issue.path[0])];
  if (value === undefined) return rejected('MISSING', `${field}: is missing`);
  const given = JSON.stringify(value)?.slice(0, 40);
  if (field === 'score')
    return rejected('OUT_OF_SCALE', `score: ${given} is not a whole number from 0 to 10`);
  return rejected('INVALID', `${field}: ${given} is not of the right kind: ${issue.message}`);
}
