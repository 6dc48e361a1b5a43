import { expect, it } from 'vitest';
import { columnsOf } from './columns.ts';

it('writes each column as an array literal of PostgreSQL', () => {
  const at = new Date('2026-01-02T03:04:05.006Z');
  const rows = [
    { text: 'a "quoted" \\ text, {braces} and NULL', number: 7, at, bytes: Buffer.from([0, 255]) },
    { text: '', number: null, at: null, bytes: null },
  ];
  expect(columnsOf(rows, ['number', 'text', 'at', 'bytes'])).toEqual([
    '{7,NULL}',
    '{"a \\"quoted\\" \\\\ text, {braces} and NULL",""}',
    '{"2026-01-02T03:04:05.006Z",NULL}',
    '{"\\\\x00ff",NULL}',
  ]);
  expect(columnsOf([], ['text'])).toEqual(['{}']);
});
