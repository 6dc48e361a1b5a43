import { expect, it } from 'vitest';
import type { Scope } from '../../domain/access/scope.ts';
import { type Cell, cellKey } from '../../domain/segments/cell.ts';
import { differenceOf } from './report.ts';

const dimensions = [{ attribute: 'channel', field: 'channel', label: 'Channel' }] as never;
const cell = (channel: string, id = 0): Cell => ({ id, key: cellKey({ channel }), attributes: { channel } });
const cells = [cell('web', 1)];
const tried = ['web', 'e-mail', '(any other)'].map((channel) => cell(channel));
const scope = (name: string, channels: readonly string[], fingerprint = name): Scope => ({
  fingerprint,
  smallestCount: 5,
  allows: (group, { attributes }) => group === 'readComment' && channels.includes(attributes.channel ?? ''),
  allowsAll: () => false,
  grant: (group) => (group === 'readComment' ? name : 'none'),
});
const difference = (before: Scope, after: Scope) => differenceOf(before, after, { cells, tried, dimensions });

it('reports a grant over future cells, alone or beside one over existing cells', () => {
  const segments = ['no cell of today; of cells to come: channel: e-mail'];
  const [web, both] = [scope('a', ['web']), scope('b', ['web', 'e-mail'])];
  const line = { group: 'readComment', segments };
  expect(difference(web, both)).toEqual({ gained: [line], lost: [], reworded: [] });
  expect(difference(both, web)).toEqual({ gained: [], lost: [line], reworded: [] });
  const { gained } = difference(scope('c', []), both);
  expect(gained[0]?.segments).toEqual(['all cells', 'cells to come included: channel: e-mail, web']);
});

it('reports rules whose text changed, and those that cannot be compared', () => {
  const reworded = ['readComment'];
  expect(difference(scope('a', ['web']), scope('b', ['web']))).toMatchObject({ gained: [], reworded });
  const asked = (fingerprint: string) => scope('as decided for readComment', ['web'], fingerprint);
  expect(difference(asked('1'), asked('2'))).toMatchObject({ reworded });
  expect(difference(asked('1'), asked('1'))).toMatchObject({ reworded: [] });
  expect(difference(scope('a', ['web'], '1'), scope('a', ['web'], '2'))).toMatchObject({ reworded: [] });
});
