import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../domain/segments/dimensions.ts';
import fc from '../../test/fixtures/properties.ts';
import { CONNECTORS as OFFERED } from '../../web/src/screens/data/connectors.ts';
import { InvalidMapError } from '../files/map/map-mistakes.ts';
import type { IdentityDraft } from '../identities/read-identity.ts';
import type { OutcomeDraft } from '../outcomes/outcome-draft.ts';
import type { ResponseDraft } from '../pipeline/draft.ts';
import type { Outcome } from '../pipeline/outcome.ts';
import { MOST_PARTS_OF_ROW, UnreadableBodyError } from '../pipeline/read-items.ts';
import type { DeliveryHeaders } from './connector.ts';
import { verifyDelivery } from './receive.ts';
import { CONNECTABLE, CONNECTORS, isConnectorName } from './registry.ts';
import { SignatureError, WINDOW_SECONDS } from './signature.ts';
import { type FixtureAnswer, type FixtureDelivery, STAGES, type VendorFixtures } from './vendor-fixtures.ts';

/* Requirements of every connector. A new one is tested by being in the registry and having fixtures. */

const DIMENSIONS = defineDimensions(DEFAULT_DIMENSIONS);
const NOW = Date.UTC(2026, 2, 2, 12);
const MINUTE_MS = 60_000;
const URL_GIVEN = 'https://nps.example.org/ingest/vendor/0196a0c0-0000-7000-8000-000000000000';

const vendors = await Promise.all(
  [...CONNECTORS.values()].map(async (connector) => {
    const { fixtures } = (await import(`./vendors/${connector.name}.fixtures.ts`)) as {
      fixtures: VendorFixtures;
    };
    return { name: connector.name, connector, fixtures };
  }),
);

it('the dashboard offers every connector, and asks for the key of those that fetch', () => {
  expect(OFFERED.map(({ name }) => name).sort()).toEqual([...CONNECTABLE.keys()].sort());
  const fetching = [...CONNECTORS.values()].filter((one) => one.fetch);
  expect(OFFERED.flatMap(({ name, fetches }) => (fetches ? [name] : [])).sort()).toEqual(
    fetching.map(({ name }) => name).sort(),
  );
  for (const { name, fetch } of fetching)
    expect(fetch?.isHost(OFFERED.find((one) => one.name === name)?.fetches ?? ''), name).toBe(true);
});

