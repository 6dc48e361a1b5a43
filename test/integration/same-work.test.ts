import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scope } from '../../domain/access/scope.ts';
import type { ScoreStart } from '../../graph/kinds/score.ts';
import { createRecordLineage } from '../../graph/record/record-lineage.ts';
import { impactOf } from '../../graph/traversal/impact.ts';
import { lineagePath } from '../../graph/traversal/path.ts';
import { traceLineage } from '../../graph/traversal/trace.ts';
import { type ScopedSession, scopedSession } from '../../store/database/client.ts';
import { readResponses, readResponsesById } from '../../store/responses/responses.ts';
import { readScores } from '../../store/scores/scores.ts';
import { DIMENSIONS, narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/*
 * How long an answer takes depends on the work for it. In two databases that differ only in what a caller may
 * not see, the same statements are sent to the database for the caller, in the same order, and as many rows
 * come back through the scoped views. What the database itself reads on the way is not compared:
 * docs/guides/security.md.
 */
const HOUR_MS = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
const answer = (region: string, i: number, more: object = {}) => ({
  externalId: `${region} ${i}`,
  answeredAt: new Date(NOW - (i % 40) * HOUR_MS).toISOString(),
  score: (i * 7) % 11,
  region,
  productLine: i % 2 === 0 ? 'Rail' : 'Air',
  source: region === 'Peru' ? 'peruvian' : 'web',
  comment: `comment ${i}`,
  ...more,
});
const VISIBLE = Array.from({ length: 40 }, (_, i) => answer('Germany', i));
const PERU = Array.from({ length: 300 }, (_, i) => answer('Peru', i, { channel: `c${i % 9}` }));

let without: TestDatabase;
let withHidden: TestDatabase;
beforeAll(async () => {
  [without, withHidden] = await Promise.all([openTestDatabase(), openTestDatabase()]);
  await without.submit(VISIBLE);
  await withHidden.submit([...PERU.slice(0, 150), ...VISIBLE, ...PERU.slice(150)]);
});
afterAll(async () => {
  await Promise.all([without?.close(), withHidden?.close()]);
});

const sees = (cell: { readonly attributes: Readonly<Record<string, string>> }) =>
  cell.attributes.region !== 'Peru';
const CALLERS = [
  narrowScope('narrow', sees),
  narrowScope('aggregates', sees, { smallestCount: 5, withheld: ['readResponse'] }),
];
const score = (segment: ScoreStart['segment']): ScoreStart => ({
  id: `score ${JSON.stringify(segment)}`,
  segment,
  label: '',
  basis: 'SURVEYED',
  model: null,
  from: NOW - 48 * HOUR_MS,
  until: NOW + HOUR_MS,
});

/** Everything that is sent for the caller, by what was asked: statements and how many rows came back. */
async function workFor(database: TestDatabase, scope: Scope): Promise<Record<string, string[]>> {
  const work: Record<string, string[]> = {};
  let now: string[] = [];
  const counted = (session: ScopedSession) =>
    scopedSession({
      rows: async (statement, parameters) => {
        const rows = await session.rows<never>(statement, parameters);
        // Names of sources and surveys are not behind the scoped views: each process caches all of them.
        now.push(statement.name === 'mappings_load' ? statement.name : `${statement.name}: ${rows.length}`);
        return rows;
      },
    });
  const store = counted(database.scopedReader.as(scope));
  const lineage = createRecordLineage(store);
  const deps = { ...database, store, lineage, dimensions: DIMENSIONS, now: () => NOW };
  const responses = await database.sql<{ id: string }>(
    `SELECT id FROM response WHERE external_id IN ('Germany 0', 'Peru 0') ORDER BY external_id`,
  );
  const of = (region: string) =>
    database.cells.all().find(({ attributes }) => attributes.region === region)?.key ?? '0'.repeat(24);
  // Of what is hidden, and of what never was.
  const hidden = ['Source:peruvian', `Cell:${of('Peru')}`, `Response:${responses[1]?.id ?? 'f'.repeat(8)}`];
  const never = ['Source:nowhere', `Cell:${'1'.repeat(24)}`];
  const run = async (name: string, ask: () => Promise<unknown>) => {
    now = [];
    await ask();
    // What is asked at once comes back in an order of chance.
    work[name] = now.sort();
  };
  const windows = [1, 24, 400].map((hours) => ({ from: NOW - hours * HOUR_MS, until: NOW + HOUR_MS }));
  for (const segment of [{}, { region: ['Peru'] }, { region: ['Germany', 'Peru'] }, { channel: ['c1'] }])
    for (const groupBy of [[], ['region'], ['channel']])
      await run(`nps ${JSON.stringify([segment, groupBy])}`, () =>
        readScores(deps, scope, { segment, basis: 'SURVEYED', confidence: 0.95, groupBy, windows }),
      );
  await run('responses', () =>
    readResponses(deps, scope, { segment: {}, from: null, to: null, first: 100, after: null }),
  );
  await run('responses by id', () =>
    readResponsesById(deps, scope, [responses[1]?.id ?? '00000000-0000-4000-8000-000000000000']),
  );
  for (const id of ['Source:web', `Cell:${of('Germany')}`, ...hidden.slice(0, 2), ...never]) {
    const kind = hidden.includes(id) ? `hidden ${id.split(':')[0]}` : id;
    const trace = { start: id, direction: 'DOWNSTREAM', first: 50, after: null } as const;
    await run(`trace ${kind}`, () => traceLineage(deps, scope, trace));
    await run(`impact ${kind}`, async () =>
      (await impactOf(deps, scope, { id, first: 50, after: null }))?.totals(),
    );
    await run(`path ${kind}`, () => lineagePath(deps, scope, score({}), id));
  }
  for (const segment of [{}, { region: ['Peru'] }])
    await run(`trace of a score ${JSON.stringify(segment)}`, () =>
      traceLineage(deps, scope, { start: score(segment), direction: 'UPSTREAM', first: 500, after: null }),
    );
  return work;
}

describe('the work for a caller', () => {
  it.each(CALLERS.map((scope) => [scope.fingerprint, scope] as const))(
    'is the same whatever there is that they may not see: %s',
    async (_, scope) => {
      // The first time notes the scope's cells and makes the ledger, whatever is asked.
      for (const database of [without, withHidden]) await workFor(database, scope);
      const [one, other] = [await workFor(without, scope), await workFor(withHidden, scope)];
      expect(other).toEqual(one);
      expect(Object.values(one).flat().length).toBeGreaterThan(40);
      // And what is hidden takes what never was does.
      for (const kind of ['Source', 'Cell'])
        for (const what of ['trace', 'impact', 'path']) {
          const never = Object.entries(other).find(
            ([name]) => name.startsWith(`${what} ${kind}:`) && /nowhere|1{24}/.test(name),
          );
          expect(other[`${what} hidden ${kind}`], `${what} ${kind}`).toEqual(never?.[1]);
        }
    },
  );
});
