import { sendHttp } from './send-http.ts';
import { sendKafka } from './send-kafka.ts';
import { sendSmtp } from './send-smtp.ts';
import type { Sender } from './sender.ts';

const SENDERS: Readonly<Record<string, Sender>> = {
  http: sendHttp,
  https: sendHttp,
  kafka: sendKafka,
  kafkas: sendKafka,
  smtp: sendSmtp,
  smtps: sendSmtp,
};

/** Sends by the scheme of the request's address. @throws AddressRefusedError, or an error of the connection */
export const send: Sender = (request, context) => {
  const sender = SENDERS[request.url.slice(0, request.url.indexOf(':'))];
  if (!sender) throw new Error('the request has an address of no known scheme');
  return sender(request, context);
};
