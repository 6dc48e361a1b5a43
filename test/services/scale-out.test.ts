import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isAfter, type JournalPosition, parsePosition } from '../../store/journal/journal.ts';
import { disagreements } from '../faults/balance.ts';
import { planOf, REGIONS } from '../faults/plan.ts';
import { readBooks, sql } from '../faults/read-books.ts';
import { pause, type Receipts, send } from '../faults/send.ts';
import { KEYS } from '../faults/world.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';
import {
  ADMIN_KEY,
  freshInstance,
  type Instance,
  type RunningServer,
  startServer,
  until,
} from '../fixtures/server.ts';
import {
  type ClassCounts,
  clientsOf,
  type ReceivedUpdate,
  type Resuming,
  subscribeAndResume,
} from '../fixtures/several-servers.ts';
import { type RunningNeo4j, startNeo4j } from './neo4j.ts';

/*
 * Two processes that answer, two that take in, and one that follows, on one database, as docs/guides/scaling.md starts them. Each is killed under load and replaced by one
 * with an empty data folder. Nothing is lost, nothing counts twice, and every process shows the same.
 */

const EVENTS = 2_000;
const SEED = 19;
/** The processes that the guide starts, in the order in which they are killed. */
const GUIDE = readFileSync(new URL('../../docs/guides/scaling.md', import.meta.url), 'utf8');
type Role = 'api' | 'ingest' | 'follow';
const STARTED = [...GUIDE.matchAll(/^SCORELINE_ROLES=(\w+) .*npm start$/gm)].map(([, role]) => role as Role);
const PROCESSES = STARTED.map((name, i) => ({
  name,
  at: STARTED.slice(0, i).filter((one) => one === name).length,
}));
/** Of the plan, for each kill: while a process is replaced, no more than half of it is sent; the other clients go on. */
const SHARE = 1 / (PROCESSES.length + 2);
const PAUSE_MS = 30;
/** Positions whose rows are compared with what the journal says of them. */
const LOOKED_UP = 25;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const OWN_REGIONS = ['own 0', 'own 1'];

const running: Record<Role, RunningServer[]> = { api: [], ingest: [], follow: [] };
const instances: Instance[] = [];
let neo4j: RunningNeo4j;
let databaseUrl: string;
const clients = clientsOf(running);

beforeAll(async () => {
  neo4j = await startNeo4j();
  const first = await freshInstance();
  instances.push(first);
  databaseUrl = first.env.DATABASE_URL as string;
  // The first start makes what all find.
  for (const { name, at } of PROCESSES.slice(0, 1)) await start(name, at);
  await Promise.all(PROCESSES.slice(1).map(({ name, at }) => start(name, at)));
});
afterAll(async () => {
  await Promise.all(Object.values(running).flatMap((all) => all.map((one) => one.stop('SIGKILL'))));
  for (const instance of instances) instance.remove();
  await neo4j?.dispose();
});

async function start(role: Role, at: number): Promise<void> {
  const instance = await freshInstance({
    ...KEYS,
    DATABASE_URL: databaseUrl,
    NEO4J_URL: neo4j.url,
    SCORELINE_ROLES: role,
    SCORELINE_LOG_LEVEL: 'warn',
  });
  instances.push(instance);
  running[role][at] = await startServer(instance);
}

const rows = async <Row extends object>(text: string) =>
  (await sql<Row & Record<string, unknown>>({ databaseUrl }, text)).rows;

const COUNTS = 'promoters passives detractors responses';
const BY_REGION = `{ nps(groupBy: [REGION]) { region ${COUNTS} } }`;
const BY_DAY = (from: number, to: number) =>
  `{ npsSeries(from: "${new Date(from).toISOString()}", to: "${new Date(to).toISOString()}", fill: false) { time ${COUNTS} } }`;
const UPDATES = [
  `subscription ($after: String) { npsUpdates(after: $after) { position row { id region ${COUNTS} } } }`,
  `subscription ($after: String) { npsUpdates(after: $after, groupBy: [REGION]) { position row { id region ${COUNTS} } } }`,
];

