import { type Server, startProgram, startScoreline } from './kit/process.ts';
import { type Distribution, distribution, figure, type Place, type Report } from './kit/report.ts';
import { openSubscribers } from './kit/subscribers.ts';
import { ingest, post } from './kit/traffic.ts';

const UPDATES = 200;
const WARM_UP = 20;
/** Every contender's updates begin so far apart: one that is sent again at once has warm caches, which an update of ours never has. */
const PACE_MS = 70;
/** So long nothing is sent: what a process uses then, for its polls and timers, is no cost of an update. */
const IDLE_MS = 10_000;
/** One update alone shows its own cost; what more subscriptions cost beyond it is their delivery. */
const ALONE = { sockets: 1, each: 1 };
const SEPARATE = { sockets: 1_000, each: 1 };
const SHARED = { sockets: 20, each: 50 };
const MANY = { sockets: 10_000, each: 1 };
const QUERY = `subscription { npsUpdates { position row {
  id time until score low high responses promoters passives detractors } } }`;

/** Of all deliveries of an update, beyond what the update costs alone, to the same in raw frames. */
const AIM_TO_RAW = 1.2;
const AIM_SHARED_MICROSECONDS = 2;
const AIM_OWN_MS = 2;

type Shape = typeof ALONE;

interface Cost {
  /** Beyond what the process uses in the same time while it is idle. */
  readonly cpuMsPerUpdate: number;
  /** CPU ms per second. */
  readonly idle: number;
  readonly took: Distribution;
}

interface Contender {
  readonly name: string;
  readonly server: Server;
  /** How many updates every subscriber is given at first. */
  readonly present: number;
  readonly shapes: readonly Shape[];
  readonly update: () => Promise<unknown>;
}

/** CPU of the server for an update, alone and to thousands of equal subscriptions. */
export async function fanOut({ databaseUrl }: Place): Promise<Report> {
  const [baseline, ours] = await Promise.all([
    startProgram('bench/fan-out-baseline.ts', {}),
    startScoreline(databaseUrl),
  ]);
  let next = 0;
  const fromBaseline = { server: baseline, present: 0, shapes: [ALONE, SHARED, SEPARATE] };
  const contenders: Contender[] = [
    { ...fromBaseline, name: RAW, update: () => post(`${baseline.url}/raw`, '{}') },
    { ...fromBaseline, name: LIBRARY, update: () => post(`${baseline.url}/update`, '{}') },
    {
      name: OURS,
      server: ours,
      present: 1,
      shapes: [ALONE, SHARED, SEPARATE, MANY],
      update: () => {
        next += 1;
        const item = { externalId: `f${next}`, answeredAt: new Date().toISOString(), score: next % 11 };
        return ingest(ours.url, JSON.stringify(item), 1);
      },
    },
  ];
  const found = new Map<string, Cost>();
  for (const shape of [ALONE, SHARED, SEPARATE, MANY])
    for (const contender of contenders)
      if (contender.shapes.includes(shape))
        found.set(keyOf(contender.name, shape), await measure(contender, shape));
  await Promise.all([baseline.stop(), ours.stop()]);
  return report(contenders, (name, shape) => found.get(keyOf(name, shape)) as Cost);
}

const RAW = 'raw frames: one write for each socket';
const LIBRARY = 'graphql-ws as it comes';
const OURS = 'npsUpdates';

const keyOf = (name: string, { sockets, each }: Shape) => `${name} ${sockets} x ${each}`;

