import { describe, expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../domain/segments/dimensions.ts';
import { createItemReader } from './response-items.ts';

const ITEM = { externalId: 'a', answeredAt: '2026-03-01T00:00:00Z', score: 9, account: 'acme' };

describe('the account of an item', () => {
  it('is read as such', () => {
    const reader = createItemReader(defineDimensions(DEFAULT_DIMENSIONS), 'responses');
    expect(reader.read(ITEM, 'x')).toMatchObject({ account: 'acme' });
  });

  it('is the value of a dimension where a deployment calls one so', () => {
    const reader = createItemReader(defineDimensions([{ field: 'account' }]), 'responses');
    expect(reader.read(ITEM, 'x')).toMatchObject({ account: null, dimensions: { account: 'acme' } });
  });
});