describe.each(vendors)('the connector $name', ({ name, connector, fixtures }) => {
  const { secret, otherSecret, deliveries, sign } = fixtures;
  const [first] = deliveries;
  const sealed = (body: string | Buffer, key = secret) =>
    fixtures.seal?.(Buffer.from(body), key) ?? Buffer.from(body);
  const raw = sealed(first?.body ?? '');
  const signed = (body = raw, at = NOW, id = 'delivery-1') => sign(body, secret, at, id, URL_GIVEN);
  const verify = (body: Buffer, headers: DeliveryHeaders, key = secret, now = NOW) =>
    connector.verify(body, headers, key, now, URL_GIVEN);
  const reader = () => connector.reader(fixtures.mapping, DIMENSIONS);
  const ask = (answer: FixtureAnswer | undefined) => async (path: string) => {
    if (answer === undefined) throw new UnreadableBodyError('the vendor has no such thing');
    expect(path).toBe(answer.path);
    return answer.body as Readonly<Record<string, unknown>>;
  };
  const readAll = async (body: string, after = 0, answer?: FixtureAnswer) => {
    const bytes = sealed(body);
    const at = NOW + after * 1_000;
    const received = await connector.receive(bytes, signed(bytes, at), at);
    if (!('items' in received)) throw new Error('a challenge');
    const fetched = (received.notices ?? []).map(
      (notice) => connector.fetch?.items(notice, ask(answer)) ?? [],
    );
    const { read, outcomes, identities } = reader();
    return [...received.items, ...(await Promise.all(fetched)).flat()].flatMap(
      (item, index): (ResponseDraft | OutcomeDraft | IdentityDraft | Outcome | null)[] => {
        const position = `test item ${index}`;
        const became = [...(outcomes?.(item, position) ?? []), identities?.(item) ?? []].flat();
        const response = read(item, position);
        return response === null && became.length > 0 ? [...became] : [response, ...became];
      },
    );
  };

  it('has a name that fits into a path and into the provenance', () => {
    expect(name).toMatch(/^[a-z][a-z0-9-]{1,39}$/);
    expect(['responses', 'file', 'imports', 'demo', 'graphql']).not.toContain(name);
    expect(isConnectorName(name)).toBe(true);
  });

  it('accepts what the vendor signs', () => {
    for (const { body } of deliveries) verify(sealed(body), signed(sealed(body)));
    if (fixtures.seal) return;
    verify(Buffer.alloc(0), signed(Buffer.alloc(0)));
    verify(Buffer.from([0xff, 0x00, 0xfe]), signed(Buffer.from([0xff, 0x00, 0xfe])));
  });

  it('refuses another secret, and headers that are missing or changed', () => {
    expect(() => verify(raw, signed(), otherSecret)).toThrow(SignatureError);
    if (fixtures.seal) {
      expect(() => verify(sealed(first?.body ?? '', otherSecret), {})).toThrow(SignatureError);
      return expect(() => verify(Buffer.from(first?.body ?? ''), {})).toThrow(SignatureError);
    }
    expect(() => verify(raw, {})).toThrow(SignatureError);
    const free = ['content-type', ...(fixtures.unsignedHeaders ?? [])];
    for (const header of Object.keys(signed()).filter((one) => !free.includes(one))) {
      const { [header]: value = '', ...rest } = signed();
      expect(() => verify(raw, rest)).toThrow(SignatureError);
      expect(() => verify(raw, { ...rest, [header]: [value, value] })).toThrow(SignatureError);
      for (const changed of ['', value.slice(0, -2), `x${value}`, `${value}0`])
        expect(() => verify(raw, { ...rest, [header]: changed })).toThrow(SignatureError);
    }
  });

  it.runIf(fixtures.signsBody !== false)('refuses a changed body', () => {
    for (let at = 0; at < raw.length; at += Math.ceil(raw.length / 40)) {
      const changed = Buffer.from(raw);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(() => verify(changed, signed())).toThrow(SignatureError);
    }
    for (const changed of [Buffer.concat([raw, Buffer.from(' ')]), raw.subarray(0, -1), Buffer.alloc(0)])
      expect(() => verify(changed, signed())).toThrow(SignatureError);
  });

  it.runIf(!fixtures.seal)('refuses any other headers with a SignatureError', () => {
    const names = Object.keys(signed());
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: names.length }), (values) => {
        const headers = Object.fromEntries(names.map((header, i) => [header, values[i]]));
        expect(() => verify(raw, headers)).toThrow(SignatureError);
      }),
    );
  });

  it.runIf(fixtures.hasTimestamp)('refuses a replay outside of the window, in either direction', () => {
    const window = WINDOW_SECONDS * 1_000;
    for (const at of [NOW - window + 1_000, NOW + window]) verify(raw, signed(raw, at));
    for (const at of [NOW - window - 1_000, NOW + window + 1_000])
      expect(() => verify(raw, signed(raw, at))).toThrow(SignatureError);
  });

  it('accepts the former secret beside the present one, and no third', () => {
    const delivery = { raw, headers: signed(), url: URL_GIVEN };
    verifyDelivery(connector, delivery, [otherSecret, secret], NOW);
    verifyDelivery(connector, delivery, [secret, otherSecret], NOW);
    expect(() => verifyDelivery(connector, delivery, [otherSecret], NOW)).toThrow(SignatureError);
    expect(() => verifyDelivery(connector, delivery, [], NOW)).toThrow(SignatureError);
  });

  it('names a delivery alike when it is sent again', () => {
    const id = connector.deliveryId(signed(), raw);
    if (fixtures.deliveryId === 'none') return void expect(id).toBeNull();
    expect(id).not.toBeNull();
    expect(connector.deliveryId(signed(raw, NOW + MINUTE_MS), raw)).toBe(id);
    if (fixtures.deliveryId === 'header')
      return void expect(connector.deliveryId(signed(raw, NOW, 'delivery-2'), raw)).not.toBe(id);
    const ids = deliveries.map(({ body }) => connector.deliveryId(signed(), sealed(body)));
    expect(new Set(ids).size).toBe(deliveries.length);
    for (const body of ['', '[]', '{', '{"id":1}', '\xff'])
      expect(connector.deliveryId(signed(), Buffer.from(body, 'latin1'))).toBeNull();
  });

  it.each(STAGES)('has a delivery of an item that is %s, or says why there is none', async (stage) => {
    const at = deliveries.findIndex((one) => one.stage === stage);
    if (at === -1) return void expect(fixtures.without?.[stage]).toMatch(/\w+ \w+/);
    expect(fixtures.without?.[stage]).toBeUndefined();
    const drafts = async ({ body, after, answer }: Pick<FixtureDelivery, 'body' | 'after' | 'answer'>) =>
      (await readAll(body, after, answer)).filter(
        (read): read is ResponseDraft | OutcomeDraft => read !== null && !('status' in read),
      );
    const now = await drafts(deliveries[at] ?? { body: '' });
    if (stage === 'deleted') return void expect(now).toEqual([]);
    if (stage === 'partial') return;
    // It replaces what was delivered of it before.
    const [draft] = now;
    const earlier = (await Promise.all(deliveries.slice(0, at).map(drafts))).flat();
    const same = earlier.filter((one) => one.externalId === draft?.externalId);
    if (stage === 'edited') expect(same).not.toEqual([]);
    const order = (one: ResponseDraft | OutcomeDraft) =>
      one.revision?.value ?? ('answeredAt' in one ? one.answeredAt : one.at).getTime();
    for (const one of same) expect(order(draft as ResponseDraft | OutcomeDraft)).toBeGreaterThan(order(one));
  });

  it.each(deliveries)('reads $what', async ({ body, drafts, answer }) => {
    const read = await readAll(body, 0, answer);
    expect(read).toHaveLength(drafts.length);
    for (const [i, draft] of read.entries()) {
      const expected = drafts[i];
      if (expected === null || expected === undefined) expect(draft).toBeNull();
      else if ('refused' in expected)
        expect(draft).toMatchObject({
          status: 'rejected',
          message: expect.stringMatching(new RegExp(`^${String(expected['refused'])}: `)),
        });
      else expect(draft).toMatchObject(expected);
      if (draft === null || 'status' in draft || 'into' in draft) continue;
      expect(draft.position).toMatch(/^test item \d+$/);
      if ('mapping' in draft) expect(draft.mapping.connector).toBe(name);
      const { source } = reader();
      if (source !== null) expect('mapping' in draft ? draft.mapping.source : draft.source).toBe(source);
      // The original item is stored, as JSON.
      expect(JSON.parse(draft.raw)).toBeTypeOf('object');
    }
    // The same again is the same answer.
    expect(await readAll(body, 0, answer)).toEqual(read);
  });

  it('rejects an item that lacks what it needs, by the name of the field', async () => {
    const [read] = await readAll(fixtures.missing.body, 0, fixtures.missing.answer);
    expect(read).toMatchObject({ status: 'rejected', code: fixtures.missing.code });
    expect((read as { message: string }).message).toMatch(new RegExp(`^${fixtures.missing.field}: `));
  });

  it(`takes unknown fields as ${fixtures.extra.outcome}`, async () => {
    const [read] = await readAll(fixtures.extra.body, 0, fixtures.extra.answer);
    expect(read && 'status' in read ? read.status : 'accepted').toBe(fixtures.extra.outcome);
  });

  it('says of a body that cannot be read why, and never fails otherwise', async () => {
    const receive = async (bytes: Buffer<ArrayBuffer>) => connector.receive(bytes, signed(bytes), NOW);
    for (const body of ['', '{', 'score=9', '[1'])
      await expect(receive(Buffer.from(body))).rejects.toThrow(UnreadableBodyError);
    await expect(receive(Buffer.from([0x7b, 0xff, 0x7d]))).rejects.toThrow(UnreadableBodyError);
    // Nested so deep that a function which calls itself for each level would fail.
    const deep = `${'{"data":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    const read = await readAll(deep).catch((error: Error) => error);
    if (Array.isArray(read)) expect(read).toEqual([expect.objectContaining({ status: 'rejected' })]);
    else expect(read).toBeInstanceOf(UnreadableBodyError);
  });

  it('refuses a body of too many parts', async () => {
    const zeros = Array.from({ length: MOST_PARTS_OF_ROW + 1 }, () => '0');
    const read = await readAll(`{"data":[${zeros.join(',')}]}`).catch((error: Error) => error);
    if (Array.isArray(read)) expect(read).toEqual([expect.objectContaining({ status: 'rejected' })]);
    else expect(read).toBeInstanceOf(UnreadableBodyError);
  });

  it('reads any JSON as an answer, a rejection or nothing, and never fails', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (body) => {
        try {
          for (const read of await readAll(body))
            if (read && 'status' in read) expect(read.status).toBe('rejected');
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableBodyError);
        }
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (item) => {
        const { read, outcomes, identities } = reader();
        const all = [read(item, 'test'), identities?.(item) ?? null, ...(outcomes?.(item, 'test') ?? [])];
        for (const one of all) if (one && 'status' in one) expect(one.status).toBe('rejected');
      }),
    );
  });

  it('makes secrets that it takes itself, each another, and refuses others without repeating them', () => {
    let drawn = 0;
    const random = (bytes: number) => Buffer.alloc(bytes, ++drawn);
    const made = [connector.secret.make(random, 'a'), connector.secret.make(random, 'a')];
    expect(new Set(made).size).toBe(2);
    for (const one of [...made, secret, otherSecret]) expect(connector.secret.problemOf(one)).toBeNull();
    for (const bad of fixtures.badSecrets) {
      const problem = connector.secret.problemOf(bad);
      expect(problem).not.toBeNull();
      if (bad.length > 8) expect(problem).not.toContain(bad);
    }
  });

  it('refuses a mapping that it cannot read by', () => {
    for (const bad of fixtures.badMappings)
      expect(() => connector.reader(bad, DIMENSIONS)).toThrow(InvalidMapError);
  });

  it.runIf(fixtures.handshake)('answers the challenge of a handshake', async () => {
    const body = Buffer.from(fixtures.handshake?.body ?? '');
    expect(await connector.receive(body, signed(body), NOW)).toEqual({
      challenge: fixtures.handshake?.challenge,
    });
  });

  it.runIf(connector.fetch)('asks only hosts of its vendor, with a key that it is given', async () => {
    const { isHost, usualHost, headers } = connector.fetch as NonNullable<typeof connector.fetch>;
    if (usualHost !== null) expect(isHost(usualHost)).toBe(true);
    for (const host of ['127.0.0.1', 'localhost', 'example.com', `example.com/${usualHost}`, ''])
      expect(isHost(host)).toBe(false);
    for (const { answer } of deliveries) {
      const [vendor = ''] = (fixtures.vendorHosts ?? []).filter((host) => isHost(host));
      if (answer) expect(new URL(answer.path, `https://${vendor}`).hostname).toBe(vendor);
      for (const other of [`${vendor}.example.com`, `${vendor}@example.com`, `x${vendor}.`, `${vendor}:8080`])
        expect(isHost(other)).toBe(false);
    }
    expect(JSON.stringify(headers('vendor-key-0001'))).toContain('vendor-key-0001');
    for (const item of [{}, { result: {} }, { pages: 1 }]) {
      const asked = connector.fetch?.items({ ids: {} }, async () => item);
      const read = await asked?.catch((error: Error) => error);
      if (!Array.isArray(read)) expect(read).toBeInstanceOf(UnreadableBodyError);
    }
  });

  it('is described', () => {
    const page = fileURLToPath(new URL(`../../${fixtures.docs}`, import.meta.url));
    expect(existsSync(page)).toBe(true);
    expect(readFileSync(page, 'utf8')).toContain(`connector: "${name}"`);
  });
});
