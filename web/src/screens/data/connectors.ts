import { parseJson } from '../../lib/parse-json.ts';

/** What a connector needs beside its mapping; where it is not `isOptional`, a connection without it is refused. */
export interface PlaceField {
  /** Its name in the mapping. */
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly isOptional?: true;
}

/** What the server reads by itself: files of a place, or messages of a topic. */
export interface Place {
  readonly fields: readonly PlaceField[];
  /** The name in the mapping under which the map of its files is; absent: the fields stand beside what it maps. */
  readonly mapIn?: 'map';
  /** What to write as the access to it; absent: it needs none. */
  readonly access?: { readonly label: string; readonly hint: string };
}

/** What a connection can be made for. */
export interface Connector {
  readonly name: string;
  readonly words: string;
  /** To begin with. */
  readonly mapping?: object;
  /** A survey of our own: the server makes its secret. */
  readonly isOwn?: true;
  /** The tool only announces what it has: it is fetched with its key from a host such as this. */
  readonly fetches?: string;
  readonly place?: Place;
}

const FILE_MAP = {
  source: 'export',
  survey: { name: 'Relationship NPS', version: '1' },
  externalId: 'id',
  answeredAt: { column: 'at' },
  score: { column: 'score', scale: '0-10' },
};

/** Everything that a connection can be made for: tools by webhook, surveys of our own, files and topics. */
export const CONNECTORS: readonly Connector[] = [
  { name: 'canonical', words: 'Standard Webhooks', mapping: {} },
  { name: 'formbricks', words: 'Formbricks' },
  { name: 'typeform', words: 'Typeform' },
  { name: 'posthog', words: 'PostHog surveys' },
  {
    name: 'qualtrics',
    words: 'Qualtrics',
    fetches: 'fra1.qualtrics.com',
    mapping: { score: { column: 'values.QID1', scale: '0-10' }, comment: 'values.QID2_TEXT' },
  },
  {
    name: 'surveymonkey',
    words: 'SurveyMonkey',
    fetches: 'api.surveymonkey.com',
    mapping: { score: { column: 'numbers.QUESTION', scale: '0-10' }, comment: 'answers.QUESTION' },
  },
  { name: 'delighted', words: 'Delighted (archived events)', mapping: {} },
  { name: 'retently', words: 'Retently', mapping: {} },
  { name: 'wootric', words: 'Wootric / InMoment (by a relay)', mapping: {} },
  { name: 'asknicely', words: 'AskNicely', mapping: {} },
  {
    name: 'segment',
    words: 'Segment (track)',
    mapping: {
      score: { column: 'properties.score', scale: '0-10' },
      comment: 'properties.comment',
      where: { event: ['NPS Response Sent'] },
    },
  },
  { name: 'chatwoot', words: 'Chatwoot satisfaction', mapping: {} },
  { name: 'zendesk', words: 'Zendesk satisfaction', fetches: 'acme.zendesk.com', mapping: {} },
  { name: 'intercom', words: 'Intercom ratings', mapping: {} },
  { name: 'twilio', words: 'Twilio SMS replies', mapping: {} },
  {
    name: 'stripe',
    words: 'Stripe billing (outcomes)',
    fetches: 'api.stripe.com',
    mapping: { outcomes: {} },
  },
  {
    name: 'hubspot',
    words: 'HubSpot deals and tickets (outcomes)',
    fetches: 'api.hubapi.com',
    mapping: { outcomes: {} },
  },
  {
    name: 'email-link',
    words: 'Survey by mail (our own)',
    isOwn: true,
    mapping: {
      source: 'mail',
      survey: { name: 'Survey by mail', version: '1' },
      invitations: true,
      texts: { en: { question: 'How likely are you to recommend us?' } },
    },
  },
  {
    name: 'web-snippet',
    words: 'Survey on web pages (our own)',
    isOwn: true,
    mapping: {
      source: 'web',
      survey: { name: 'Survey on web pages', version: '1' },
      origins: ['https://www.example.com'],
    },
  },
  {
    name: 'folder',
    words: 'Files in a folder of the server',
    mapping: FILE_MAP,
    place: {
      mapIn: 'map',
      fields: [
        {
          name: 'folder',
          label: 'Folder',
          hint: 'Within SCORELINE_WATCH_DIR of the server, such as exports/nps.',
        },
      ],
    },
  },
  {
    name: 'bucket',
    words: 'Files in a bucket (S3)',
    mapping: FILE_MAP,
    place: {
      mapIn: 'map',
      fields: [
        { name: 'bucket', label: 'Bucket', hint: 'Its name, such as nps-exports.' },
        {
          name: 'prefix',
          label: 'Prefix',
          hint: 'Only objects whose keys begin so, such as nps/.',
          isOptional: true,
        },
        { name: 'region', label: 'Region', hint: 'us-east-1, unless it is another.', isOptional: true },
        {
          name: 'endpoint',
          label: 'Endpoint',
          hint: 'Only of a store that is not of AWS: its origin, such as https://minio.example.com.',
          isOptional: true,
        },
      ],
      access: {
        label: 'Access key and secret',
        hint: 'ACCESS_KEY:SECRET of a user that may list and read the bucket. It is not shown again.',
      },
    },
  },
  {
    name: 'kafka',
    words: 'Kafka topic',
    mapping: {},
    place: {
      fields: [{ name: 'topic', label: 'Topic', hint: 'Its name; the brokers are those of the server.' }],
    },
  },
];

