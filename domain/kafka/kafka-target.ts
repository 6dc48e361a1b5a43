/** Brokers, and how they are spoken to. */
export interface KafkaCluster {
  /** Bootstrap brokers; at least one. */
  readonly brokers: readonly { readonly host: string; readonly port: number }[];
  readonly tls: boolean;
  readonly sasl: KafkaLogin | null;
}

/** A topic and its brokers. */
export interface KafkaTarget extends KafkaCluster {
  readonly topic: string;
}

export interface KafkaLogin {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
}

const FORM = 'kafka://HOST:PORT[,HOST:PORT...]/TOPIC';
const MECHANISMS: ReadonlyMap<string, KafkaLogin['mechanism']> = new Map([
  ['plain', 'PLAIN'],
  ['scram-sha-256', 'SCRAM-SHA-256'],
  ['scram-sha-512', 'SCRAM-SHA-512'],
]);

/** Whether a text is the URL of a topic. */
export const isKafkaUrl = (text: string): boolean => /^kafkas?:/i.test(text);

/**
 * Reads kafka[s]://[USER:PASSWORD@]HOST:PORT[,HOST:PORT...]/TOPIC[?sasl=MECHANISM]; kafkas means TLS. An error
 * says what would be right and repeats nothing of the URL: an invalid one may contain a password anywhere.
 */
export function parseKafkaUrl(url: string): KafkaTarget {
  // Not WHATWG's parser: it takes one host only.
  const parts = /^(kafkas?):\/\/(?:([^@/?#]*)@)?([^@/?#]+)\/([^@/?#]+)(?:\?([^@/?#]*))?$/i.exec(url);
  if (!parts)
    throw new Error(
      `expected is ${FORM} (in USER:PASSWORD@, signs such as @ / ? # are percent-encoded: @ is %40)`,
    );
  const [, scheme, login, brokers = '', topic = '', query] = parts;
  return {
    brokers: brokers.split(',').map(parseBroker),
    topic: parseTopic(topic),
    tls: scheme?.toLowerCase() === 'kafkas',
    sasl: parseLogin(login, query),
  };
}

function parseBroker(text: string) {
  const [, inBrackets, name, digits] = /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = (inBrackets ?? name)?.toLowerCase();
  const port = Number(digits);
  if (host === undefined || !(port >= 1 && port <= 65_535))
    throw new Error(`each broker is HOST:PORT, with a port from 1 to 65535: ${FORM}`);
  return { host, port };
}

/** Whether Kafka takes the text as the name of a topic. */
export const isTopicName = (text: string): boolean =>
  /^[\w.-]{1,249}$/.test(text) && text !== '.' && text !== '..';

/** Reads the same without a topic, for programs that name their topics apart. */
export function parseKafkaCluster(url: string): KafkaCluster {
  const parts = /^([^?]*?)\/?(\?.*)?$/s.exec(url);
  const { topic: _topic, ...cluster } = parseKafkaUrl(`${parts?.[1]}/topic${parts?.[2] ?? ''}`);
  return cluster;
}

function parseTopic(text: string): string {
  if (isTopicName(text)) return text;
  throw new Error(`a topic is 1 to 249 letters, digits, dots, _ or -: ${FORM}`);
}

function parseLogin(login: string | undefined, query: string | undefined): KafkaLogin | null {
  const options = new URLSearchParams(query);
  const name = options.get('sasl') ?? 'plain';
  const mechanism = MECHANISMS.get(name.toLowerCase());
  if ([...options.keys()].some((key) => key !== 'sasl') || !mechanism)
    throw new Error(`the only option is ?sasl=, with one of ${[...MECHANISMS.keys()].join(', ')}`);
  if (login === undefined) {
    if (options.has('sasl')) throw new Error('?sasl= needs USER:PASSWORD@ before the brokers');
    return null;
  }
  const [username, password] = login.split(':').map(decoded);
  if (!username || !password || login.split(':').length !== 2)
    throw new Error('before the @ stands USER:PASSWORD, with a colon in either written as %3A');
  return { mechanism, username, password };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('in USER:PASSWORD, the sign % is written as %25');
  }
}

/** Names brokers and topic, independent of their order and spelling, without credentials. */
export function kafkaPlace({ brokers, topic, tls }: KafkaTarget): string {
  const names = brokers.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`);
  return `${tls ? 'kafkas' : 'kafka'}://${[...new Set(names)].sort().join(',')}/${topic}`;
}
