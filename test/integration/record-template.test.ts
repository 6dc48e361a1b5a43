import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pepperFingerprint } from '../../ingestion/pipeline/pseudonym.ts';
import type { Store } from '../../store/database/client.ts';
import { openPglite } from '../../store/database/pglite.ts';
import { findTemplate } from '../../store/database/pglite-template.ts';
import { checkPepper, readTenant } from '../../store/setup/instance.ts';
import { migrate } from '../../store/setup/migrate.ts';
import { PEPPER } from '../fixtures/database.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoreline-template-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const opened = async (name: string | undefined, template = findTemplate()) => {
  const store = await openPglite(name && join(folder, name), undefined, template);
  await migrate(store);
  return store;
};
const rowsOf = (store: Store, text: string) => store.rows<object>({ name: 'template_test', text }, []);
/** Everything that migrations make: columns, constraints, indexes, functions, triggers, views. */
const MADE = `SELECT 'column' AS kind, table_name || '.' || column_name || ' ' || data_type || ' ' || coalesce(column_default, '') AS is
    FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
  UNION ALL SELECT 'constraint', conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid <> 0
  UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT 'function', pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'public'
  UNION ALL SELECT 'trigger', pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT 'view', viewname || definition FROM pg_views WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
  ORDER BY 1, 2`;

describe('a new embedded database', () => {
  it('is the same from the template and from nothing, and contains no instance', async () => {
    expect(findTemplate()).toBeDefined();
    const records = await Promise.all([opened('made', ''), opened('unpacked'), opened(undefined)]);
    const [made, unpacked, inMemory] = await Promise.all(records.map((store) => rowsOf(store, MADE)));
    expect(made?.length).toBeGreaterThan(300);
    expect(unpacked).toEqual(made);
    expect(inMemory).toEqual(made);
    const tenants = [];
    for (const store of records) {
      expect(await rowsOf(store, 'SELECT * FROM instance')).toEqual([]);
      await checkPepper(store, [pepperFingerprint(PEPPER)]);
      tenants.push(await readTenant(store));
      await store.close();
    }
    expect(new Set(tenants).size).toBe(3);
  });

  it('is unpacked again when that was interrupted', async () => {
    await mkdir(join(folder, 'half.new'), { recursive: true });
    await writeFile(join(folder, 'half.new', 'PG_VERSION'), '17');
    await mkdir(join(folder, 'half'));
    const store = await opened('half');
    expect(await rowsOf(store, 'SELECT count(*) AS n FROM response')).toEqual([{ n: 0 }]);
    await store.close();
    expect(existsSync(join(folder, 'half.new'))).toBe(false);
  });
});
