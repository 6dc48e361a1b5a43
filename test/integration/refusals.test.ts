import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { AuditEntry } from '../../domain/seals/audit.ts';
import { checkAudit } from '../../proof/check-audit.ts';
import { streamAudit } from '../../store/audit/audit.ts';
import { openAuditTrail } from '../../store/audit/audit-trail.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { patience, until } from '../fixtures/patience.ts';

/* What is refused again and again is one row a minute. */

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());
afterEach(() => database.sql('DELETE FROM audit_log'));

let clock = Date.parse('2026-03-01T00:00:00Z');
const refusal = (more: Partial<AuditEntry> = {}): AuditEntry => {
  clock += 1;
  return {
    at: clock,
    actor: 'ApiKey:1',
    actorName: 'BI',
    role: 'analyst',
    policyVersion: 'p1',
    purpose: null,
    action: 'metrics',
    subject: {},
    outcome: 'refused',
    ...more,
  };
};
const rows = () =>
  database.sql<{ actor: string; action: string; subject: string; purpose: string | null; outcome: string }>(
    'SELECT actor, action, subject, purpose, outcome FROM audit_log ORDER BY seq',
  );
const open = (foldMs: number) => {
  const errors: Error[] = [];
  return { errors, trail: openAuditTrail(database.store, false, (error) => errors.push(error), foldMs) };
};

it('writes the first at once, and counts the others into one row at the end of the minute', async () => {
  const minute = patience(1_000);
  const { trail } = open(minute);
  await trail.refuse([refusal()]);
  expect(await rows()).toMatchObject([{ subject: '{}' }]);
  for (let i = 0; i < 500; i++) await trail.refuse([refusal()]);
  expect(await rows()).toHaveLength(1);
  await until(async () => (await rows()).length > 1, 'the others are counted');
  const folded = (await rows()).map(({ subject }) => JSON.parse(subject));
  expect(folded).toEqual([{}, { count: 500, from: expect.stringMatching(/^2026-03-01T/) }]);
  // A minute without any: the next one is a first one again.
  await wait(1.25 * minute);
  await trail.refuse([refusal()]);
  expect((await rows()).map(({ subject }) => JSON.parse(subject).count)).toEqual([undefined, 500, undefined]);
  await trail.close();
  const rowsOfLog = streamAudit(database.store, { from: null, to: null });
  expect(await checkAudit({ rows: rowsOfLog, heads: [], keys: null, partial: true })).toMatchObject({
    offence: null,
    rows: 3,
  });
});

it('continues with a row a minute for a persistent caller', async () => {
  const { trail } = open(150);
  const began = performance.now();
  for (let i = 0; i < 200; i++) {
    await trail.refuse([refusal()]);
    await wait(5);
  }
  await trail.close();
  const minutes = Math.ceil((performance.now() - began) / 150);
  const all = (await rows()).map(({ subject }) => JSON.parse(subject) as { count?: number });
  // More than one, but at most one a "minute", whatever the number of attempts, which are all counted.
  expect(all.length).toBeGreaterThan(2);
  expect(all.length).toBeLessThanOrEqual(minutes + 2);
  expect(all.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(200);
});

it('counts separately by actor and action, writes counts at its end, and sums items', async () => {
  const { trail } = open(60_000);
  const one = { action: 'ingest', subject: { items: 3 }, purpose: 'a purpose' };
  await trail.refuse([refusal(one), refusal(one), refusal({ ...one, purpose: 'another' })]);
  await trail.refuse([refusal({ actor: 'ApiKey:2' }), refusal({ action: 'exportAudit' })]);
  await trail.refuse([refusal({ actor: 'ApiKey:2' })]);
  expect(await rows()).toHaveLength(3);
  await trail.close();
  const received = (await rows()).map(({ actor, action, subject, purpose }) => {
    const { count, items } = JSON.parse(subject);
    return [actor, action, count, items, purpose];
  });
  expect(received.slice(3).sort()).toEqual([
    ['ApiKey:1', 'ingest', 2, 6, null],
    ['ApiKey:2', 'metrics', 1, undefined, null],
  ]);
});

it('answers nothing that cannot be recorded, and loses no count while the log cannot be written', async () => {
  const { trail, errors } = open(60_000);
  await database.sql('ALTER TABLE audit_log RENAME TO audit_log_away');
  try {
    await expect(trail.refuse([refusal()])).rejects.toThrow();
    await expect(trail.refuse([refusal()])).rejects.toThrow();
  } finally {
    await database.sql('ALTER TABLE audit_log_away RENAME TO audit_log');
  }
  await trail.refuse([refusal()]);
  await trail.refuse([refusal()]);
  await trail.close();
  expect(errors).toEqual([]);
  expect((await rows()).map(({ subject }) => JSON.parse(subject).count)).toEqual([undefined, 1]);
});
