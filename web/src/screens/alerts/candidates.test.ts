import { expect, it } from 'vitest';
import { candidatesOf } from './candidates.ts';

it('reads the change events of an alert, and nothing from facts of another form', () => {
  const deploy = { id: 'Change:1', kind: 'deploy', at: '2026-11-01T10:00:00Z' };
  expect(candidatesOf({ candidates: [deploy, { ...deploy, at: 'soon' }, null, 'deploy'] })).toEqual([deploy]);
  for (const facts of [null, undefined, 3, {}, { candidates: 'deploy' }])
    expect(candidatesOf(facts)).toEqual([]);
});
