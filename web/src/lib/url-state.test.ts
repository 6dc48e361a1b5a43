import { describe, expect, it } from 'vitest';
import { readView, segmentInput, type View, writeView } from './url-state.ts';

describe('the address', () => {
  const view: View = {
    segment: { region: ['Japan', 'Côte d’Ivoire & more'], window: ['a dimension called window'] },
    window: 'P90D',
    asOf: '2026-10-20T12:00:00Z',
    compare: 'year',
    basis: 'COMBINED',
  };

  it('holds the whole view, and what else a screen has there', () => {
    const search = writeView('id=Response:1&window=P7D&s.region=Peru', view).toString();
    expect(readView(search)).toEqual(view);
    expect(new URLSearchParams(search).get('id')).toBe('Response:1');
  });

  it('says nothing of what is as it always is', () => {
    expect(writeView('', readView('')).toString()).toBe('');
    expect(segmentInput(readView(''))).toBeNull();
  });

  it('takes the default for what it does not understand', () => {
    expect(readView('window=forever&asOf=soon&vs=never&basis=guess&s.region=')).toEqual(readView(''));
  });
});
