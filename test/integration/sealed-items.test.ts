import { afterAll, beforeAll, expect, it } from 'vitest';
import { packItem } from '../../domain/text/packed-item.ts';
import { readSubjectAccessReport } from '../../store/data-subjects/subject-access.ts';
import { moveEvents } from '../../store/setup/move-events.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { eraseWhole, personOf, subjectBehind } from '../fixtures/erasing.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const AS_TEXT = `UPDATE source_event SET hash = encode(digest, 'hex'), digest = NULL, sealed = NULL,
  content = convert_from(substr(sealed, 1, 1), 'UTF8') || '.' || translate(encode(substr(sealed, 2), 'base64'), E'\\n', '')`;
const kept = () => database.sql<object>('SELECT id, digest, sealed FROM source_event ORDER BY id');
const left = async () =>
  (
    await database.sql<{ n: number }>(
      'SELECT count(*)::integer AS n FROM source_event WHERE hash IS NOT NULL OR content IS NOT NULL',
    )
  )[0]?.n;

it('items from before they were bytes are read, erased and moved as they are', async () => {
  const answer = (externalId: string, respondent: string | null) => ({
    externalId,
    respondent,
    answeredAt: '2026-03-01T00:00:00Z',
    score: 9,
    comment: `words of ${externalId}`,
  });
  const items = Array.from({ length: 1_500 }, (_, i) =>
    answer(`item ${i}`, i % 3 === 0 ? null : `person ${i % 10}`),
  );
  await database.submit(items);
  const before = await kept();
  await database.sql(AS_TEXT);
  expect(await left()).toBe(1_500);
  const received = await readSubjectAccessReport(database, personOf('person 1'));
  expect(JSON.stringify(received)).toContain('words of item 1');
  // Rights over one of the old rows that share a key find them as text.
  const [one] = await database.sql<{ id: string }>(`SELECT id FROM response WHERE external_id = 'item 0'`);
  expect(JSON.stringify(await readSubjectAccessReport(database, subjectBehind(one?.id ?? '')))).toContain(
    'words of item 0',
  );
  expect(await moveEvents(database.store)).toBe(1_500);
  expect(await left()).toBe(0);
  expect(await moveEvents(database.store)).toBe(0);
  const [own] = await database.sql<{ id: string }>(
    `SELECT id FROM source_event WHERE response_id = '${one?.id}'`,
  );
  const unchanged = (rows: readonly object[]) => rows.filter((row) => (row as { id: string }).id !== own?.id);
  expect(unchanged(await kept())).toEqual(unchanged(before));
  expect(await readSubjectAccessReport(database, personOf('person 1'))).toEqual(received);
  await eraseWhole(database, personOf('person 1'));
  expect(await readSubjectAccessReport(database, personOf('person 1'))).toBeNull();
});

it('a stored item is its packed text and its encryption overhead, byte by byte', async () => {
  const comment = 'x'.repeat(400);
  await database.submit([{ externalId: 'measured', answeredAt: '2026-03-01T00:00:00Z', score: 9, comment }]);
  const [row] = await database.sql<{ id: string; bytes: number }>(
    `SELECT r.id, octet_length(e.sealed) AS bytes FROM source_event e JOIN response r ON r.id = e.response_id
     WHERE r.external_id = 'measured'`,
  );
  const held = await readSubjectAccessReport(database, subjectBehind(row?.id ?? ''));
  const [event] = (held?.responses[0] as { events: { content: string }[] } | undefined)?.events ?? [];
  expect(event?.content).toContain(comment);
  const [format, nonce, tag] = [1, 12, 16];
  expect(row?.bytes).toBe(packItem(event?.content ?? '').length + format + nonce + tag);
  expect(row?.bytes).toBeLessThan(Buffer.byteLength(event?.content ?? ''));
});
