import { createHmac } from 'node:crypto';
import { UnreadableBodyError } from '../../pipeline/read-items.ts';
import { fieldsOf, formOf, idText, objectOfBody, textOfBody } from '../body.ts';
import type { WebhookConnector } from '../connector.ts';
import { mappedReader } from '../mapped-reader.ts';
import { SignatureError, sameBytes, sharedSecret } from '../signature.ts';

/** What every response has. The connection maps the survey's questions: "values.QID1". */
const DEFAULTS = {
  source: 'qualtrics',
  survey: { name: 'qualtrics', version: '1' },
  externalId: 'responseId',
  respondent: 'values.externalDataReference',
  answeredAt: { column: 'values.endDate' },
  revision: { column: 'values.recordedDate' },
  signs: { duration: { column: 'values.duration' } },
};

/** The signed message of a form; null where it has none, or several. */
function messageOf(raw: Buffer): string | null {
  const [message = null, ...more] = formOf(raw.toString()).getAll('MSG');
  return more.length === 0 ? message : null;
}

/** Qualtrics announces a response, and it is fetched: docs/connectors/qualtrics.md. */
export const qualtrics: WebhookConnector = {
  name: 'qualtrics',
  secret: sharedSecret,
  // The topic beside the message is not signed, and so not read.
  verify: (raw, _headers, secret) => {
    const message = messageOf(raw);
    const [given, ...more] = formOf(raw.toString()).getAll('HMAC');
    if (message === null || given === undefined || more.length > 0) throw new SignatureError('UNSIGNED');
    const expected = createHmac('sha512', secret).update(message).digest('hex');
    if (!sameBytes(Buffer.from(given), Buffer.from(expected))) throw new SignatureError('WRONG_SIGNATURE');
  },
  receive: (raw) => {
    textOfBody(raw);
    const message = messageOf(raw);
    if (message === null)
      throw new UnreadableBodyError(
        'MSG: is missing; a delivery of Qualtrics is a form with "MSG" and "HMAC"',
      );
    const { SurveyID: survey, ResponseID: response, CompletedDate: at } = objectOfBody(Buffer.from(message));
    return {
      items: [],
      notices: [
        {
          ids: {
            survey: idText('MSG.SurveyID', survey),
            response: idText('MSG.ResponseID', response),
            at: typeof at === 'string' ? at.slice(0, 40) : '',
          },
        },
      ],
    };
  },
  // Qualtrics names no delivery. The same message announces the same completion.
  deliveryId: (_headers, raw) => messageOf(raw) || null,
  fetch: {
    key: 'the API token of a Qualtrics user',
    hosts: 'the data center of the account, such as fra1.qualtrics.com',
    usualHost: null,
    isHost: (host) => /^(?:[a-z0-9-]{1,63}\.){1,2}qualtrics\.com$/.test(host),
    rate: 60,
    headers: (key) => ({ 'x-api-token': key }),
    items: async ({ ids: { survey, response } }, ask) => {
      const { result } = await ask(`/API/v3/surveys/${survey}/responses/${response}`);
      if (!Object.hasOwn(fieldsOf(result), 'values'))
        throw new UnreadableBodyError('result.values: is missing in the response of Qualtrics');
      return [result];
    },
  },
  reader: (mapping, dimensions) => mappedReader('qualtrics', DEFAULTS, mapping, dimensions),
};
