import { UnreadableBodyError } from '../../pipeline/read-items.ts';
import { fieldsOf, idInBody, listOf, objectOfBody } from '../body.ts';
import type { WebhookConnector } from '../connector.ts';
import { mappedReader } from '../mapped-reader.ts';
import { identifierOf, readingIdentities, readPair, type VendorIdentities } from '../reading-identities.ts';
import { bearerSecret } from '../signature.ts';

/** Sent with each answered question, and with all answers up to then. */
const EVENT = 'survey sent';
const RESPONSE = '$survey_response';

/** What every response has: its events are folded by the submission, and the latest stands. */
const DEFAULTS = {
  source: 'posthog',
  survey: { name: 'posthog', version: '1' },
  externalId: 'submission',
  respondent: 'event.distinct_id',
  answeredAt: { column: 'event.timestamp' },
  revision: { column: 'event.timestamp' },
};

/** PostHog's destination "HTTP Webhook": answers, and merges of a person's ids: docs/connectors/posthog.md. */
export const posthog: WebhookConnector = {
  ...bearerSecret,
  name: 'posthog',
  receive: (raw) => {
    const body = objectOfBody(raw);
    const { event } = fieldsOf(body['event']);
    if (typeof event !== 'string')
      throw new UnreadableBodyError(
        'event.event: is missing; keep "event": "{event}" in the JSON body of PostHog',
      );
    if (identities.eventOf(body) !== null) return { items: [idsOf(body)] };
    return { items: event === EVENT ? [body] : [] };
  },
  deliveryId: (_headers, raw) => idInBody(raw, ({ event }) => fieldsOf(event)['uuid']),
  view: byQuestion,
  reader: (mapping, dimensions) =>
    readingIdentities('posthog', mapping, identities, (rest) =>
      mappedReader('posthog', DEFAULTS, rest, dimensions, byQuestion),
    ),
};

const MERGING = ['$create_alias', '$merge_dangerously', '$identify'] as const;

/** The first two name an alias of the person; with `$identify` a visitor becomes known. */
const identities: VendorIdentities = {
  events: MERGING,
  eventOf: (item) => MERGING.find((one) => one === fieldsOf(fieldsOf(item)['event'])['event']) ?? null,
  read: (item) => {
    const event = fieldsOf(fieldsOf(item)['event']);
    const { alias, $anon_distinct_id } = fieldsOf(event['properties']);
    const { distinct_id } = event;
    return event['event'] === '$identify'
      ? readPair(event, { $anon_distinct_id, distinct_id }, false)
      : readPair(event, { alias, distinct_id }, true);
  },
};

/** Without the properties of the person, which nothing here reads. */
function idsOf(body: Readonly<Record<string, unknown>>) {
  const { uuid, event, distinct_id, timestamp, properties } = fieldsOf(body['event']);
  const given = fieldsOf(properties);
  return {
    event: {
      ...{ uuid, event, timestamp },
      distinct_id: identifierOf(distinct_id ?? given['distinct_id']),
      properties: {
        alias: identifierOf(given['alias']),
        $anon_distinct_id: identifierOf(given['$anon_distinct_id']),
      },
    },
  };
}

/** The submission of an event, and its answers by the id and by the place of their questions, whichever of them PostHog wrote. */
function byQuestion(item: unknown): unknown {
  const body = fieldsOf(item);
  const event = fieldsOf(body['event']);
  const properties = fieldsOf(event['properties']);
  const answers = new Map<string, unknown>();
  const questions = new Map<string, unknown>();
  for (const [name, value] of Object.entries(properties))
    if (name === RESPONSE) answers.set('0', value);
    else if (name.startsWith(`${RESPONSE}_`)) answers.set(name.slice(RESPONSE.length + 1), value);
  for (const [index, question] of listOf(properties['$survey_questions']).entries()) {
    const { id, question: text } = fieldsOf(question);
    questions.set(String(index), text);
    if (typeof id !== 'string') continue;
    questions.set(id, text);
    const [byId, byPlace] = [answers.get(id), answers.get(String(index))];
    answers.set(id, byId ?? byPlace).set(String(index), byPlace ?? byId);
  }
  return {
    ...body,
    answers: Object.fromEntries(answers),
    questions: Object.fromEntries(questions),
    submission: properties['$survey_submission_id'] || event['uuid'],
  };
}
