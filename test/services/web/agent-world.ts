import { openWorld } from '../../fixtures/scoped-client.ts';
import { ADMIN_KEY, until } from '../../fixtures/server.ts';

/** A server with the sample agent, answers whose onboarding got worse in the last week, and real keys. */
export interface AgentWorld {
  readonly url: string;
  /** By name. */
  readonly keys: Readonly<Record<string, string>>;
  /** Asks as the administrator. @throws for an error */
  ask<T>(query: string, variables?: object): Promise<T>;
  /** Raises an alert and a proposal for each region and for everything, or changes them. */
  raise(): Promise<void>;
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const WEEKS = 8;
const GOOD = [
  'It saves us hours every week.',
  'Support answered within minutes.',
  'Great value for the price.',
];
const BAD = [
  'The onboarding took weeks and nobody helped us.',
  'Setting it up was a nightmare, the onboarding never ended.',
];

/** Eight weeks of answers; in the last one many complain about onboarding. */
function answersUntil(now: number): object[] {
  return ['Germany', 'Japan', 'Peru'].flatMap((region) =>
    Array.from({ length: WEEKS * 20 }, (_, i) => {
      const answeredAt = new Date(now - 2 * HOUR_MS - (i * 7 * DAY_MS) / 20).toISOString();
      const isBad = i < 20 ? i % 4 !== 3 : i % 7 === 0;
      const texts = isBad ? BAD : GOOD;
      return {
        externalId: `${region} ${i}`,
        source: 'web',
        answeredAt,
        score: isBad ? i % 5 : 9 + (i % 2),
        comment: `${texts[i % texts.length]} Case ${i}.`,
        region,
        productLine: i % 2 === 0 ? 'Rail' : 'Air',
      };
    }),
  );
}

/** Starts it. Its clock stands still. */
export async function openAgentWorld(
  people: Readonly<Record<string, { readonly role: string; readonly attributes?: object }>>,
  env: Readonly<Record<string, string>> = {},
): Promise<AgentWorld> {
  const now = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const world = await openWorld(now, {}, { TEST_FOLLOW: 'yes', ...env });
  const ask = async <T>(query: string, variables: object = {}): Promise<T> => {
    const { data, errors } = await world.ask<T>(ADMIN_KEY, query, variables);
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
  await world.submit(answersUntil(now));
  await until(async () => {
    const { nps } = await ask<{ nps: { responses: number }[] }>(
      '{ nps(basis: INFERRED, window: "P90D") { responses } }',
    );
    return (nps[0]?.responses ?? 0) >= 3 * WEEKS * 20;
  }, 'every text is read');
  const keys: Record<string, string> = {};
  for (const [name, { role, attributes }] of Object.entries(people)) {
    const input = { name, role, attributes: attributes ?? null };
    const { createApiKey } = await ask<{ createApiKey: { key: string } }>(
      'mutation ($input: ApiKeyInput!) { createApiKey(input: $input) { key } }',
      { input },
    );
    keys[name] = createApiKey.key;
  }
  return { url: world.url, keys, ask, raise: () => world.raise(), close: () => world.close() };
}
