import { describe, expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../domain/segments/dimensions.ts';
import type { WebhookConnector } from './connector.ts';
import type { VendorFixtures } from './vendor-fixtures.ts';
import { posthog } from './vendors/posthog.ts';
import { segment } from './vendors/segment.ts';

const DIMENSIONS = defineDimensions(DEFAULT_DIMENSIONS);
const NAMES = ['segment', 'posthog'] as const;
const VENDORS: Readonly<Record<(typeof NAMES)[number], WebhookConnector>> = { segment, posthog };

/** The items of the fixtures that state merges. */
async function itemsOf(name: (typeof NAMES)[number]) {
  const { fixtures } = (await import(`./vendors/${name}.fixtures.ts`)) as { fixtures: VendorFixtures };
  const stating = fixtures.deliveries.filter(({ drafts }) => drafts.some((one) => one && 'into' in one));
  const received = await Promise.all(
    stating.map(({ body }) => VENDORS[name].receive(Buffer.from(body), {}, 0)),
  );
  return { fixtures, items: received.flatMap((one) => ('items' in one ? one.items : [])) };
}

describe.each(NAMES)('merges by %s', (name) => {
  const connector = VENDORS[name];

  it('are read only by a mapping that names their events', async () => {
    const { fixtures, items } = await itemsOf(name);
    const { identities, ...without } = fixtures.mapping as { identities: { events: string[] } };
    expect(connector.reader(without, DIMENSIONS).identities).toBeUndefined();
    for (const event of identities.events) {
      const reader = connector.reader({ ...without, identities: { events: [event] } }, DIMENSIONS);
      const read = items.filter((item) => reader.identities?.(item));
      expect(read.length, event).toBeGreaterThan(0);
      for (const item of read) expect(JSON.stringify(item)).toContain(JSON.stringify(event));
    }
  });

  it('are no answers and no outcomes, and may be all that a connection brings', async () => {
    const { fixtures, items } = await itemsOf(name);
    const { identities } = fixtures.mapping as { identities: object };
    const alone = connector.reader({ identities, source: 'app' }, DIMENSIONS);
    expect([alone.source, alone.sourceOf(items[0])]).toEqual(['app', 'app']);
    for (const reader of [alone, connector.reader(fixtures.mapping, DIMENSIONS)])
      for (const item of items) {
        expect([reader.read(item, 'p'), reader.outcomes?.(item, 'p') ?? []]).toEqual([null, []]);
        expect(reader.identities?.(item)).toMatchObject({ kind: 'RESPONDENT', into: 'user-7' });
      }
  });

  it('hold the identifiers only, nothing else that is said of the person', async () => {
    const { items } = await itemsOf(name);
    expect(items.length).toBeGreaterThan(1);
    for (const item of items)
      expect(JSON.stringify(item)).not.toMatch(/Peter|Ada|@example|premium|Pro\b|192\.0|Mozilla/);
  });
});
