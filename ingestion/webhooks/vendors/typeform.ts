import { UnreadableBodyError } from '../../pipeline/read-items.ts';
import { fieldsOf, idInBody, listOf, objectOfBody } from '../body.ts';
import type { WebhookConnector } from '../connector.ts';
import { mappedReader } from '../mapped-reader.ts';
import { hmacSigned } from '../signature.ts';

const EVENTS = new Set(['form_response', 'form_response_partial']);

/** What every response has. The connection maps the form's questions: "answers.REF". */
const DEFAULTS = {
  source: 'typeform',
  survey: { name: 'typeform', version: '1' },
  externalId: 'token',
  respondent: 'hidden.user_id',
  answeredAt: { column: 'answered_at' },
  signs: { duration: { column: 'seconds_taken' } },
};

/** Typeform: docs/connectors/typeform.md. */
export const typeform: WebhookConnector = {
  ...hmacSigned({
    algorithm: 'sha256',
    encoding: 'base64',
    header: 'typeform-signature',
    prefix: 'sha256=',
  }),
  name: 'typeform',
  receive: (raw) => {
    const { event_type: type, form_response: response } = objectOfBody(raw);
    if (typeof type !== 'string')
      throw new UnreadableBodyError(
        'event_type: is missing; a delivery of Typeform has "event_type" and "form_response"',
      );
    return { items: EVENTS.has(type) ? [response] : [] };
  },
  deliveryId: (_headers, raw) => idInBody(raw, ({ event_id: id }) => id),
  view: byQuestion,
  reader: (mapping, dimensions) => mappedReader('typeform', DEFAULTS, mapping, dimensions, byQuestion),
};

/** The texts of the form's questions, by their references and ids: "questions.REF". */
function questionsOf(definition: unknown): Record<string, unknown> {
  const fields = listOf(fieldsOf(definition)['fields']).map(fieldsOf);
  return Object.fromEntries(
    fields.flatMap(({ id, ref, title }) =>
      [id, ref].filter((name) => typeof name === 'string').map((name) => [name, title] as const),
    ),
  );
}

/** The list of answers by the reference and the id of their questions: an unanswered question would shift a place in the list. */
function byQuestion(item: unknown): unknown {
  const response = fieldsOf(item);
  const { submitted_at: submitted, landed_at: landed } = response;
  const answers = listOf(response['answers']).flatMap((one) => {
    const answer = fieldsOf(one);
    const { ref, id } = fieldsOf(answer['field']);
    const value = answerOf(answer);
    return [id, ref].filter((name) => typeof name === 'string').map((name) => [name, value] as const);
  });
  const taken = (Date.parse(String(submitted)) - Date.parse(String(landed))) / 1_000;
  return {
    ...response,
    answers: Object.fromEntries(answers),
    questions: questionsOf(response['definition']),
    answered_at: submitted ?? landed,
    seconds_taken: Number.isNaN(taken) ? null : taken,
  };
}

/** The value stands under the name of its type; of a choice and of several it is the labels. */
function answerOf(answer: Readonly<Record<string, unknown>>): unknown {
  const { type } = answer;
  const value = typeof type === 'string' && Object.hasOwn(answer, type) ? answer[type] : undefined;
  const { label, labels } = fieldsOf(value);
  return label ?? labels ?? value;
}
