import { UnreadableBodyError } from '../../pipeline/read-items.ts';
import { fieldsOf, idInBody, idText, listOf, objectOfBody } from '../body.ts';
import type { WebhookConnector } from '../connector.ts';
import { mappedReader } from '../mapped-reader.ts';
import { hmacSigned, sharedSecret } from '../signature.ts';

/** Events after which a response has something new. */
const FETCHED = new Set(['response_completed', 'response_updated', 'response_created']);

/** What every response has. The connection maps the survey's questions: "numbers.ID" and "answers.ID". */
const DEFAULTS = {
  source: 'surveymonkey',
  survey: { name: 'surveymonkey', version: '1' },
  externalId: 'id',
  respondent: 'custom_variables.user_id',
  answeredAt: { column: 'date_created' },
  revision: { column: 'date_modified' },
  signs: { duration: { column: 'total_time' } },
};

/** SurveyMonkey announces a response, and it is fetched: docs/connectors/surveymonkey.md. */
export const surveymonkey: WebhookConnector = {
  ...hmacSigned({ algorithm: 'sha1', encoding: 'base64', header: 'sm-signature' }),
  name: 'surveymonkey',
  secret: {
    make: (random) => `${random(12).toString('base64url')}&${random(32).toString('base64url')}`,
    problemOf: (secret) =>
      sharedSecret.problemOf(secret) ??
      (/^[^&]+&[^&]+$/.test(secret)
        ? null
        : 'must be the client id and the secret of the app, with "&" between'),
  },
  receive: (raw) => {
    const body = objectOfBody(raw);
    const { event_type: type, object_id: response, event_datetime: at } = body;
    if (typeof type !== 'string')
      throw new UnreadableBodyError(
        'event_type: is missing; a delivery of SurveyMonkey has "event_type" and "resources"',
      );
    if (!FETCHED.has(type)) return { items: [] };
    const ids = {
      survey: idText('resources.survey_id', fieldsOf(body['resources'])['survey_id']),
      response: idText('object_id', response),
      at: typeof at === 'string' ? at.slice(0, 40) : '',
    };
    return { items: [], notices: [{ ids }] };
  },
  deliveryId: (_headers, raw) => idInBody(raw, ({ event_id: id }) => id),
  fetch: {
    key: 'the access token of the app',
    hosts: 'api.surveymonkey.com, api.eu.surveymonkey.com or api.surveymonkey.ca',
    usualHost: 'api.surveymonkey.com',
    isHost: (host) => /^api\.(?:surveymonkey\.com|eu\.surveymonkey\.com|surveymonkey\.ca)$/.test(host),
    rate: 60,
    headers: (key) => ({ authorization: `Bearer ${key}` }),
    items: async ({ ids: { survey, response } }, ask) => {
      const details = await ask(`/v3/surveys/${survey}/responses/${response}/details?simple=true`);
      if (!Array.isArray(details['pages']))
        throw new UnreadableBodyError('pages: is missing in the response of SurveyMonkey');
      return [details];
    },
  },
  reader: (mapping, dimensions) => mappedReader('surveymonkey', DEFAULTS, mapping, dimensions, byQuestion),
};

/** The answers by the ids of their questions: as texts, and the numbers that the texts end with ("Extremely likely - 10"). */
function byQuestion(item: unknown): unknown {
  const response = fieldsOf(item);
  const questions = listOf(response['pages']).flatMap((page) => listOf(fieldsOf(page)['questions']));
  const answers = questions.map((one) => {
    const { id, answers } = fieldsOf(one);
    return [String(id), listOf(answers).map(textOf).join(', ')] as const;
  });
  const numbers = answers.map(([id, text]) => [id, NUMBER.exec(text)?.[1] ?? null] as const);
  return { ...response, answers: Object.fromEntries(answers), numbers: Object.fromEntries(numbers) };
}

const NUMBER = /(?:^|[\s-])(\d{1,2})$/;
const ROW = ' | ';

/** What was written; of a choice its text, without that of the row before it. */
function textOf(answer: unknown): string {
  const { text, simple_text: simple } = fieldsOf(answer);
  if (typeof text === 'string') return text.trim();
  const full = typeof simple === 'string' ? simple.trim() : '';
  return full.slice(full.lastIndexOf(ROW) + (full.includes(ROW) ? ROW.length : 1)).trim();
}
