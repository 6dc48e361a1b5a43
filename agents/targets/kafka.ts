import { z } from 'zod';
import { host } from './settings.ts';
import { targetKind } from './target.ts';
import { loginHeader } from './texts.ts';
import { cloudEvent } from './webhook.ts';

/** A broker as HOST:PORT. */
const broker = z
  .string()
  .max(260)
  .refine(
    (text) => {
      const at = text.lastIndexOf(':');
      const port = Number(text.slice(at + 1));
      return (
        host.safeParse(text.slice(0, at)).success &&
        /^\d{1,5}$/.test(text.slice(at + 1)) &&
        port >= 1 &&
        port <= 65_535
      );
    },
    { error: 'must be HOST:PORT, such as kafka-1.example.com:9093' },
  );
const topic = z
  .string()
  .regex(/^[\w.-]{1,249}$/, 'must be 1 to 249 letters, digits, dots, _ or -')
  .refine((text) => text !== '.' && text !== '..', { error: 'must be a name' });

/**
 * Error codes of Kafka (https://kafka.apache.org/protocol#protocol_error_codes) that another attempt does not change: the message is
 * too large or invalid, the topic's name is not valid, or the user may not write to it or did not log in.
 */
const REFUSED = new Set([10, 17, 18, 29, 31, 33, 34, 53, 54, 58, 87]);

/** A topic of Kafka: the event as CloudEvents 1.0 in structured mode, with its subject as key, so that its events stay in order. */
export const kafka = targetKind({
  kind: 'kafka',
  settings: z
    .strictObject({
      brokers: z.array(broker).min(1).max(10),
      topic,
      security: z.enum(['tls', 'none']).default('tls'),
      user: z
        .string()
        .min(1)
        .max(200)
        .regex(/^[^:\p{Cc}]+$/u, 'must have no colon and no control characters')
        .optional(),
      mechanism: z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']).default('SCRAM-SHA-512'),
    })
    .refine(
      ({ user, security, mechanism }) => user === undefined || security === 'tls' || mechanism !== 'PLAIN',
      {
        path: ['mechanism'],
        error: 'PLAIN sends the password as it is, which needs security "tls"',
      },
    ),
  secret: {
    is: 'the password of the user',
    isNeeded: false,
    problemOf: (secret) =>
      secret.length > 0 && secret.length <= 1_000 ? null : 'must have 1 to 1,000 characters',
  },
  request: (event, { brokers, topic, security, user, mechanism }, secret) => {
    const authorization = user === undefined ? null : loginHeader(user, secret);
    return {
      url: `${security === 'tls' ? 'kafkas' : 'kafka'}://${brokers[0]}/${topic}`,
      method: 'PRODUCE',
      headers: {
        brokers: brokers.join(','),
        key: event.subject,
        'content-type': 'application/cloudevents+json; charset=utf-8',
        ...(authorization === null ? {} : { mechanism, authorization }),
      },
      body: JSON.stringify(cloudEvent(event)),
      hidden: authorization === null ? [] : [authorization],
    };
  },
  secretGoesTo: ({ brokers, security, mechanism }) => [security, mechanism, ...brokers].join(' '),
  // The status is the error code of Kafka; 0: every replica in sync has the message.
  read: ({ status }) => {
    if (status === 0) return { kind: 'delivered', remoteId: null };
    const error = `the broker answered with error code ${status}`;
    return REFUSED.has(status) ? { kind: 'refused', error } : { kind: 'retry', error, afterMs: null };
  },
});
