import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { KEY, pause, startScoreline } from './kit/process.ts';
import { distribution, figure, type Place, type Report } from './kit/report.ts';
import { cellFields, inFlight, ingest, responseAt } from './kit/traffic.ts';

const RESPONSES = 200;
const WARM_UP = 20;
const AIM_MS = 500;
/** Of another cell than the subscribed one, for the measurement under load. */
const LOAD_BATCH = 500;

/** From the 202 of one response until a subscriber has the update that counts it. */
export async function freshness({ databaseUrl }: Place): Promise<Report> {
  const server = await startScoreline(databaseUrl);
  const watch = await watchResponses(server.url);
  let sent = 0;
  const waits = async (count: number): Promise<number[]> => {
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      sent += 1;
      const item = {
        externalId: `w${sent}`,
        answeredAt: new Date().toISOString(),
        score: 9,
        region: 'watched',
      };
      await ingest(server.url, JSON.stringify(item), 1);
      const accepted = performance.now();
      await watch.counted(sent);
      times.push(Math.max(0, performance.now() - accepted));
      await pause(20 + (i % 10) * 15);
    }
    return times;
  };
  await waits(WARM_UP);
  const quiet = distribution(await waits(RESPONSES));

  let loading = true;
  let loaded = 0;
  const load = (async () => {
    for (const until = Date.now(); loading; loaded += LOAD_BATCH) {
      const items = Array.from({ length: LOAD_BATCH }, (_, i) => ({
        ...responseAt(loaded + i, until, 30),
        ...cellFields(i),
      }));
      await inFlight([JSON.stringify(items)], 1, (body) => ingest(server.url, body, LOAD_BATCH));
      await pause(150);
    }
  })();
  const started = performance.now();
  const busy = distribution(await waits(RESPONSES));
  const rate = loaded / ((performance.now() - started) / 1000);
  loading = false;
  await load;
  watch.close();
  await server.stop();
  const row = (what: string, { p50, p99, max }: typeof quiet) => [
    what,
    figure(p50),
    figure(p99),
    figure(max),
  ];
  return {
    title: 'from accepted (202) to the update at a subscriber',
    method:
      `${RESPONSES} single responses of one segment, each sent 20 to 155 ms after the update of the one before, and one ` +
      'graphql-ws client that subscribes to that segment; from reading the 202 until the update with its count is there. ' +
      'Updates are sent every 50 ms, by design.',
    columns: ['what', 'p50 ms', 'p99 ms', 'max ms'],
    rows: [
      row('nothing else going on', quiet),
      row(`while batches of ${LOAD_BATCH} come in at ${figure(rate)} responses/s`, busy),
    ],
    bars: [
      {
        aim: `p99 under ${AIM_MS} ms`,
        found: `${figure(quiet.p99)} ms, under load ${figure(busy.p99)} ms`,
        met: Math.max(quiet.p99, busy.p99) < AIM_MS,
      },
    ],
  };
}

/** Subscribes to the watched segment; `counted` resolves once an update counts so many responses. */
async function watchResponses(url: string) {
  const socket = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${KEY}` },
    retryAttempts: 0,
  });
  const arrived = new EventTarget();
  let responses = -1;
  const query = 'subscription { npsUpdates(segment: { region: ["watched"] }) { row { responses } } }';
  const stop = socket.subscribe<{ npsUpdates: { row: { responses: number } } }>(
    { query },
    {
      next: ({ data }) => {
        responses = data?.npsUpdates.row.responses ?? responses;
        arrived.dispatchEvent(new Event('update'));
      },
      error: (error) => {
        throw new Error(JSON.stringify(error));
      },
      complete: () => undefined,
    },
  );
  const counted = async (count: number) => {
    while (responses < count) await once(arrived, 'update');
  };
  await counted(0);
  return {
    counted,
    close: () => {
      stop();
      void socket.dispose();
    },
  };
}
