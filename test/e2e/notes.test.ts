import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runImport } from '../../ingestion/files/import/run-import.ts';
import { httpSink } from '../../ingestion/files/import/sink.ts';
import { parseFileMap } from '../../ingestion/files/map/file-map.ts';
import { DIMENSIONS } from '../fixtures/database.ts';
import { ADMIN_KEY } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* What is changed or guessed in a response is reported by every endpoint, and the response counts. */

const CASES = new URL('../fixtures/cases/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'scoreline-notes-'));
const server = useServer();
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
});

interface Account {
  readonly accepted: number;
  readonly rejectedTotal: number;
  readonly notes?: unknown;
  readonly noted?: unknown;
}
type Item = Record<string, unknown>;
const SUBMIT = `mutation ($input: [ResponseInput!]!) { submitResponses(input: $input) {
  accepted rejectedTotal notes { code count } noted { index codes } } }`;
const MAP = {
  source: 'doors',
  survey: { name: 'nps', version: '1' },
  externalId: 'externalId',
  answeredAt: { column: 'answeredAt' },
  score: { column: 'score', scale: '0-10' },
  comment: 'comment',
  dimensions: { region: { column: 'region' } },
};
const accountOf = async (answer: Promise<Response>) => (await (await answer).json()) as Account;
const lines = (items: readonly unknown[]) => items.map((one) => JSON.stringify(one)).join('\n');

/** How each endpoint takes items in Scoreline's own form, and its name for their notes. */
const DOORS: Readonly<Record<string, (items: readonly Item[]) => Promise<Account>>> = {
  json: (items) => accountOf(server.post('/ingest/responses', items)),
  ndjson: (items) => accountOf(server.post('/ingest/responses', lines(items), 'application/x-ndjson')),
  mutation: async (input) => {
    const { data } = await server.graphql<{
      submitResponses: Account & { notes: { code: string; count: number }[] };
    }>(SUBMIT, { input });
    const { notes, ...account } = data.submitResponses;
    return { ...account, notes: Object.fromEntries(notes.map(({ code, count }) => [code, count])) };
  },
  file: (items) => {
    const rows = items.map((values, i) => ({
      line: i + 2,
      values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)])),
    }));
    return accountOf(server.post('/ingest/file', lines([{ map: MAP, file: 'f.csv' }, ...rows])));
  },
};

describe.each(Object.keys(DOORS))('at the endpoint %s', (door) => {
  const take = DOORS[door] as (typeof DOORS)[string];
  const item = (name: string, more: Item): Item => ({
    externalId: `${door} ${name}`,
    answeredAt: '2026-01-01T00:00:00Z',
    score: 9,
    ...more,
  });

  it('a comment that is too long loses its end, not the response', async () => {
    const account = await take([
      item('short', { comment: 'short' }),
      item('long', { comment: 'again and '.repeat(2_500) }),
    ]);
    expect(account).toMatchObject({ accepted: 2, rejectedTotal: 0, notes: { COMMENT_CUT: 1 } });
    expect(account.noted).toEqual([
      { index: 1, codes: ['COMMENT_CUT'], ...(door === 'file' ? { line: 3 } : {}) },
    ]);
  });

  it('nor does one that is longer than an item is stored, nor a long value of a dimension', async () => {
    const account = await take([
      item('huge', { comment: 'so "so" '.repeat(120_000) }),
      item('value', { region: 'x'.repeat(201) }),
    ]);
    expect(account).toMatchObject({
      accepted: 2,
      rejectedTotal: 0,
      notes: { COMMENT_CUT: 1, ITEM_CUT: 1, VALUE_TOO_LONG: 1 },
    });
  });
});

it('an invalid name rejects its item, because without it the response is another one', async () => {
  const item = (more: Item): Item => ({
    externalId: 'names',
    answeredAt: '2026-01-01T00:00:00Z',
    score: 9,
    ...more,
  });
  const long = 'x'.repeat(5_000);
  const account = await (DOORS['json'] as (typeof DOORS)[string])([
    item({ externalId: long }),
    item({ respondent: long }),
    item({ source: long }),
    item({ survey: long }),
  ]);
  expect(account).toMatchObject({
    accepted: 0,
    rejectedTotal: 4,
    rejectedByCode: [{ code: 'TOO_LONG', count: 4 }],
  });
});

describe('an import through the server', () => {
  const importFile = async (path: string, map: unknown) =>
    runImport({
      path,
      map: parseFileMap(map, DIMENSIONS),
      sink: httpSink({
        url: server.url,
        key: ADMIN_KEY,
        patienceMs: 10_000,
        onRetry: () => undefined,
      }),
      dataDir: folder,
      rejectsPath: join(folder, 'rejects.ndjson'),
      restart: true,
      isStopping: () => false,
      onProgress: () => undefined,
    });

  it('counts the notes and names their first lines', async () => {
    const map = JSON.parse(readFileSync(join(CASES, '10-long.map.json'), 'utf8'));
    const { account, firstNotes } = await importFile(join(CASES, '10-long.csv'), map);
    expect(account).toMatchObject({ accepted: 2, rejected: 0, notes: { COMMENT_CUT: 1 } });
    expect(firstNotes).toEqual([{ line: 2, code: 'COMMENT_CUT' }]);
    const { data } = await server.graphql<{ nps: { detractors: number }[] }>(
      '{ nps(asOf: "2026-12-01T00:00:00Z", window: "P90D", segment: { productLine: "case-10" }) { responses promoters detractors } }',
    );
    expect(data.nps).toEqual([{ responses: 2, promoters: 1, detractors: 1 }]);
  });

  it('accepts rows of any size that a file may have, and headings as long as a question', async () => {
    const path = join(folder, 'large.csv');
    const question = `Why? ${'and please explain '.repeat(30)}`.trim();
    const rows = Array.from(
      { length: 22 },
      (_, i) =>
        `${i},2026-01-01T00:00:00Z,9,"${'say ""why"" '.repeat(10_000)}",${'<p>mail</p>'.repeat(70_000)}`,
    );
    writeFileSync(path, [`externalId,answeredAt,score,${question},mail`, ...rows].join('\n'));
    const map = { ...MAP, source: 'large', comment: question, dimensions: {} };
    const { account } = await importFile(path, map);
    expect(account).toMatchObject({ accepted: 22, rejected: 0, notes: { COMMENT_CUT: 22 } });
  });
});
