import { z } from 'zod';
import { SCALES } from '../../domain/nps/scale.ts';
import type { Revision } from '../../domain/responses/newer.ts';
import type { MappingVersion } from '../../domain/responses/normalised-response.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { quoted, readName, TEXT_RULES } from '../../domain/text/text.ts';
import { parseDateTime } from '../../domain/time/date-time.ts';
import type { ResponseDraft } from './draft.ts';
import { readNames } from './names.ts';
import { type Outcome, rejected } from './outcome.ts';
import { BadItem } from './read-items.ts';

/** Reads items of a request or delivery. */
export interface ItemReader {
  /** One item; null where it is left out. Never throws. */
  read(item: unknown, position: string): ResponseDraft | Outcome | null;
  /** The source that an item names, also one that is not a response; null where it cannot be read. */
  sourceOf(item: unknown): string | null;
}

interface Names {
  readonly source: string;
  readonly survey: string;
  readonly surveyVersion: string;
}

const NPS_SCALE = SCALES['0-10'] as NonNullable<(typeof SCALES)[string]>;

/**
 * The reader of everything that speaks our own form of a response: POST /ingest/responses, the mutation submitResponses and canonical
 * connections. Scores are 0-10; the source is the sender's to name. A bad item becomes a rejection that names the field. `defaults` are
 * of items that do not name these.
 */
export function createItemReader(
  dimensions: readonly Dimension[],
  connector: string,
  defaults: Partial<Names> = {},
): ItemReader {
  const { source: ownSource = 'api', survey: ownSurvey = 'nps', surveyVersion: ownVersion = '1' } = defaults;
  const item = z.strictObject({
    externalId: z.string(),
    source: z.string().default(ownSource),
    survey: z.string().default(ownSurvey),
    surveyVersion: z.string().default(ownVersion),
    respondent: z.string().nullish(),
    account: z.string().nullish(),
    answeredAt: z.string(),
    updatedAt: z.string().nullish(),
    revision: z.int().min(0).nullish(),
    score: z.int().nullish(),
    comment: z.string().nullish(),
    ...(dimensions.some(({ field }) => field === 'attributes')
      ? {}
      : { attributes: attributesShape(dimensions) }),
    ...Object.fromEntries(dimensions.map(({ field }) => [field, z.string().nullish()])),
  });
  // Of a deployment that calls a dimension so, the field is the dimension's.
  const hasAccounts = !dimensions.some(({ field }) => field === 'account');
  const names = Object.keys(item.shape).join(', ');
  const mappings = new Map<string, MappingVersion>();
  const mappingFor = ({ source, survey, surveyVersion }: Names): MappingVersion => {
    const key = JSON.stringify([source, survey, surveyVersion]);
    const known = mappings.get(key);
    if (known) return known;
    const mapping = {
      source,
      connector,
      survey: { name: survey, version: surveyVersion },
      scale: NPS_SCALE,
      definition: 'fields as named',
    };
    // Senders choose source names: a bound keeps the memory from filling.
    if (mappings.size >= 1_000) mappings.clear();
    mappings.set(key, mapping);
    return mapping;
  };
  const readOne = (input: unknown, position: string): ResponseDraft | Outcome => {
    if (input instanceof BadItem) return input.outcome;
    const read = item.safeParse(input);
    if (!read.success) return rejectionOf(read.error, input, names);
    const response = read.data;
    const answeredAt = parseDateTime(response.answeredAt);
    if (!answeredAt) {
      const message = `answeredAt: ${quoted(response.answeredAt)} is not RFC 3339 with an offset, such as "2026-03-31T09:30:00Z"`;
      return rejected('INVALID_TIME', message);
    }
    const revision = revisionOf(response);
    if (revision && 'status' in revision) return revision;
    const { source, survey, surveyVersion } = response;
    const named = readNames({ source, survey, surveyVersion });
    if ('status' in named) return named;
    return {
      externalId: response.externalId,
      respondent: response.respondent ?? null,
      account: hasAccounts ? (response.account ?? null) : null,
      answeredAt,
      revision,
      score: response.score ?? null,
      comment: response.comment ?? null,
      dimensions: response as Record<string, string | null | undefined>,
      mapping: mappingFor(named.names),
      position,
      raw: JSON.stringify(input),
      ...attributesIn(response, input),
    };
  };
  return { read: readOne, sourceOf: (input) => namedSource(input, ownSource) };
}

