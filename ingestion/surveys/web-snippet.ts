import { z } from 'zod';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import type { Connector, SecretRules } from '../webhooks/connector.ts';
import { idBytes, uuidOf } from './id-bytes.ts';
import { readSurvey, type SurveyReader, surveyReader, surveyShape } from './settings.ts';

/** The reader of a connection that a script on web pages sends to. */
export interface WebSnippetReader extends SurveyReader {
  /** The origins of these pages, as browsers spell them. */
  readonly origins: ReadonlySet<string>;
  /** Whether pages may name the respondent; otherwise each browser is one. */
  readonly respondents: boolean;
  /** Requests that are taken in a minute, of all browsers together. */
  readonly perMinute: number;
}

const PREFIX = 'pub_';
const ID_BYTES = 16;
const KEY = /^pub_[\w-]{54}$/;
const MOST_ORIGINS = 50;
const MOST_A_MINUTE = 60_000;

/** A publishable key: it stands in pages, names its connection, and may only submit to it. */
const secret: SecretRules = {
  make: (random, connection) =>
    `${PREFIX}${Buffer.concat([idBytes(connection), random(24)]).toString('base64url')}`,
  problemOf: () => 'is made by the server for its connection; leave it out',
};

/** The id of the connection that a publishable key names; null where it is none. It is not proven to be its key yet. */
export function connectionOfKey(key: string): string | null {
  if (!KEY.test(key)) return null;
  return uuidOf(Buffer.from(key.slice(PREFIX.length), 'base64url').subarray(0, ID_BYTES));
}

const origin = z.string().refine((given) => {
  if (!URL.canParse(given)) return false;
  const { protocol, origin: spelt } = new URL(given);
  return (protocol === 'https:' || protocol === 'http:') && spelt === given;
}, 'must be an origin such as "https://shop.example.com", without a path');

const mappingShape = z.strictObject({
  source: surveyShape.source,
  survey: surveyShape.survey,
  origins: z.array(origin).min(1).max(MOST_ORIGINS),
  respondents: z.boolean().optional(),
  perMinute: z.int().min(1).max(MOST_A_MINUTE).optional(),
});

/** Our own survey on web pages: a script asks, and sends with a publishable key. docs/connectors/web-snippet.md. */
export const webSnippet: Connector & {
  reader(mapping: unknown, dimensions: readonly Dimension[]): WebSnippetReader;
} = {
  name: 'web-snippet',
  path: '/survey/',
  secret,
  reader: (mapping, dimensions) => {
    const read = readSurvey(mappingShape, mapping, dimensions);
    const { origins, respondents = false, perMinute = 600 } = read;
    return {
      ...surveyReader('web-snippet', read, dimensions),
      origins: new Set(origins),
      respondents,
      perMinute,
    };
  },
};
