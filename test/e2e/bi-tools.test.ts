import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request as open } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../config/gate-settings.ts';
import { useServer } from '../fixtures/use-server.ts';

/*
 * The requests that BI tools send, replayed with their methods, headers and encodings. The tools themselves are in no
 * registry that tests install from. docs/guides/bi.md says which tool is replayed from which source.
 */

const DOCUMENT =
  'query Scores($regions: [String!]) { nps(window: "P12W", asOf: "2024-03-06T00:00:00Z", groupBy: [REGION], segment: { region: $regions }) { region score responses } }';
const server = useServer({ trusted: [DOCUMENT], keys: { tool: 'analyst' } });

const REGIONS = ['Germany', 'Japan, Honshu', 'United States'];
const ITEMS = Array.from({ length: 60 }, (_, i) => ({
  externalId: `t${i}`,
  answeredAt: `2024-03-0${1 + (i % 5)}T09:00:00Z`,
  score: i % 11,
  region: REGIONS[i % 3],
  channel: i % 2 === 0 ? 'Web' : 'Desk',
  comment: 'Grüße aus Köln',
}));
beforeAll(async () => {
  expect(await (await server.post('/ingest/responses', ITEMS)).json()).toMatchObject({ accepted: 60 });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
}

/** Sends exactly these headers, which `fetch` would add to. */
async function send(
  path: string,
  headers: Record<string, string>,
  { method = 'GET', body }: { method?: string; body?: string } = {},
): Promise<Answer> {
  const request = open(`${server.url}${path}`, { method, headers, agent: false });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const sent = await buffer(response);
  const encoding = response.headers['content-encoding'];
  if (encoding !== undefined && !(headers['accept-encoding'] ?? '').includes(encoding))
    throw new Error(`the tool cannot decode ${encoding}`);
  const bytes = encoding === 'gzip' && sent.length > 0 ? gunzipSync(sent) : sent;
  return { status: response.statusCode ?? 0, headers: response.headers, bytes, text: bytes.toString('utf8') };
}
const rowsOf = ({ status, text }: Answer) => {
  expect(status, text).toBe(200);
  return JSON.parse(text) as Record<string, unknown>[];
};
const bearer = () => ({ authorization: `Bearer ${server.keys['tool']}` });
const basic = () => ({
  authorization: `Basic ${Buffer.from(`anyone:${server.keys['tool']}`).toString('base64')}`,
});
const PERIOD = 'from=2024-03-01T00%3A00%3A00.000Z';
const END = 'to=2024-03-06T00%3A00%3A00.000Z';

/* pkg/infinity/request.go and headers.go of https://github.com/grafana/grafana-infinity-datasource (3.11.1): parameters
 * are sorted and encoded again by Go's url.Values, Accept depends on the type of the query, only gzip is asked for. */
describe('Grafana, Infinity', () => {
  const infinity = (accept?: string) => ({
    ...bearer(),
    'user-agent': 'Go-http-client/1.1',
    'accept-encoding': 'gzip',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    ...(accept === undefined ? {} : { accept }),
  });
  const JSON_TYPE = 'application/json;q=0.9,text/plain';

  it('reads a time series as JSON and as CSV, with the time range of the dashboard', async () => {
    const path = `every=DAY&${PERIOD}&groupBy=REGION%2CCHANNEL&${END}`;
    const json = await send(`/bi/NpsSeries.json?${path}`, infinity(JSON_TYPE));
    expect(json.headers['content-encoding']).toBe('gzip');
    const rows = rowsOf(json);
    expect(rows).toHaveLength(30);
    expect(rows[0]).toMatchObject({ time: '2024-03-01T00:00:00.000Z', region: expect.any(String) });
    const csv = await send(`/bi/NpsSeries.csv?${path}`, infinity('text/csv; charset=utf-8'));
    expect(csv.status).toBe(200);
    expect(csv.text.trim().split('\r\n')).toHaveLength(31);
  });

  it.each([
    ['+ for a space', 'United+States', ['United States']],
    ['%20 for a space', 'United%20States', ['United States']],
    ['values of a variable in the format csv', 'Germany%2CUnited+States', ['Germany', 'United States']],
    ['a comma in a value', 'Japan%5C%2C+Honshu', ['Japan, Honshu']],
  ])('%s means the same value', async (_, value, regions) => {
    const rows = rowsOf(await send(`/bi/NpsByRegion.json?segment.region=${value}`, infinity(JSON_TYPE)));
    expect(rows.map(({ region }) => region)).toEqual(regions);
  });

  it('GraphQL: a POST whose variables are null where the panel has none', async () => {
    const body = JSON.stringify({
      query:
        '{ nps(window: "P12W", asOf: "2024-03-06T00:00:00Z", groupBy: [REGION]) { region score responses } }',
      variables: null,
    });
    const answer = await send(
      '/graphql',
      { ...infinity(JSON_TYPE), 'content-type': 'application/json' },
      { method: 'POST', body },
    );
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers['content-type']).toContain('application/json');
    expect(JSON.parse(answer.text).data.nps).toHaveLength(3);
  });

  it('a custom health check finds a list, and an error where the key is wrong', async () => {
    const { accept: _, ...headers } = infinity('');
    expect(rowsOf(await send('/bi', headers)).length).toBeGreaterThan(5);
    const wrong = await send('/bi', { ...headers, authorization: 'Bearer sl_wrong' });
    expect(wrong.status).toBe(401);
    expect(wrong.text).toContain('not known here');
  });
});