/** Kills each process when its share of the plan is sent, and starts another in its place. */
async function replaceAll(progress: () => number, onReplaced: () => void): Promise<void> {
  for (const [turn, { name, at }] of PROCESSES.entries()) {
    await until(() => progress() >= (turn + 1) * SHARE, `${name} ${at} is due`);
    await (running[name][at] as RunningServer).stop('SIGKILL');
    await start(name, at);
    onReplaced();
  }
}

/** Accepted = stored = shown by both = in the graph = the sum of the rollups, each answer once. */
async function expectBooksToAgree(receipts: Receipts): Promise<void> {
  const find = async (api: RunningServer) =>
    disagreements(await readBooks({ databaseUrl, neo4j, workers: [api] }, receipts));
  // The graph follows; nothing else may be behind.
  for (const api of running.api)
    expect((await find(api)).filter((one) => !one.includes('in the graph'))).toEqual([]);
  let left: string[] = [];
  await until(async () => {
    left = await find(running.api[0] as RunningServer);
    return left.length === 0;
  }, 'the graph follows').catch(() => undefined);
  expect(left, running.follow[0]?.output().slice(-2_000)).toEqual([]);
  await expectRollupsToEqualRecount({
    sql: rows as Parameters<typeof expectRollupsToEqualRecount>[0]['sql'],
  });
}

const RECOUNT = `(count(*) FILTER (WHERE class = 2))::integer AS promoters, (count(*) FILTER (WHERE class = 1))::integer AS passives,
  (count(*) FILTER (WHERE class = 0))::integer AS detractors, count(*)::integer AS responses FROM response r JOIN cell c ON c.id = r.cell_id`;

/** What a recount of the responses says is what both processes show. @returns it by region */
async function expectSameOnBoth(): Promise<(ClassCounts & { region: string })[]> {
  const byRegion = await rows<ClassCounts & { region: string }>(
    `SELECT attributes ->> 'region' AS region, ${RECOUNT} GROUP BY 1 ORDER BY 1`,
  );
  const byDay = await rows<ClassCounts & { time: string }>(
    `SELECT to_char(date_trunc('day', answered_at, 'UTC'), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time, ${RECOUNT} GROUP BY 1 ORDER BY 1`,
  );
  expect(byRegion.map(({ region }) => region)).toEqual([...REGIONS, ...OWN_REGIONS].sort());
  const days = BY_DAY(Date.now() - 5 * DAY_MS, Date.now());
  for (const api of running.api) {
    expect(await clients.ask(api, BY_REGION)).toEqual({ nps: byRegion });
    expect(await clients.ask(api, days)).toEqual({ npsSeries: byDay });
  }
  return byRegion;
}

/** The subscription broke, went on, never went back, and its last rows are those that are shown. */
async function expectToEndOn(
  { updates, breaks, unexpected }: Resuming,
  shown: readonly (ClassCounts & { region: string })[],
): Promise<void> {
  expect(unexpected).toEqual([]);
  expect(breaks()).toBeGreaterThan(0);
  const isGrouped = updates[0]?.row.region !== null;
  const wanted = isGrouped ? shown : [totalOf(shown)];
  const last = () => {
    const byRegion = new Map(updates.map(({ row: { id: _, ...row } }) => [row.region, row]));
    return [...byRegion.values()].sort((a, b) => ((a.region ?? '') < (b.region ?? '') ? -1 : 1));
  };
  await until(() => JSON.stringify(last()) === JSON.stringify(wanted), 'it has the last rows').catch(
    () => undefined,
  );
  expect(last()).toEqual(wanted);
  const places = updates.map(placeOf);
  expect(places.filter((place, i) => i > 0 && isAfter(places[i - 1] as JournalPosition, place))).toEqual([]);
  const counts = updates.map(({ row }) => row.responses);
  if (!isGrouped) expect(counts).toEqual([...counts].sort((a, b) => a - b));
}

