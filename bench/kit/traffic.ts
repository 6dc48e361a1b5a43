import { Agent, request } from 'node:http';
import { KEY, pause } from './process.ts';

const DAY_MS = 86_400_000;
const PRODUCTS = ['economy', 'business', 'first', 'cargo'];
const REGIONS = ['north', 'south', 'east', 'west'];
const STAGES = ['new', 'loyal'];
const CHANNELS = ['web', 'mail'];
const AGENT = new Agent({ keepAlive: true, maxSockets: 256 });

/** One of 64 cells, by number, as the fields of a response. */
export function cellFields(index: number) {
  return {
    productLine: PRODUCTS[index & 3] as string,
    region: REGIONS[(index >> 2) & 3] as string,
    lifecycleStage: STAGES[(index >> 4) & 1] as string,
    channel: CHANNELS[(index >> 5) & 1] as string,
  };
}

/** The n-th response of a made-up stream: over all 64 cells and the `days` up to `until`, a third with a comment. */
export function responseAt(n: number, until: number, days: number) {
  const spread = (Math.imul(n, 2_654_435_761) >>> 0) / 2 ** 32;
  return {
    externalId: `r${n}`,
    source: 'bench',
    respondent: `person-${n % 50_000}@example.org`,
    answeredAt: new Date(until - Math.floor(spread * days * DAY_MS)).toISOString(),
    score: (n * 7) % 11,
    comment: n % 3 === 0 ? `The crew was friendly, the seat less so; flight ${n} left late.` : null,
    ...cellFields(n % 64),
  };
}

/** Sends a body with the key over kept-alive connections; the answer's JSON. */
export function post<T>(url: string, body: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${KEY}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const call = request(url, { method: 'POST', agent: AGENT, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => {
        if ((answer.statusCode ?? 500) < 300) resolve(JSON.parse(text) as T);
        else reject(new Error(`${url} answered ${answer.statusCode}: ${text.slice(0, 300)}`));
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** Sends responses to our server and insists that each was accepted. */
export async function ingest(serverUrl: string, body: string, expected: number): Promise<void> {
  const { accepted } = await post<{ accepted: number }>(`${serverUrl}/ingest/responses`, body);
  if (accepted !== expected) throw new Error(`${accepted} of ${expected} responses accepted`);
}

/** The data of a GraphQL query. */
export async function graphql<T>(serverUrl: string, query: string, variables: object = {}): Promise<T> {
  const answer = await post<{ data: T; errors?: unknown }>(
    `${serverUrl}/graphql`,
    JSON.stringify({ query, variables }),
  );
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

/** Does the work for each item with so many at once; the seconds it took. */
export async function inFlight<T>(
  items: Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<unknown>,
): Promise<number> {
  const queue = items[Symbol.iterator]();
  const started = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = queue.next(); !next.done; next = queue.next()) await work(next.value);
    }),
  );
  return (performance.now() - started) / 1000;
}

/** Waits until each follower of the process has taken in the whole journal. */
export async function followed({ url }: { readonly url: string }): Promise<void> {
  const lags = async () => {
    const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${KEY}` } });
    return [...(await answer.text()).matchAll(/^scoreline_journal_lag_entries\{.*\} (\d+)$/gm)].map(
      ([, lag]) => lag,
    );
  };
  for (let left = await lags(); left.length === 0 || left.some((lag) => lag !== '0'); left = await lags())
    await pause(250);
}