/** How many attributes an item may have. */
const MOST_ATTRIBUTES = 100;

const attributesShape = (dimensions: readonly Dimension[]) =>
  z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).nullable())
    .nullish()
    .superRefine((given, context) => {
      const names = Object.keys(given ?? {});
      const doubled = dimensions.find(({ field }) => names.includes(field));
      const message =
        names.length > MOST_ATTRIBUTES
          ? `at most ${MOST_ATTRIBUTES} attributes`
          : doubled && `${doubled.field} is a dimension: a field of the item beside "attributes"`;
      if (message) context.addIssue({ code: 'custom', message });
    });

/** The attributes of an item, for segment rules; the item is stored without them. */
function attributesIn(
  { attributes }: { readonly attributes?: unknown },
  input: unknown,
): Pick<ResponseDraft, 'attributes' | 'kept'> {
  if (typeof attributes !== 'object' || attributes === null) return {};
  const given = Object.entries(attributes).filter(([, value]) => value !== null);
  return {
    attributes: Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
    kept: JSON.stringify({ ...(input as object), attributes: undefined }),
  };
}

function namedSource(input: unknown, ownSource: string): string | null {
  if (typeof input !== 'object' || input === null || input instanceof BadItem) return null;
  const { source = ownSource } = input as { readonly source?: unknown };
  const name = typeof source === 'string' ? readName(TEXT_RULES.source, source) : null;
  return typeof name === 'string' ? name : null;
}

/** The revision of the response: a time of change, or a number that its source counts up. */
export function revisionOf({
  updatedAt,
  revision,
}: {
  readonly updatedAt?: string | null | undefined;
  readonly revision?: number | null | undefined;
}): Revision | Outcome | null {
  if (updatedAt != null && revision != null)
    return rejected('INVALID', 'updatedAt, revision: an answer has one of them, a time or a number');
  if (revision != null) return { kind: 'number', value: revision };
  if (updatedAt == null) return null;
  const time = parseDateTime(updatedAt);
  if (time) return { kind: 'time', value: time.getTime() };
  const message = `updatedAt: ${quoted(updatedAt)} is not RFC 3339 with an offset, such as "2026-03-31T09:30:00Z"`;
  return rejected('INVALID_TIME', message);
}

function rejectionOf(error: z.ZodError, input: unknown, names: string): Outcome {
  const [issue] = error.issues;
  if (!issue || issue.path.length === 0) {
    if (issue?.code === 'unrecognized_keys') {
      const strange = issue.keys.slice(0, 3).map(quoted).join(', ');
      return rejected('INVALID', `${strange}: no such field; the fields are ${names}`);
    }
    return rejected(
      'INVALID',
      'a response is an object with externalId, answeredAt and a score or a comment',
    );
  }
  const field = issue.path.join('.');
  const value = (input as Record<string, unknown>)[String(issue.path[0])];
  if (value === undefined) return rejected('MISSING', `${field}: is missing`);
  const given = quoted(value);
  if (field === 'revision')
    return rejected(
      'INVALID',
      `revision: ${given} is not a whole number from 0 to 2^53 - 1${typeof value === 'string' ? ', without quotes' : ''}`,
    );
  if (field === 'score')
    return rejected('OUT_OF_SCALE', `score: ${given} is not a whole number from 0 to 10`);
  return rejected('INVALID', `${field}: ${given} is not of the right kind: ${issue.message}`);
}
