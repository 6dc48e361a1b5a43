import { z } from 'zod';
import { bodyField, readStatus, wholeField } from './answers.ts';
import { address, secretText } from './settings.ts';
import { targetKind } from './target.ts';
import { cut, headline, plainText } from './texts.ts';

const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,79}$/, 'must be the API name of a field or object');
const PRIORITIES = { INFO: 'Low', WARNING: 'Medium', CRITICAL: 'High' } as const;

/**
 * Salesforce: an upsert by an external id, so that an event that is sent again, or a later one about the same, changes its record. The
 * secret is that of a connected app with the client credentials flow.
 */
export const salesforce = targetKind({
  kind: 'salesforce',
  settings: z.strictObject({
    /** https://example.my.salesforce.com */
    instance: address,
    clientId: z.string().min(1).max(500),
    apiVersion: z
      .string()
      .regex(/^\d{2}\.0$/, 'must be a version such as 62.0')
      .default('62.0'),
    object: name.default('Case'),
    /** A field of the object that is marked as external id. */
    externalId: name.default('Scoreline_Id__c'),
    /** Fields by what fills them. */
    fields: z
      .strictObject({
        title: name.nullable().default('Subject'),
        text: name.nullable().default('Description'),
        severity: name.nullable().default('Priority'),
        status: name.nullable().default('Status'),
      })
      .prefault({}),
    statusOpen: z.string().max(100).default('New'),
    statusOver: z.string().max(100).default('Closed'),
  }),
  secret: secretText('the consumer secret of the connected app'),
  login: {
    request: ({ instance, clientId }, secret) => ({
      url: new URL('/services/oauth2/token', instance).href,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: secret,
      }).toString(),
      hidden: [secret, new URLSearchParams({ s: secret }).toString().slice(2)],
    }),
    read: (answer) => wholeField(answer, 'access_token'),
  },
  request: (event, { instance, apiVersion, object, externalId, fields, statusOpen, statusOver }, token) => {
    const values: Record<string, string> = {};
    const set = (field: string | null, value: string) => {
      if (field !== null) values[field] = value;
    };
    set(fields.title, cut(headline(event), 255));
    set(fields.text, cut(plainText(event), 32_000));
    set(fields.severity, PRIORITIES[event.severity]);
    set(fields.status, event.stage === 'over' ? statusOver : statusOpen);
    const path = `/services/data/v${apiVersion}/sobjects/${object}/${externalId}/${encodeURIComponent(event.subject)}`;
    return {
      url: new URL(path, instance).href,
      method: 'PATCH',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(values),
      hidden: [token],
    };
  },
  secretGoesTo: ({ instance }) => new URL(instance).origin,
  // 300: several records have this external id. 401: the token has ended; the next attempt logs in again.
  read: (answer) => {
    if (answer.status === 401) return { kind: 'retry', error: 'answered 401', afterMs: null };
    return readStatus(answer, bodyField(answer, 'id'));
  },
});
