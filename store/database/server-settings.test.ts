import { expect, it } from 'vitest';
import { smallSettings } from './server-settings.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

it('asks nothing of a server on which the indexes have room', () => {
  expect(smallSettings({ buffers: 128 * MIB, log: GIB, indexes: 0 })).toEqual([]);
  expect(smallSettings({ buffers: 2 * GIB, log: 8 * GIB, indexes: 2 * GIB })).toEqual([]);
});

it('names each setting that is too small, and what has room for half as much again', () => {
  expect(smallSettings({ buffers: 256 * MIB, log: 2 * GIB, indexes: 1.4 * GIB })).toEqual([
    { name: 'shared_buffers', value: 256 * MIB, advised: '3GB' },
    { name: 'max_wal_size', value: 2 * GIB, advised: '9GB' },
  ]);
  expect(smallSettings({ buffers: 8 * GIB, log: GIB, indexes: 0.3 * GIB })).toEqual([
    { name: 'max_wal_size', value: GIB, advised: '2GB' },
  ]);
});
