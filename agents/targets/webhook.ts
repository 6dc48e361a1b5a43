import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { readWebhookStatus } from './answers.ts';
import { address } from './settings.ts';
import { type OutgoingEvent, targetKind } from './target.ts';

const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Bytes of the decoded secret, as the specification sets them. */
const [FEWEST, MOST] = [24, 64];

const keyOf = (secret: string) => Buffer.from(secret.slice(PREFIX.length), 'base64');

/** The header `webhook-signature` of Standard Webhooks. */
export function signWebhook(secret: string, id: string, timestamp: number, body: string): string {
  const signed = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');
  return `v1,${signed}`;
}

/** The event as CloudEvents 1.0 in structured mode. */
export const cloudEvent = (event: OutgoingEvent) => ({
  specversion: '1.0',
  id: event.id,
  source: event.source,
  type: event.type,
  subject: event.subject,
  time: event.at.toISOString(),
  datacontenttype: 'application/json',
  data: {
    title: event.title,
    summary: event.summary,
    severity: event.severity,
    ...(event.link === null ? {} : { link: event.link }),
    ...(event.comment === null ? {} : { comment: event.comment }),
    ...event.data,
  },
});

/** Any program: a CloudEvents body, signed as Standard Webhooks (https://www.standardwebhooks.com) says. */
export const webhook = targetKind({
  kind: 'webhook',
  settings: z.strictObject({ url: address }),
  secret: {
    is: 'the key that deliveries are signed with',
    isNeeded: true,
    make: (randomBytes) => `${PREFIX}${randomBytes(32).toString('base64')}`,
    problemOf: (secret) => {
      const isKey = secret.startsWith(PREFIX) && BASE64.test(secret.slice(PREFIX.length));
      const { length } = keyOf(secret);
      if (isKey && length >= FEWEST && length <= MOST) return null;
      return `must be "${PREFIX}" and the base64 of ${FEWEST} to ${MOST} bytes, as Standard Webhooks writes it`;
    },
  },
  request: (event, { url }, secret) => {
    const body = JSON.stringify(cloudEvent(event));
    const timestamp = Math.floor(event.sentAt.getTime() / 1_000);
    return {
      url,
      method: 'POST',
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'webhook-id': event.id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signWebhook(secret, event.id, timestamp, body),
      },
      body,
      hidden: [],
    };
  },
  read: readWebhookStatus,
});
