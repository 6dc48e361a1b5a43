import { z } from 'zod';
import { host, hostInUrl } from './settings.ts';
import type { TargetAnswer } from './target.ts';
import { targetKind } from './target.ts';
import { cut, headline, loginHeader, plainText } from './texts.ts';

/** An address, or a name with one: `Scoreline <alerts@example.com>`. */
const mailbox = z
  .string()
  .max(320)
  .regex(
    /^(?:[^<>\r\n"@,;]+ <)?[^\s<>"@,;]+@[^\s<>"@,;]+>?$/,
    'must be an address such as alerts@example.com or Scoreline <alerts@example.com>',
  );
const PORTS = { tls: 465, starttls: 587, none: 25 } as const;

/** Recipients that are named where the server refused some. */
const MOST_NAMED = 5;

function missedOf(missed: NonNullable<TargetAnswer['missed']>) {
  const named = missed.slice(0, MOST_NAMED).map(({ who, status }) => `${cut(who, 100)} (${status})`);
  const more = missed.length > MOST_NAMED ? ` and ${missed.length - MOST_NAMED} more` : '';
  return {
    error: `the server refused ${missed.length} of the recipients: ${named.join(', ')}${more}`,
    isPassing: missed.some(({ status }) => status < 500),
  };
}

/** People, by e-mail. */
export const email = targetKind({
  kind: 'email',
  settings: z.strictObject({
    host,
    port: z.number().int().min(1).max(65_535).optional(),
    security: z.enum(['tls', 'starttls', 'none']).default('starttls'),
    user: z.string().min(1).max(200).optional(),
    from: mailbox,
    to: z.array(mailbox).min(1).max(50),
  }),
  secret: {
    is: 'the password of the user',
    isNeeded: false,
    problemOf: (secret) =>
      secret.length > 0 && secret.length <= 1_000 ? null : 'must have 1 to 1,000 characters',
  },
  request: (event, { host, port, security, user, from, to }, secret) => {
    const domain = from.replace(/>$/, '').split('@').at(-1) ?? 'localhost';
    const authorization = user === undefined ? null : loginHeader(user, secret);
    return {
      url: `${security === 'tls' ? 'smtps' : 'smtp'}://${hostInUrl(host)}:${port ?? PORTS[security]}${security === 'none' ? '?tls=none' : ''}`,
      method: 'SEND',
      headers: {
        from,
        to: to.join(', '),
        subject: cut(headline(event), 250),
        // The same in every attempt, so that a mail that came twice is seen as one.
        'message-id': `<${event.id}@${domain}>`,
        date: event.sentAt.toUTCString(),
        'auto-submitted': 'auto-generated',
        'x-scoreline-event': event.type,
        ...(authorization === null ? {} : { authorization }),
      },
      body: `${plainText(event)}\n`,
      hidden: authorization === null ? [] : [authorization],
    };
  },
  secretGoesTo: ({ host, port, security }) => `${security} ${hostInUrl(host)}:${port ?? PORTS[security]}`,
  // Codes of SMTP: 4xx passes, 5xx does not.
  read: ({ status, missed = [] }) => {
    if (status >= 200 && status < 300)
      return {
        kind: 'delivered',
        remoteId: null,
        ...(missed.length > 0 ? { missed: missedOf(missed) } : {}),
      };
    const error = `the server answered ${status}`;
    return status >= 500 && status < 600
      ? { kind: 'refused', error }
      : { kind: 'retry', error, afterMs: null };
  },
});