function report(contenders: readonly Contender[], costOf: (name: string, shape: Shape) => Cost): Report {
  /** Of one delivery, without the update's own cost. */
  const delivery = (name: string, shape: Shape) => {
    const more = costOf(name, shape).cpuMsPerUpdate - costOf(name, ALONE).cpuMsPerUpdate;
    return (more * 1_000) / (shape.sockets * shape.each - 1);
  };
  const rows = contenders.flatMap(({ name, shapes }) =>
    shapes.map((shape) => {
      const { cpuMsPerUpdate, idle, took } = costOf(name, shape);
      const isAlone = shape === ALONE;
      const ratio = isAlone || shape === MANY ? '' : figure(delivery(name, shape) / delivery(RAW, shape));
      return [
        name,
        `${shape.sockets} x ${shape.each}`,
        figure(cpuMsPerUpdate),
        isAlone ? '' : figure(delivery(name, shape)),
        ratio,
        figure(idle),
        figure(took.p50),
        figure(took.p99),
      ];
    }),
  );
  const toRaw = delivery(OURS, SEPARATE) / delivery(RAW, SEPARATE);
  const shared = delivery(OURS, SHARED);
  const own = costOf(OURS, ALONE).cpuMsPerUpdate;
  return {
    title: 'one update to equal subscriptions',
    method:
      `${UPDATES} updates after ${WARM_UP}, each begun when all had the one before, and ${PACE_MS} ms after that at the earliest; user and kernel time of the server's process ` +
      '(/proc/PID/stat), less what it used in the same time of the ' +
      `${IDLE_MS / 1_000} s before, in which nothing was sent. A delivery: what an update to that many costs beyond one to a single subscription. An update of ours ` +
      'includes taking in the response over HTTP, storing it, reading the journal and the score, and waits 50 ms for others; ' +
      'the baselines send one that is ready-made in memory. The clients share the cores.',
    columns: [
      'what',
      'sockets x subscriptions',
      'ms CPU per update',
      'µs CPU per delivery',
      'to raw frames',
      'idle, ms CPU per s',
      'p50 ms to all',
      'p99 ms to all',
    ],
    rows,
    bars: [
      {
        aim: `at most ${AIM_TO_RAW} times raw frames at ${figure(SEPARATE.sockets)} sockets`,
        found: figure(toRaw),
        met: toRaw <= AIM_TO_RAW,
      },
      {
        aim: `at most ${AIM_SHARED_MICROSECONDS} µs per delivery where ${SHARED.each} subscriptions share a socket`,
        found: `${figure(shared)} µs`,
        met: shared <= AIM_SHARED_MICROSECONDS,
      },
      {
        aim: `at most ${AIM_OWN_MS} ms for an update itself`,
        found: `${figure(own)} ms`,
        met: own <= AIM_OWN_MS,
      },
    ],
  };
}

async function measure({ server, present, update }: Contender, { sockets, each }: Shape): Promise<Cost> {
  const subscriptions = sockets * each;
  const subscribers = await openSubscribers(server.url, QUERY, sockets, each);
  await subscribers.received(present * subscriptions);
  // An operation may still be on its way to a server that sends nothing at first.
  await new Promise((done) => setTimeout(done, 500));
  const took: number[] = [];
  const updates = async (from: number, count: number) => {
    for (let i = from; i < from + count; i++) {
      const started = performance.now();
      await update();
      await subscribers.received((present + i + 1) * subscriptions);
      took.push(performance.now() - started);
      await new Promise((done) => setTimeout(done, started + PACE_MS - performance.now()));
    }
  };
  /** CPU seconds per second. */
  const used = async (work: () => Promise<unknown>) => {
    const [cpu, began] = [server.cpuSeconds(), performance.now()];
    await work();
    const seconds = (performance.now() - began) / 1_000;
    return { seconds, rate: (server.cpuSeconds() - cpu) / seconds };
  };
  await updates(0, WARM_UP);
  const { rate: idle } = await used(() => new Promise((done) => setTimeout(done, IDLE_MS)));
  const { rate, seconds } = await used(() => updates(WARM_UP, UPDATES));
  subscribers.close();
  return {
    cpuMsPerUpdate: ((rate - idle) * seconds * 1_000) / UPDATES,
    idle: idle * 1_000,
    took: distribution(took.slice(WARM_UP)),
  };
}
