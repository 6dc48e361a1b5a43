import { afterAll, expect, it } from 'vitest';
import { openEncoders } from './encoders.ts';
import { ScoringError } from './readers.ts';
import { placeOf } from './training-place.ts';

const encoders = openEncoders({ main: null, cacheFolder: '' });
afterAll(() => encoders.close());

const failing = (error: Error) =>
  ({ encoders, partsOf: () => Promise.reject(error) }) as unknown as Parameters<typeof placeOf>[0];

it('what cannot be read is not taken for a deployment without a champion', async () => {
  const lost = failing(new Error('the connection is lost'));
  await expect(placeOf(lost, {})).rejects.toThrow('the connection is lost');
  await expect(placeOf(lost, { companion: 2 })).rejects.toThrow('the connection is lost');
});

it('without a champion the first heads are trained, and no companion', async () => {
  const none = failing(new ScoringError('there is no champion'));
  expect(await placeOf(none, {})).toMatchObject({ champion: null, companion: null, readBy: null });
  await expect(placeOf(none, { companion: 2 })).rejects.toThrow('2 is not the companion of the champion');
});
