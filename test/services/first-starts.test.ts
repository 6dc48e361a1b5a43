import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/config.ts';
import { openDatabase } from '../../instance/open-database.ts';
import { openScoring } from '../../scoring/service.ts';
import { emptyDatabase } from '../fixtures/database.ts';

/* Several servers that share a folder and an empty database, started in the same moment. */

const STARTERS = 4;
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe('concurrent first starts', () => {
  it.each([1, 2, 3, 4, 5])('all come up, on one database (round %i)', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'scoreline-first-'));
    folders.push(folder);
    const config = await loadConfig({
      DATABASE_URL: (await emptyDatabase()) ?? '',
      SCORELINE_DATA_DIR: folder,
    });
    const start = async () => {
      const database = await openDatabase(config, () => undefined);
      const scoring = await openScoring({
        ...database,
        encoder: null,
        cacheFolder: join(folder, 'encoders'),
        now: Date.now,
        onError: () => undefined,
      });
      return { record: database, scoring };
    };
    const started = await Promise.allSettled(Array.from({ length: STARTERS }, start));
    const up = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const reasons = started.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
    try {
      expect(reasons).toEqual([]);
      const [first] = up;
      const read = <Row>(text: string) => first?.record.store.rows<Row>({ name: '', text }, []);
      expect(await read('SELECT stage FROM model_version WHERE id > 0')).toEqual([{ stage: 'CHAMPION' }]);
      expect(await read('SELECT count(*)::integer AS n FROM model_event')).toEqual([{ n: 2 }]);
      expect(await read('SELECT count(*)::integer AS n FROM instance')).toEqual([{ n: 1 }]);
      expect(new Set(up.map(({ record: database }) => database.encryption.tenant)).size).toBe(1);
    } finally {
      for (const { record: database, scoring } of up) {
        await scoring.close();
        await database.close();
      }
    }
  });
});
