import { expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../domain/segments/dimensions.ts';
import { HOSTILE, spoilt, textOf, withKey } from '../../test/fixtures/hostile-values.ts';
import { InvalidMapError } from '../files/map/map-mistakes.ts';
import { UnreadableBodyError } from '../pipeline/read-items.ts';
import type { ConnectionReader } from './connector.ts';
import { CONNECTABLE, CONNECTORS } from './registry.ts';
import type { VendorFixtures } from './vendor-fixtures.ts';

/* Hostile values at every place of every connector's mapping and deliveries. */

const DIMENSIONS = defineDimensions(DEFAULT_DIMENSIONS);
/** Each with a name for reports. What is large is tried at a part of the places: its cost is in its size, and each vendor's differ. */
const VALUES = [...HOSTILE, Array.from({ length: 1_500 }, (_, i) => `v${i}`)].map((value, number) => {
  const text = JSON.stringify(value);
  return { value, number, what: text.slice(0, 30), isLarge: text.length > 10_000 };
});
const PART = 12;
const NOW = Date.UTC(2026, 2, 2, 12);
const URL_GIVEN = 'https://nps.example.org/ingest/vendor/0196a0c0-0000-7000-8000-000000000000';
const LONGEST_MESSAGE = 600;
const FILE_MAP = {
  source: 'files',
  survey: { name: 'nps', version: '1' },
  externalId: 'id',
  answeredAt: { column: 'at', format: 'yyyy-MM-dd HH:mm', zone: 'UTC' },
  score: { column: 'score', scale: '0-10' },
  dimensions: { region: { column: 'country', values: { DE: 'Germany' }, default: 'other' } },
  where: { kind: ['nps'] },
};
const SURVEY = { source: 'own', survey: { name: 'nps', version: '2' } };
const OWN: Readonly<Record<string, unknown>> = {
  'email-link': { ...SURVEY, texts: { en: { question: 'How likely?' } }, invitations: true, validDays: 30 },
  'web-snippet': { ...SURVEY, origins: ['https://shop.example.com'], respondents: true, perMinute: 60 },
  folder: { folder: 'exports', map: FILE_MAP },
  bucket: { bucket: 'exports', prefix: 'nps/', map: FILE_MAP },
  kafka: { topic: 'answers', ...SURVEY },
};
const FIXTURES = new Map(
  await Promise.all(
    [...CONNECTORS.keys()].map(async (name) => {
      const { fixtures } = (await import(`./vendors/${name}.fixtures.ts`)) as { fixtures: VendorFixtures };
      return [name, fixtures] as const;
    }),
  ),
);
const connectors = [...CONNECTABLE.values()].map((connector) => ({
  name: connector.name,
  connector,
  mapping: FIXTURES.get(connector.name)?.mapping ?? OWN[connector.name],
}));
/** What a message may not contain: control and formatting characters but line breaks, and halves of characters. */
const UNCLEAN = /(?!\n)[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/u;

it.each(connectors)(
  'the mapping of $name: a mistake is named, whatever stands where',
  ({ connector, mapping }) => {
    const read = (given: unknown): string | null => {
      try {
        connector.reader(given, DIMENSIONS);
        return null;
      } catch (error) {
        if (error instanceof InvalidMapError) return error.message;
        return `failed: ${(error as Error).stack}`;
      }
    };
    expect(read(mapping)).toBeNull();
    const found = new Set<string>();
    const judge = (message: string | null, what: string) => {
      if (message === null) return;
      if (message.startsWith('failed')) found.add(`${what}: ${message.slice(0, 400)}`);
      if (message.length > 6_500) found.add(`${what}: a message of ${message.length}`);
      if (UNCLEAN.test(message)) found.add(`${what}: ${JSON.stringify(message).slice(0, 200)}`);
    };
    for (const { value, number, what, isLarge } of VALUES) {
      let place = number;
      for (const one of spoilt(mapping, value)) if (!isLarge || place++ % PART === 0) judge(read(one), what);
    }
    for (const one of withKey(mapping, '__proto__'))
      if (!/__proto__|^mapping: /.test(read(one) ?? ''))
        found.add(`${JSON.stringify(one).slice(0, 300)}: ${read(one)}`);
    expect([...found]).toEqual([]);
  },
);

const deliveries = [...FIXTURES].map(([name, fixtures]) => ({ name, fixtures }));

it.each(deliveries)(
  'the deliveries of $name: each item is read or rejected by name',
  async ({ name, fixtures }) => {
    const connector = CONNECTORS.get(name);
    if (!connector) throw new Error(`no connector ${name}`);
    const reader = connector.reader(fixtures.mapping, DIMENSIONS);
    const found = new Set<string>();
    const read = async (body: string, what: string) => {
      try {
        const bytes = Buffer.from(body);
        const received = await connector.receive(
          bytes,
          fixtures.sign(bytes, fixtures.secret, NOW, 'd', URL_GIVEN),
          NOW,
        );
        const items = 'items' in received ? received.items : [];
        for (const problem of items.flatMap((item) => problemsOf(reader, item)))
          found.add(`${what}: ${problem}`);
      } catch (error) {
        const { message, stack } = error as Error;
        if (!(error instanceof UnreadableBodyError)) found.add(`${what}: ${stack?.slice(0, 400)}`);
        else if (message.length > LONGEST_MESSAGE || UNCLEAN.test(message))
          found.add(`${what}: ${message.slice(0, 200)}`);
      }
    };
    const bodies = fixtures.deliveries.map(({ body }) => body);
    for (const { value, number, what } of VALUES)
      for (const body of bodies) for (const one of spoiltBody(body, value, number)) await read(one, what);
    for (const body of bodies)
      if (body.startsWith('{'))
        for (const one of withKey(JSON.parse(body), '__proto__'))
          await read(JSON.stringify(one), '__proto__');
    expect([...found]).toEqual([]);
  },
);

/** The body with another value at a part of the places of its JSON, or in such fields of its form: another part for each value. */
function* spoiltBody(body: string, value: unknown, number: number): Generator<string> {
  let place = number;
  if (/^[[{]/.test(body)) {
    for (const one of spoilt(JSON.parse(body), value)) if (place++ % PART === 0) yield textOf(one);
  } else
    for (const name of new URLSearchParams(body).keys()) {
      if (place++ % PART !== 0) continue;
      const form = new URLSearchParams(body);
      form.set(name, typeof value === 'string' ? value : textOf(value));
      yield form.toString();
    }
}

/** What is wrong with how an item is read; it never throws. */
function problemsOf({ read, outcomes, identities, sourceOf }: ConnectionReader, item: unknown): string[] {
  sourceOf(item);
  const all = [read(item, 'p'), identities?.(item) ?? null, ...(outcomes?.(item, 'p') ?? [])];
  return all.flatMap((one) => {
    if (!one || !('status' in one)) return [];
    const { message = '' } = one as { message?: string };
    return message.length > LONGEST_MESSAGE ||
      UNCLEAN.test(message) ||
      !/^[^\s:][^:]*: .|^(?:a response|the item) .*;? /.test(message)
      ? [JSON.stringify(message).slice(0, 200)]
      : [];
  });
}
