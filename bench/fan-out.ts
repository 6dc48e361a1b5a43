import { type Server, startProgram, startScoreline } from './kit/process.ts';
import { figure, type Place, type Report } from './kit/report.ts';
import { openSubscribers } from './kit/subscribers.ts';
import { ingest, post } from './kit/traffic.ts';

const UPDATES = 200;
const WARM_UP = 20;
const AIM_MICROSECONDS = 3;
/** The first shows the cost of an update before it is delivered to others. */
const SHAPES = [
  { sockets: 1, each: 1 },
  { sockets: 20, each: 50 },
  { sockets: 1_000, each: 1 },
] as const;
const QUERY = `subscription { npsUpdates { position row {
  id time until score low high responses promoters passives detractors } } }`;

interface Cost {
  readonly cpuMicroseconds: number;
  readonly perUpdateMs: number;
}

/** CPU of the server per delivered update, with a thousand equal subscriptions. */
export async function fanOut({ databaseUrl }: Place): Promise<Report> {
  const [baseline, ours] = await Promise.all([
    startProgram('bench/fan-out-baseline.ts', {}),
    startScoreline(databaseUrl),
  ]);
  let next = 0;
  const contenders = [
    {
      name: 'baseline: graphql-ws as it comes',
      server: baseline,
      present: 0,
      update: () => post(`${baseline.url}/update`, '{}'),
    },
    {
      name: 'npsUpdates',
      server: ours,
      // Every subscriber is given the present row first.
      present: 1,
      update: () => {
        next += 1;
        const item = { externalId: `f${next}`, answeredAt: new Date().toISOString(), score: next % 11 };
        return ingest(ours.url, JSON.stringify(item), 1);
      },
    },
  ];
  const found: { name: string; shape: string; cost: Cost; base: Cost }[] = [];
  for (const { sockets, each } of SHAPES) {
    let base: Cost | undefined;
    for (const { name, server, present, update } of contenders) {
      const cost = await measure(server, sockets, each, present, update);
      base ??= cost;
      found.push({ name, shape: `${sockets} x ${each}`, cost, base });
    }
  }
  await Promise.all([baseline.stop(), ours.stop()]);
  const [alone = Number.NaN, ...shared] = found
    .filter(({ name }) => name === 'npsUpdates')
    .map(({ cost }) => cost.cpuMicroseconds);
  const worst = Math.max(...shared);
  return {
    title: 'one update to 1,000 equal subscriptions',
    method:
      `${UPDATES} updates after ${WARM_UP}, each begun when all had the one before; user and kernel time of the server's process ` +
      '(/proc/PID/stat) over the deliveries. Ours includes taking in the response over HTTP, storing it, reading the journal and ' +
      'the score. Baseline: a schema of these fields, one async iterator per subscription, the update ready-made in memory.',
    columns: [
      'what',
      'sockets x subscriptions',
      'µs CPU per delivery',
      'ms per update to all',
      'ratio to the baseline',
    ],
    rows: found.map(({ name, shape, cost, base }) => [
      name,
      shape,
      figure(cost.cpuMicroseconds),
      figure(cost.perUpdateMs),
      figure(cost.cpuMicroseconds / base.cpuMicroseconds),
    ]),
    bars: [
      {
        aim: `at most ${AIM_MICROSECONDS} µs per delivery`,
        found: `${figure(worst)} µs in the worse shape, of which ${figure(alone / 1_000)} µs are the update's own cost`,
        met: worst <= AIM_MICROSECONDS,
      },
    ],
  };
}

async function measure(
  server: Server,
  sockets: number,
  each: number,
  present: number,
  update: () => Promise<unknown>,
): Promise<Cost> {
  const subscriptions = sockets * each;
  const subscribers = await openSubscribers(server.url, QUERY, sockets, each);
  await subscribers.received(present * subscriptions);
  // An operation may still be on its way to a server that sends nothing at first.
  await new Promise((done) => setTimeout(done, 500));
  const updates = async (from: number, count: number) => {
    for (let i = from; i < from + count; i++) {
      await update();
      await subscribers.received((present + i + 1) * subscriptions);
    }
  };
  await updates(0, WARM_UP);
  const cpu = server.cpuSeconds();
  const started = performance.now();
  await updates(WARM_UP, UPDATES);
  const cost = {
    cpuMicroseconds: ((server.cpuSeconds() - cpu) * 1e6) / (UPDATES * subscriptions),
    perUpdateMs: (performance.now() - started) / UPDATES,
  };
  subscribers.close();
  return cost;
}
