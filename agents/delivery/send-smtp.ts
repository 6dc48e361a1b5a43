import { isIP } from 'node:net';
import type { TargetAnswer } from '../targets/target.ts';
import { aborted } from './aborted.ts';
import { AddressRefusedError } from './guard.ts';
import { loginOf, type Sender } from './sender.ts';

/** Milliseconds without a sign of life. */
const SILENCE_MS = 10_000;

/**
 * Sends a mail to the SMTP server at the address that was checked. Without TLS only to hosts that the deployment names.
 * @throws AddressRefusedError, or an error of the connection
 */
export const sendSmtp: Sender = async ({ url, headers, body }, { guard, signal, now }) => {
  const { hostname, port, protocol, searchParams } = new URL(url);
  const to = await guard.check(hostname, signal);
  const isPlain = searchParams.get('tls') === 'none';
  if (isPlain && !to.isNamed)
    throw new AddressRefusedError(
      `${hostname.slice(0, 100)}: mail without TLS goes only to hosts that targets.allow of the configuration names`,
    );
  // Loaded with the first mail.
  const { createTransport } = await import('nodemailer');
  const host = hostname.replace(/^\[|\]$/g, '');
  const login = loginOf(headers['authorization']);
  const transport = createTransport({
    host: to.address,
    port: Number(port),
    secure: protocol === 'smtps:',
    requireTLS: protocol === 'smtp:' && !isPlain,
    ignoreTLS: isPlain,
    tls: isIP(host) === 0 ? { servername: host } : {},
    ...(login ? { auth: { user: login.username, pass: login.password } } : {}),
    connectionTimeout: SILENCE_MS,
    greetingTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const stop = () => transport.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const {
      from,
      to: recipients,
      subject,
      date,
      authorization: _,
      'message-id': messageId,
      ...more
    } = headers;
    const sending = transport.sendMail({
      from,
      to: recipients,
      subject,
      messageId,
      date,
      headers: more as Record<string, string>,
      text: body,
    });
    const { response, rejectedErrors = [] } = await Promise.race([sending, aborted(signal)]);
    return { ...answerOf(response, now), missed: rejectedErrors.map(missedBy) };
  } catch (error) {
    const { responseCode, response } = error as { responseCode?: number; response?: string };
    if (responseCode === undefined) throw error;
    return answerOf(response ?? `${responseCode}`, now);
  } finally {
    signal.removeEventListener('abort', stop);
    transport.close();
  }
};

/** A recipient that the server refused, with its code; where it gave none, it may pass. */
const missedBy = (error: object) => {
  const { recipient = '', responseCode: status = 0 } = error as { recipient?: string; responseCode?: number };
  return { who: recipient, status };
};

const answerOf = (response: string, now: () => number): TargetAnswer => ({
  status: Number(/^\d{3}/.exec(response)?.[0] ?? 0),
  headers: {},
  body: '',
  at: new Date(now()),
});
