import { readFile } from 'node:fs/promises';
import { discover } from '../api/access/oidc.ts';
import type { Config } from '../config/config.ts';
import { isTrustworthy } from '../config/loopback.ts';
import { kafkaReason } from '../graph/export/openlineage/kafka.ts';
import { openProducer } from '../store/kafka/kafka-clients.ts';
import { bad, type Finding, finding, good, worthKnowing } from './finding.ts';

const ANSWER_MS = 5_000;

/** The key set that tokens are checked with. */
export function examineTokens({ jwt }: Config): Promise<Finding[]> {
  if (!jwt) return Promise.resolve([]);
  const advice = 'check SCORELINE_JWT_JWKS; without it tokens cannot be checked';
  return finding('key set of tokens', advice, async () => {
    const text = /^https?:/.test(jwt.jwks)
      ? await (await fetch(jwt.jwks, { signal: AbortSignal.timeout(ANSWER_MS) })).text()
      : await readFile(jwt.jwks, 'utf8');
    return keysIn(text) > 0
      ? good('key set of tokens: readable')
      : bad('key set of tokens: it holds no key', advice);
  });
}

const keysIn = (text: string) => (JSON.parse(text) as { keys?: unknown[] }).keys?.length ?? 0;

/** The provider of logins: its description, which a sign-in reads first, and its keys. */
export function examineLogins({ oidc }: Config): Promise<Finding[]> {
  if (!oidc) return Promise.resolve([]);
  const advice =
    'check SCORELINE_OIDC_ISSUER: the address before /.well-known/openid-configuration, as the provider spells it; until then no one signs in there';
  return finding(`login provider ${oidc.issuer}`, advice, async () => {
    const provider = (await discover(oidc)).serverMetadata();
    const missing = (['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const).filter(
      (name) => provider[name] === undefined,
    );
    if (missing.length > 0)
      return bad(`login provider ${oidc.issuer}: its description lacks ${missing.join(', ')}`, advice);
    const answer = await fetch(provider.jwks_uri ?? '', { signal: AbortSignal.timeout(ANSWER_MS) });
    return keysIn(await answer.text()) > 0
      ? good(`login provider ${oidc.issuer} answers; register ${oidc.redirectUri} there`)
      : bad(`login provider ${oidc.issuer}: ${provider.jwks_uri} holds no key`, 'repair the provider');
  });
}

/** Addresses that something of value is sent to without encryption, beyond this machine. */
export function examineAddresses({ keys, llm, sealSink }: Config): Finding[] {
  const addresses = [
    ['VAULT_ADDR', keys.vault?.address, 'the token of Vault and the data keys'],
    ['AWS_ENDPOINT_URL_KMS', keys.kms?.endpoint, 'the data keys'],
    ['SCORELINE_LLM_URL', llm?.url, 'its key, questions and narratives'],
    ['SCORELINE_SEAL_SINK', sealSink, 'checkpoints'],
  ] as const;
  return addresses.flatMap(([name, url, what]) =>
    url === undefined || isTrustworthy(url)
      ? []
      : [
          worthKnowing(
            `${name} is asked by plain http: who is on the way reads and changes ${what}`,
            'use an address with https, or one of this machine',
          ),
        ],
  );
}

/** The brokers, and each topic that is read or written. */
export async function examineKafka({ kafka }: Config): Promise<Finding[]> {
  if (!kafka) return [];
  const { cluster, topics, ingestTopic } = kafka;
  const named = [...topics, ...(ingestTopic === undefined ? [] : [ingestTopic])];
  const producer = await openProducer(cluster);
  const ask = async (asked: string[]) => {
    try {
      await producer.metadata({ topics: asked, forceUpdate: true });
    } catch (error) {
      throw new Error(kafkaReason(error));
    }
  };
  try {
    const brokers = await finding(
      'Kafka',
      'check SCORELINE_KAFKA_URL, and that its brokers run; requests are refused, and topics are not read until then',
      async () => {
        await ask([]);
        return good('Kafka answers');
      },
    );
    if (brokers.some(({ ok }) => !ok)) return brokers;
    const found = named.map((topic) =>
      finding(
        `Kafka topic ${topic}`,
        `create it, or let the user of SCORELINE_KAFKA_URL describe and ${topic === ingestTopic ? 'write and read' : 'read'} it`,
        async () => {
          await ask([topic]);
          return good(`Kafka topic ${topic} is there`);
        },
      ),
    );
    return [...brokers, ...(await Promise.all(found)).flat()];
  } finally {
    await producer.close().catch(() => undefined);
  }
}
