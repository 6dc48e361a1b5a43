import { describe, expect, it } from 'vitest';
import { mayWrite } from './disk-space.ts';

describe('mayWrite', () => {
  it.each([
    ['INSERT INTO response (id) VALUES ($1)', true],
    ['WITH made AS (INSERT INTO api_key (id) VALUES ($1) RETURNING id) SELECT id FROM made', true],
    ['update response SET score = 1', true],
    ['DELETE FROM scope WHERE used_at < $1', true],
    ['SELECT id FROM response FOR UPDATE', true],
    ['VACUUM FULL response', true],
    ['SELECT pg_switch_wal()', true],
    ['SELECT updated_at, deleted, insertion FROM response', false],
    ['SELECT pg_advisory_xact_lock(72675)', false],
    ['SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY', false],
    ["SELECT set_config('role', $1, true)", false],
  ])('%s: %s', (text, writes) => {
    expect(mayWrite(text)).toBe(writes);
    expect(mayWrite(text)).toBe(writes);
  });
});