/* https://learn.microsoft.com/power-query/connectors/web/web (kinds of sign-in; a POST is anonymous only),
 * https://learn.microsoft.com/powerquery-m/web-contents and web-headers (HEAD). The name of the program is in
 * https://learn.microsoft.com/power-query/connector-authentication. */
describe('Excel and Power BI', () => {
  const MASHUP = {
    'user-agent': 'Microsoft.Data.Mashup (https://go.microsoft.com/fwlink/?LinkID=304225)',
    'accept-encoding': 'gzip, deflate',
    connection: 'Keep-Alive',
  };

  it('a first request without a key learns that Basic works; so does the one of an organizational account', async () => {
    for (const headers of [MASHUP, { ...MASHUP, authorization: 'Bearer' }]) {
      const answer = await send('/bi/NpsByRegion.csv', headers);
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toContain('Basic realm=');
    }
  });

  it('then reads CSV by Basic authentication, in UTF-8 and compressed', async () => {
    const answer = await send('/bi/Responses.csv', { ...MASHUP, ...basic() });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(answer.text.trim().split('\r\n')).toHaveLength(61);
    const table = await send('/bi/NpsByRegion.csv', { ...MASHUP, ...basic() });
    expect(table.text).toContain('\r\n"Japan, Honshu",');
  });

  it('Query of Web.Contents: a list becomes a repeated parameter', async () => {
    const query = `${PERIOD}&${END}&every=DAY&groupBy=REGION&groupBy=CHANNEL`;
    expect(rowsOf(await send(`/bi/NpsSeries.json?${query}`, { ...MASHUP, ...basic() }))).toHaveLength(30);
  });

  it('Parquet.Document reads the bytes; Web.Headers asks by HEAD', async () => {
    const answer = await send('/bi/NpsByRegion.parquet', { ...MASHUP, ...basic() });
    const { buffer: bytes, byteOffset, byteLength } = answer.bytes;
    const rows = await parquetReadObjects({
      file: bytes.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer,
    });
    expect(rows.map(({ region }) => region)).toEqual(REGIONS);
    const head = await send('/bi/NpsByRegion.csv', { ...MASHUP, ...basic() }, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.headers['etag']).toBeDefined();
  });

  it('GraphQL by GET, as text and as a trusted document, because a POST cannot carry the key', async () => {
    const variables = encodeURIComponent('{"regions":["Germany"]}');
    for (const what of [
      `query=${encodeURIComponent(DOCUMENT)}`,
      `documentId=sha256%3A${sha256(DOCUMENT)}`,
      `documentId=${sha256(DOCUMENT)}`,
    ]) {
      const answer = await send(`/graphql?${what}&variables=${variables}`, { ...MASHUP, ...basic() });
      expect(answer.status, answer.text).toBe(200);
      expect(JSON.parse(answer.text).data.nps).toMatchObject([{ region: 'Germany', responses: 20 }]);
    }
  });
});

/* https://github.com/tableau/wdc3: web data connectors end with Tableau 26.3; in their place the REST API Connector
 * reads JSON and CSV over GET with Basic or Bearer authentication. */
describe('Tableau, REST API Connector', () => {
  it.each(['json', 'csv'])('reads %s with either kind of authentication', async (format) => {
    for (const key of [basic(), bearer()]) {
      const headers = { ...key, accept: '*/*', 'user-agent': 'Java-http-client/17' };
      const answer = await send(`/bi/NpsByRegion.${format}`, headers);
      expect(answer.status).toBe(200);
      expect(answer.text).toContain('United States');
    }
  });
});

/* https://www.apollographql.com/docs/apollo-server/performance/apq: what GraphQL clients send for a known document. */
it('persisted documents by GET, as GraphQL clients send them', async () => {
  const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: sha256(DOCUMENT) } });
  const query = `operationName=Scores&variables=%7B%7D&extensions=${encodeURIComponent(extensions)}`;
  for (const accept of [
    'application/graphql-response+json, application/json;q=0.9',
    '*/*',
    'application/json',
  ]) {
    const answer = await send(`/graphql?${query}`, { ...bearer(), accept });
    expect(answer.status, answer.text).toBe(200);
    expect(JSON.parse(answer.text).data.nps).toHaveLength(3);
  }
});
