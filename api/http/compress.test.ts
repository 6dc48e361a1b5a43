import { describe, expect, it } from 'vitest';
import { acceptsGzip, chosenCoding } from './compress.ts';

describe('the coding that a client prefers', () => {
  it.each([
    [undefined, null],
    ['', null],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['deflate', 'deflate'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['br; q=0.5, gzip ; q=0.5', 'br'],
    ['br;q=0, *', 'gzip'],
    ['*', 'br'],
    ['*;q=0', null],
    ['gzip;q=0', null],
    ['identity', null],
    ['identity;q=0', null],
    ['identity;q=1, gzip;q=0.5', null],
    ['identity;q=0.5, gzip;q=1.0', 'gzip'],
    ['gzip;q=2', null],
    ['gzip;q=x', null],
    ['compress, sdch', null],
    [',,;q=1', null],
  ])('of %j is %j', (given, coding) => {
    expect(chosenCoding(given)).toBe(coding);
  });

  it('is not the only one that it can read', () => {
    expect(acceptsGzip('br, gzip;q=0.1')).toBe(true);
    expect(acceptsGzip('*;q=0.2')).toBe(true);
    expect(acceptsGzip('br')).toBe(false);
    expect(acceptsGzip('*, gzip;q=0')).toBe(false);
  });
});
