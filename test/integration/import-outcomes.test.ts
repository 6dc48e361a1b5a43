import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importOutcomes, type RejectedRow } from '../../ingestion/files/outcomes/import-outcomes.ts';
import { isOutcomeMap, parseOutcomeMap } from '../../ingestion/files/outcomes/outcome-map.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

let database: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'outcomes-'));
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const MAP = {
  source: 'billing',
  externalId: 'Invoice',
  account: 'Customer',
  at: { column: 'Date', format: 'dd.MM.yyyy', zone: 'Europe/Berlin' },
  revision: { column: 'Version', format: 'number' },
  dimensions: { region: { column: 'Country', default: 'Germany' } },
  where: { Status: ['paid', 'returned'] },
  outcomes: {
    kind: { column: 'Status', values: { paid: 'PAYMENT', returned: 'REFUND' } },
    amount: { column: 'Sum', decimal: ',' },
    currency: { value: 'EUR' },
    name: { column: 'Plan' },
  },
};

async function run(text: string, map: object = MAP) {
  const path = join(folder, 'invoices.csv');
  writeFileSync(path, text);
  const rejected: RejectedRow[] = [];
  const counts = await importOutcomes({
    path,
    map: parseOutcomeMap(map, DIMENSIONS),
    send: (items) => database.submitOutcomes(items),
    isStopping: () => false,
    onRejected: (rows) => void rejected.push(...rows),
  });
  return { counts, rejected };
}

const HEAD = 'Invoice;Customer;Date;Version;Country;Status;Sum;Plan';
const stored = () =>
  database.sql<Record<string, unknown>>(
    `SELECT o.external_id, o.kind, o.amount, o.currency, o.name, o.at, c.attributes->>'region' AS region
      FROM outcome o JOIN cell c ON c.id = o.cell_id JOIN source s ON s.id = o.source_id AND s.name = 'billing' ORDER BY 1`,
  );

describe('a file of outcomes', () => {
  it('is read by its map, every row accounted for, and once', async () => {
    const file = [
      HEAD,
      'R1;ACME;01.03.2026;1;Peru;paid;1.249,90;Team',
      'R2;ACME;02.03.2026;1;;returned;5,00;',
      'R3;ACME;03.03.2026;1;;open;5,00;',
      'R4;ACME;31.02.2026;1;;paid;5,00;',
      'R5;ACME;04.03.2026;1;;paid;a lot;',
      'R6;;04.03.2026;1;;paid;1,00;',
      '',
    ].join('\n');
    const { counts, rejected } = await run(file);
    expect(counts).toEqual({ accepted: 2, duplicates: 0, rejected: 3, leftOut: 1, interrupted: false });
    expect(rejected.map(({ line, code }) => [line, code])).toEqual(
      expect.arrayContaining([
        [5, 'INVALID_TIME'],
        [6, 'INVALID'],
        [7, 'MISSING'],
      ]),
    );
    const at = new Date('2026-02-28T23:00:00.000Z');
    const payment = { kind: 'PAYMENT', amount: 124_990, currency: 'EUR', name: 'Team', at, region: 'Peru' };
    expect(await stored()).toMatchObject([
      { external_id: 'R1', ...payment },
      { external_id: 'R2', kind: 'REFUND', amount: 500, name: null, region: 'Germany' },
    ]);
    expect((await run(file)).counts).toMatchObject({ accepted: 0, duplicates: 2, rejected: 3 });
  });

  it('corrects by revision, whatever the order of its rows', async () => {
    const rows = ['R1;ACME;01.03.2026;3;Peru;paid;7,00;Team', 'R1;ACME;01.03.2026;2;Peru;paid;6,00;Team'];
    expect((await run([HEAD, ...rows].join('\n'))).counts).toMatchObject({ accepted: 1, rejected: 1 });
    expect(await stored()).toMatchObject([{ external_id: 'R1', amount: 700 }, {}]);
  });

  it('is named by its map, whose mistakes are named', () => {
    expect(isOutcomeMap(MAP)).toBe(true);
    expect(isOutcomeMap({ ...MAP, outcomes: undefined, score: {} })).toBe(true);
    expect(isOutcomeMap({ source: 'x' })).toBe(false);
    expect(() => parseOutcomeMap({ ...MAP, score: { column: 'x' } }, DIMENSIONS)).toThrow(/score/);
    expect(() => parseOutcomeMap({ ...MAP, outcomes: {} }, DIMENSIONS)).toThrow(/outcomes.kind/);
    expect(() => parseOutcomeMap({ ...MAP, dimensions: { planet: { value: 'x' } } }, DIMENSIONS)).toThrow(
      /planet/,
    );
  });
});
