import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { exportLineage } from '../../graph/export/openlineage/export.ts';
import { fileTransport, httpTransport } from '../../graph/export/openlineage/transports.ts';
import { narrowScope } from '../fixtures/database.ts';
import { iso, type LineageDatabase } from '../fixtures/lineage-database.ts';
import {
  COMMENT,
  type Event,
  expectPublishedSchemas,
  openExportedDatabase,
  RESPONDENT,
} from '../fixtures/openlineage-events.ts';

const FACETS = new URL('../fixtures/openlineage/facets/', import.meta.url);

let world: LineageDatabase;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openlineage-'));
  world = await openExportedDatabase();
});
afterAll(async () => {
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function exported(
  scope: Scope,
  name: string,
  restart = false,
): Promise<{ events: Event[]; sent: number }> {
  const path = join(folder, name);
  const options = { transport: fileTransport(path), engineVersion: '1', restart };
  await world.record.settled();
  const sent = await exportLineage(world.record, scope, options);
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return { events: lines.map((line) => JSON.parse(line)), sent };
}

describe('OpenLineage events', () => {
  it('conform to the published schemas of core and of every facet in them', async () => {
    const { events } = await exported(EVERYTHING, 'schemas.ndjson');
    expect(expectPublishedSchemas(events).size).toBe(readdirSync(FACETS).length);
  });

  it('report imports, scoring runs, trainings and sealings, each with a start and an end, and count their rows', async () => {
    const { events } = await exported(EVERYTHING, 'kinds.ndjson');
    const starts = events.filter(({ eventType }) => eventType === 'START');
    const ends = events.filter(({ eventType }) => eventType === 'COMPLETE');
    expect(ends.map(({ run }) => run.runId)).toEqual(starts.map(({ run }) => run.runId));
    expect(new Set(starts.map(({ run }) => run.runId)).size).toBe(starts.length);
    expect(new Set(ends.map(({ job }) => job.name))).toEqual(
      new Set(['import', 'scoring', 'training', 'sealing']),
    );
    const rows = (job: string) =>
      ends
        .filter(({ job: { name } }) => name === job)
        .reduce((sum, { outputs }) => sum + (outputs[0]?.outputFacets?.outputStatistics.rowCount ?? 0), 0);
    const [counted] = await world.record.sql<{ predictions: number; seals: number }>(
      'SELECT (SELECT count(*) FROM prediction)::integer AS predictions, (SELECT count(*) FROM seal)::integer AS seals',
    );
    expect(rows('scoring')).toBe(counted?.predictions);
    expect(rows('sealing')).toBe(counted?.seals);
    expect(ends.flatMap(({ inputs }) => inputs.map(({ name }) => name))).toContain('source/paper archive');
  });

  it('begin on a line of their own where an earlier export was cut off, or another program wrote', async () => {
    const { events } = await exported(EVERYTHING, 'whole.ndjson');
    const path = join(folder, 'torn.ndjson');
    const cut = readFileSync(join(folder, 'whole.ndjson'), 'utf8').slice(0, 50);
    for (const [before, kept] of [
      [cut, []],
      ['{"a":1}\n{"b', ['{"a":1}', '{"b']],
      ['{"a":1}\n', ['{"a":1}']],
    ] as const) {
      writeFileSync(path, before);
      await exportLineage(world.record, EVERYTHING, {
        ...{ transport: fileTransport(path), engineVersion: '1', restart: true },
      });
      const lines = readFileSync(path, 'utf8').split('\n');
      expect(lines.pop()).toBe('');
      expect(lines.splice(0, kept.length)).toEqual(kept);
      const [id, were] = [
        lines.map((line) => JSON.parse(line).run.runId),
        events.map(({ run }) => run.runId),
      ];
      expect(id).toEqual(were);
    }
  });

  it('continue where the last export to the same target ended, with the same ids from the beginning', async () => {
    const first = await exported(EVERYTHING, 'resumed.ndjson');
    expect(first.sent).toBeGreaterThan(10);
    expect((await exported(EVERYTHING, 'resumed.ndjson')).sent).toBe(0);
    await world.record.submit([{ externalId: 'later', answeredAt: iso(7), score: 9, region: 'Germany' }]);
    const later = await exported(EVERYTHING, 'resumed.ndjson');
    expect(later.sent).toBe(2);
    const again = await exported(EVERYTHING, 'again.ndjson');
    expect(new Set(again.events.map(({ run }) => run.runId))).toEqual(
      new Set(later.events.map(({ run }) => run.runId)),
    );
  });

  it('contain no content, and nothing of cells that the scope may not trace', async () => {
    const text = JSON.stringify((await exported(EVERYTHING, 'content.ndjson')).events);
    for (const planted of [COMMENT, RESPONDENT]) expect(text).not.toContain(planted);
    const notJapan = narrowScope('not japan', ({ attributes }) => attributes.region !== 'Japan');
    const { events } = await exported(notJapan, 'narrow.ndjson');
    expect(JSON.stringify(events)).not.toContain('paper archive');
    const sealed = events.find(({ job, eventType }) => job.name === 'sealing' && eventType === 'COMPLETE');
    const [counted] = await world.record.sql<{ n: number }>(
      `SELECT count(*)::integer AS n FROM seal s JOIN cell c ON c.id = s.cell_id WHERE c.attributes ->> 'region' <> 'Japan'`,
    );
    expect(sealed?.outputs[0]?.outputFacets?.outputStatistics.rowCount).toBe(counted?.n);
  });

  it('are not received by an address that redirects, such as to a page of login', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      if (request.method === 'POST') response.writeHead(302, { location: '/login' }).end();
      else response.writeHead(200).end('<title>Log in</title>');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/lineage`;
    const options = { transport: httpTransport(url, 'k'), engineVersion: '1', restart: false };
    try {
      for (let i = 0; i < 2; i++)
        await expect(exportLineage(world.record, EVERYTHING, options)).rejects.toThrow(
          `${url} answered 302: it redirects to /login;`,
        );
      expect(asked).toEqual(Array(2).fill('POST /api/v1/lineage'));
    } finally {
      server.close();
      server.closeAllConnections();
    }
    await expect(exportLineage(world.record, EVERYTHING, options)).rejects.toThrow(
      `${url} does not answer: connect ECONNREFUSED`,
    );
  });

  it('arrive over HTTP in order, and are sent again when they were refused', async () => {
    const got: Event[] = [];
    let refuse = true;
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        if (got.length === 5 && refuse) response.writeHead(503).end('not now');
        else {
          got.push(JSON.parse(body));
          response.writeHead(201).end();
        }
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/lineage`;
      const options = { transport: httpTransport(url, 'k'), engineVersion: '1', restart: false };
      await expect(exportLineage(world.record, EVERYTHING, options)).rejects.toThrow('503: not now');
      refuse = false;
      await exportLineage(world.record, EVERYTHING, options);
      const { events } = await exported(EVERYTHING, 'http.ndjson');
      const keys = (list: Event[]) => list.map(({ run, eventType }) => `${run.runId} ${eventType}`);
      expect(keys(got).slice(-events.length)).toEqual(keys(events));
    } finally {
      server.close();
    }
  });
});
