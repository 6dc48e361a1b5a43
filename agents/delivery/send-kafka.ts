import type { KafkaLogin } from '../../domain/kafka/kafka-target.ts';
import { openProducer } from '../../store/kafka/kafka-clients.ts';
import { aborted } from './aborted.ts';
import { AddressRefusedError } from './guard.ts';
import { loginOf, type Sender } from './sender.ts';

/**
 * Writes a message to a topic, and waits until every replica in sync has it. The brokers name the addresses that the client connects
 * to next, which are not checked: so only brokers that the deployment names are asked.
 * @throws AddressRefusedError, or an error of the connection
 */
export const sendKafka: Sender = async ({ url, headers, body }, { guard, signal, now }) => {
  const [scheme = '', topic = ''] = url.split(/:\/\/[^/]*\//);
  const { brokers: named = '', key = '', mechanism, authorization, ...more } = headers;
  const brokers = named.split(',').map((one) => {
    const at = one.lastIndexOf(':');
    return { host: one.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(one.slice(at + 1)) };
  });
  for (const { host } of brokers)
    if (!(await guard.check(host, signal)).isNamed)
      throw new AddressRefusedError(
        `${host.slice(0, 100)}: messages go only to brokers that targets.allow of the configuration names`,
      );
  const login = loginOf(authorization);
  const sasl = login && { mechanism: mechanism as KafkaLogin['mechanism'], ...login };
  const producer = await openProducer({ brokers, tls: scheme === 'kafkas', sasl });
  try {
    const sending = producer.send({ messages: [{ topic, key, value: body, headers: more }] });
    await Promise.race([sending, aborted(signal)]);
    return { status: 0, headers: {}, body: '', at: new Date(now()) };
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === null) throw error;
    return { status: code, headers: {}, body: '', at: new Date(now()) };
  } finally {
    // Not waited for: a broker that does not answer would hold the delivery up.
    producer.close().catch(() => undefined);
  }
};

/** UNKNOWN_TOPIC_OR_PARTITION: the client throws an error of its own for it. */
const UNKNOWN_TOPIC = 3;

/** The first error code of Kafka among nested errors; null: the broker gave none. */
function errorCodeOf(error: unknown): number | null {
  const { apiCode, message, errors, cause } = error as {
    readonly apiCode?: unknown;
    readonly message?: unknown;
    readonly errors?: readonly unknown[];
    readonly cause?: unknown;
  };
  if (typeof apiCode === 'number') return apiCode;
  if (/unknown topic/i.test(String(message))) return UNKNOWN_TOPIC;
  for (const below of [...(errors ?? []), ...(cause === undefined ? [] : [cause])]) {
    const code = errorCodeOf(below);
    if (code !== null) return code;
  }
  return null;
}