const placeOf = ({ position }: ReceivedUpdate) => parsePosition(position) as JournalPosition;
function totalOf(shown: readonly ClassCounts[]) {
  const sum = (part: keyof ClassCounts) => shown.reduce((total, one) => total + one[part], 0);
  return {
    region: null,
    promoters: sum('promoters'),
    passives: sum('passives'),
    detractors: sum('detractors'),
    responses: sum('responses'),
  };
}

/** At one position every process sent the same row, and it is the one that the journal says. */
async function expectPositionsToHold(updates: readonly ReceivedUpdate[]): Promise<void> {
  const byPlace = new Map<string, ReceivedUpdate>();
  for (const update of updates) {
    const key = `${update.position} ${update.row.id}`;
    expect(update.row).toEqual((byPlace.get(key) ?? update).row);
    byPlace.set(key, update);
  }
  const all = [...byPlace.values()];
  expect(all.length).toBeGreaterThan(LOOKED_UP);
  const AS_KNOWN = `query ($id: ID!, $position: String!) { npsAsKnownAt(id: $id, position: $position) { known { id ${COUNTS} } } }`;
  for (let i = 0; i < LOOKED_UP; i++) {
    const {
      position,
      row: { region: _, ...row },
    } = all[Math.floor((i * all.length) / LOOKED_UP)] as ReceivedUpdate;
    const api = running.api[i % running.api.length] as RunningServer;
    expect(await clients.ask(api, AS_KNOWN, { id: row.id, position }), position).toEqual({
      npsAsKnownAt: { known: row },
    });
  }
}

/** Paths of which the guide says which processes serve them. */
const SERVED: Readonly<Record<string, readonly Role[]>> = {
  '/ingest/uploads': ['ingest'],
  '/survey.js': ['ingest'],
  '/graphql?query={viewer{name}}': ['api'],
  '/session/methods': ['api'],
  '/overview': ['api'],
  '/healthz': ['api', 'ingest', 'follow'],
  '/readyz': ['api', 'ingest', 'follow'],
  '/metrics': ['api', 'ingest', 'follow'],
};

it('the processes of the guide serve the paths that it says', async () => {
  expect(STARTED.toSorted()).toEqual(['api', 'api', 'follow', 'ingest', 'ingest']);
  const headers = { authorization: `Bearer ${ADMIN_KEY}` };
  for (const [path, roles] of Object.entries(SERVED)) {
    const served = await Promise.all(
      (['api', 'ingest', 'follow'] as const).map(async (role) => {
        const { status } = await fetch(`${running[role][0]?.url}${path}`, { headers });
        return status === 200 ? [role] : [];
      }),
    );
    expect(served.flat(), path).toEqual(roles);
  }
});

it('five processes, each killed under load and replaced, lose nothing, count nothing twice and show the same', async () => {
  const plan = planOf(SEED, EVENTS, Date.now(), ['http']);
  const watched = UPDATES.flatMap((query) =>
    running.api.map((_, first) => subscribeAndResume(running.api, query, first)),
  );
  let replaced = 0;
  const sender = send({ workers: running.ingest }, plan, async (progress) => {
    await pause(PAUSE_MS);
    while (replaced < PROCESSES.length && progress > (replaced + 1.5) * SHARE) await pause(PAUSE_MS);
  });
  const writers = OWN_REGIONS.map(clients.writeAndRead);
  const reader = clients.readInTurn();
  await replaceAll(sender.progress, () => {
    replaced += 1;
  });
  const taken = await sender.done;
  const own = (await Promise.all(writers.map((one) => one.stop()))).flat();
  expect(await reader.stop()).toBeGreaterThan(0);
  expect([...clients.unexpected, ...taken.unexpected]).toEqual([]);

  const answers = new Map([...taken.answers, ...own.map((one) => [one.externalId, one] as const)]);
  await expectBooksToAgree({ ...taken, answers });
  const shown = await expectSameOnBoth();
  for (const one of watched) await expectToEndOn(one, shown);
  await expectPositionsToHold(watched.flatMap(({ updates }) => updates));
  expect(clients.unexpected).toEqual([]);
  await Promise.all(watched.map((one) => one.stop()));
});
