import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freshInstance, runProgram, startServer } from '../fixtures/server.ts';
import { whileStopped } from '../fixtures/while-stopped.ts';

it('an older program does not start on the database of a newer one, and the doctor says which is needed', async () => {
  const instance = await freshInstance({ SCORELINE_ROLES: 'api,ingest' });
  try {
    await (await startServer(instance)).stop();
    expect((await runProgram(['doctor'], instance.env).finished).code).toBe(0);
    // As a newer version leaves it.
    const at = Date.now() + 1_000_000_000;
    const says = JSON.stringify({ at, tag: '9999_later', version: '9.8.7' });
    await whileStopped(instance, async (store) => {
      const run = (text: string) => store.rows({ name: '', text }, []);
      await run(`INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('later', ${at})`);
      await run(`COMMENT ON TABLE drizzle.__drizzle_migrations IS '${says}'`);
    });
    const mark = join(instance.dataDir, 'record', 'scoreline-migrations.json');
    expect(existsSync(mark)).toBe(instance.env.DATABASE_URL === undefined);
    if (existsSync(mark)) {
      expect(JSON.parse(readFileSync(mark, 'utf8')).tag).toMatch(/^\d{4}_/);
      writeFileSync(mark, says);
    }
    for (const args of [['doctor'], ['start'], ['lineage', 'export', '--format', 'openlineage']]) {
      const { code, output } = await runProgram(args, instance.env).finished;
      expect(code).not.toBe(0);
      expect(output).toMatch(
        /its last migration is 9999_later of 20.*, the last one that this version .* is 00/,
      );
      expect(output).toContain('start Scoreline 9.8.7 or newer');
      expect(output).not.toMatch(/^ +at /m);
    }
  } finally {
    instance.remove();
  }
});