/** The connector of that name. */
export const connectorOf = (name: string): Connector | undefined =>
  CONNECTORS.find((one) => one.name === name);

/** What is written into the form. */
export interface ConnectionDraft {
  readonly name: string;
  readonly connector: string;
  /** JSON; blank: none yet. */
  readonly mapping: string;
  readonly secret: string;
  readonly key: string;
  readonly host: string;
  /** Of the place, by name. */
  readonly fields: Readonly<Record<string, string>>;
}

/** A draft for the connector, which keeps the name that was given. */
export function draftFor(connector: string, name = ''): ConnectionDraft {
  const mapping = connectorOf(connector)?.mapping;
  return {
    ...{ name, connector, secret: '', key: '', host: '', fields: {} },
    mapping: mapping ? JSON.stringify(mapping, null, 2) : '',
  };
}

/** The input of createConnection. @returns what is wrong, in words, in place of it */
export function inputOf(
  draft: ConnectionDraft,
): { readonly problem: string } | { readonly input: ConnectionGiven } {
  const { place, fetches } = connectorOf(draft.connector) ?? {};
  const [name, secret, key, host] = [draft.name, draft.secret, draft.key, draft.host].map((text) =>
    text.trim(),
  );
  if (!name) return { problem: 'Name the connection.' };
  const written = draft.mapping.trim() === '' ? null : parseJson(draft.mapping);
  if (written === undefined) return { problem: 'The mapping is not JSON.' };
  if (place && (typeof (written ?? {}) !== 'object' || Array.isArray(written)))
    return { problem: 'The mapping is not a JSON object.' };
  const missing = place?.fields.find((one) => !one.isOptional && !draft.fields[one.name]?.trim());
  if (missing) return { problem: `${missing.label}: write it.` };
  if (place?.access && !secret) return { problem: `${place.access.label}: write them.` };
  const mapping = place ? placed(place, draft.fields, written as object | null) : written;
  return {
    input: {
      ...{ connector: draft.connector, name },
      ...(mapping === null ? {} : { mapping }),
      ...(secret ? { secret } : {}),
      ...(fetches && key ? { vendorKey: key } : {}),
      ...(fetches && host ? { vendorHost: host } : {}),
    },
  };
}

/** What is sent. */
export interface ConnectionGiven {
  readonly connector: string;
  readonly name: string;
  readonly mapping?: unknown;
  readonly secret?: string;
  readonly vendorKey?: string;
  readonly vendorHost?: string;
}

/** The mapping of a place: its fields, and the map of what is read there. */
function placed(
  { fields, mapIn }: Place,
  given: Readonly<Record<string, string>>,
  map: object | null,
): Readonly<Record<string, unknown>> {
  const said = fields.flatMap(({ name }) => {
    const text = given[name]?.trim();
    return text ? [[name, text] as const] : [];
  });
  return { ...Object.fromEntries(said), ...(mapIn ? { [mapIn]: map ?? {} } : map) };
}
