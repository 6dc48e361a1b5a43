import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';
import { WATCHED_MAP } from '../fixtures/watched-map.ts';

/* Files that appear in a folder and in a bucket are imported by a real server; the bucket is of a real S3 server in this process. */

const folder = mkdtempSync(join(tmpdir(), 'scoreline-watch-'));
mkdirSync(join(folder, 'in', 'nps'), { recursive: true });
mkdirSync(join(folder, 'secret'));
symlinkSync(join(folder, 'secret'), join(folder, 'in', 'out'));
let dataDir = '';
const server = useServer({
  env: (given) => {
    dataDir = given;
    return { SCORELINE_WATCH_DIR: join(folder, 'in') };
  },
  config: 'dimensions: [{ field: region }]\nconnections: { allow: [127.0.0.1] }\n',
});
// s3rver knows this key alone.
const KEY = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
const store = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory: join(folder, 's3') });
let endpoint: string;
const s3 = new AwsClient({ ...KEY, service: 's3', region: 'us-east-1', retries: 0 });
const put = async (key: string, body: string) => {
  const answer = await s3.fetch(`${endpoint}/exports${key === '' ? '' : `/${encodeURI(key)}`}`, {
    method: 'PUT',
    body,
  });
  expect(answer.status, await answer.text()).toBe(200);
};

beforeAll(async () => {
  const { address, port } = (await store.run()) as AddressInfo;
  endpoint = `http://${address}:${port}`;
  await put('', '');
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const csv = (rows: readonly string[]) => `id,at,score\n${rows.join('\n')}\n`;

interface Seen {
  readonly files: readonly { path: string; state: string; message: string | null; importId: string | null }[];
  readonly accepted: number;
  readonly rejected: number;
  readonly deliveries: number;
}
const create = async (connector: string, mapping: object, secret?: string) => {
  const { data, errors } = await server.graphql<{ createConnection: { connection: { id: string } } }>(
    'mutation ($input: ConnectionInput!) { createConnection(input: $input) { connection { id } } }',
    { input: { connector, name: `files of a ${connector}`, mapping, ...(secret ? { secret } : {}) } },
  );
  expect(errors).toBeUndefined();
  return data.createConnection.connection.id;
};
const seen = async (id: string): Promise<Seen> => {
  const { data, errors } = await server.graphql<{ node: Seen }>(
    `query ($id: ID!) { node(id: $id) { ... on Connection { deliveries accepted rejected
      files { path state message importId } } } }`,
    { id },
  );
  expect(errors).toBeUndefined();
  return data.node;
};
const file = (seen: Seen, path: string) => seen.files.find((one) => one.path === path);
const ended = async (id: string, path: string) => {
  const isEnded = async () => (file(await seen(id), path)?.state ?? 'importing') !== 'importing';
  await until(isEnded, `"${path}" is imported`);
  return file(await seen(id), path);
};
/** A file whose writer has ended a while ago. */
const write = (name: string, text: string | Buffer, secondsAgo = 60) => {
  const path = join(folder, 'in', 'nps', name);
  writeFileSync(path, text);
  utimesSync(path, Date.now() / 1_000, Date.now() / 1_000 - secondsAgo);
};

describe('a folder', () => {
  it('has its files imported once, and again when they change', async () => {
    write('march.csv', csv(['1,2026-03-01,9', '2,2026-03-02,3', '3,yesterday,10']));
    write('.march.csv.swp', 'not meant');
    write('growing.csv.part', 'not meant');
    write('picture.csv', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
    write('polars.parquet', readFileSync('test/fixtures/parquet/polars.parquet'));
    const id = await create('folder', { folder: 'nps', map: WATCHED_MAP });
    expect(await ended(id, 'march.csv')).toEqual({
      path: 'march.csv',
      state: 'done',
      message: '1 row was rejected: line 4 (INVALID_TIME)',
      importId: expect.stringMatching(/^Import:/),
    });
    expect(await ended(id, 'picture.csv')).toMatchObject({
      state: 'failed',
      message: 'picture.csv is a PNG image; only CSV, XLSX, Parquet, NDJSON and JSON are read',
    });
    expect(await ended(id, 'polars.parquet')).toMatchObject({
      state: 'failed',
      message:
        'the map reads columns that the file does not have: at, score; it has id, answered_at, nps, comment',
    });
    expect(await seen(id)).toMatchObject({ deliveries: 1, accepted: 2, rejected: 1, files: { length: 3 } });

    // The same answers and a new one; a file that has just been written is left for later.
    write('march.csv', csv(['1,2026-03-01,9', '2,2026-03-02,3', '3,2026-03-03,10', '4,2026-03-04,8']));
    write('april.csv', csv(['5,2026-04-01,9']), -3_600);
    await until(async () => (await seen(id)).accepted === 4, 'the change is imported');
    expect(file(await seen(id), 'april.csv')).toBeUndefined();

    const { importId } = (await ended(id, 'march.csv')) ?? {};
    const { data } = await server.graphql<{
      imports: { edges: { node: { id: string; name: string } }[] };
    }>('{ imports(first: 20) { edges { node { id name } } } }');
    expect(data.imports.edges).toContainEqual({ node: { id: importId, name: 'march.csv' } });
  });

  it('outside of SCORELINE_WATCH_DIR is not read', async () => {
    const links = await create('folder', { folder: 'out', map: WATCHED_MAP });
    expect(await ended(links, '')).toMatchObject({
      state: 'failed',
      message: 'the folder "out" leads out of SCORELINE_WATCH_DIR',
    });
    const missing = await create('folder', { folder: 'none', map: WATCHED_MAP });
    expect((await ended(missing, ''))?.message).toBe(
      'there is no folder "none" within SCORELINE_WATCH_DIR; make it, or correct the mapping',
    );
    mkdirSync(join(folder, 'in', 'none'));
    await until(async () => (await seen(missing)).files.length === 0, 'the message is gone');
    const { errors } = await server.graphql(
      'mutation ($input: ConnectionInput!) { createConnection(input: $input) { secret } }',
      { input: { connector: 'folder', name: 'up', mapping: { folder: '../secret', map: WATCHED_MAP } } },
    );
    expect(errors?.[0]?.message).toContain('must be a folder within SCORELINE_WATCH_DIR');
  });
});

describe('a bucket', () => {
  it('is listed in pages, and its files are imported', async () => {
    await put('nps/größe 1+2.csv', csv(['b1,2026-03-01,9', 'b2,2026-03-02,3']));
    await put('nps/_SUCCESS', 'x');
    await put('other/notes.csv', 'nothing');
    for (let n = 0; n < 12; n++) await put(`nps/${n}.csv`, csv([`n${n},2026-03-01,${n % 11}`]));
    const place = { endpoint, bucket: 'exports', prefix: 'nps/', map: WATCHED_MAP };
    const id = await create('bucket', place, 'NOBODY:S3RVER');
    expect((await ended(id, ''))?.message).toBe(
      'the bucket exports is refused: 403 InvalidAccessKeyId; replace the secret of the connection',
    );
    const { errors } = await server.graphql(
      'mutation ($id: ID!, $secret: String) { rotateConnection(id: $id, secret: $secret) { connection { id } } }',
      { id, secret: 'S3RVER:S3RVER' },
    );
    expect(errors).toBeUndefined();
    await until(async () => (await seen(id)).deliveries === 13, 'all are imported');
    const { files, accepted } = await seen(id);
    expect(accepted).toBe(14);
    expect(files.map(({ path }) => path).sort()).toEqual(
      [...Array.from({ length: 12 }, (_, n) => `nps/${n}.csv`), 'nps/größe 1+2.csv'].sort(),
    );
  });

  it('says what is wrong', async () => {
    const messageOf = async (place: object, secret = 'S3RVER:S3RVER') =>
      (
        await ended(
          await create('bucket', { endpoint, bucket: 'exports', map: WATCHED_MAP, ...place }, secret),
          '',
        )
      )?.message;
    expect(await messageOf({ bucket: 'missing' })).toBe(
      'the bucket missing is refused: 404 NoSuchBucket; correct "bucket" of the mapping',
    );
    expect(await messageOf({ endpoint: 'http://10.0.0.1' })).toBe(
      'the bucket does not answer: 10.0.0.1 has no public address; connections.allow of the configuration names hosts and networks that are allowed besides',
    );
    expect(await messageOf({ endpoint: server.url })).toContain('the bucket exports is refused: 401');
  });
});

describe('a hostile bucket', () => {
  let hostile: Server;
  let origin = '';
  const answers: Record<string, (response: ServerResponse) => void> = {
    '/evil/bad%25zz.csv': (response) => void response.end(csv(['h1,2026-03-01,9'])),
    // As much as is taken.
    '/evil/long.csv': (response) => {
      const flood = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 'x')));
      };
      response.on('drain', flood);
      flood();
    },
    '/evil/cut.csv': (response) => {
      const body = csv(['h2,2026-03-01,9']);
      response.setHeader('content-length', body.length);
      response.write(body.slice(0, 9), () => response.destroy());
    },
  };
  beforeAll(async () => {
    const { length } = csv(['h1,2026-03-01,9']);
    const object = (key: string, bytes: number) =>
      `<Contents><Key>${key}</Key><ETag>"${key}"</ETag><Size>${bytes}</Size></Contents>`;
    const listed = `${object('long.csv', 10)}${object('cut.csv', length)}${object('bad%zz.csv', length)}`;
    let pages = 0;
    hostile = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://bucket');
      if (pathname === '/evil')
        response.end(`<ListBucketResult><EncodingType>url</EncodingType>${listed}</ListBucketResult>`);
      else if (pathname === '/endless') {
        const more = `<NextContinuationToken>${++pages}</NextContinuationToken>`;
        response.end(`<ListBucketResult>${more}</ListBucketResult>`);
      }
      // Of the silent bucket nothing is heard.
      else answers[pathname]?.(response);
    });
    await new Promise<void>((done) => hostile.listen(0, '127.0.0.1', done));
    origin = `http://127.0.0.1:${(hostile.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    hostile?.closeAllConnections();
    hostile?.close();
  });

  it('has its other files imported, keeps no more than it lists, and keeps no other place waiting', async () => {
    await create('bucket', { endpoint: origin, bucket: 'silent', map: WATCHED_MAP }, 'S3RVER:S3RVER');
    const id = await create(
      'bucket',
      { endpoint: origin, bucket: 'evil', map: WATCHED_MAP },
      'S3RVER:S3RVER',
    );
    expect(await ended(id, 'bad%zz.csv')).toMatchObject({ state: 'done', message: null });
    expect(await ended(id, 'long.csv')).toMatchObject({
      state: 'failed',
      message: 'it is longer than the 10 bytes that the list of the bucket says',
    });
    expect((await ended(id, 'cut.csv'))?.message).toMatch(/^its content broke off .*; it is read again$/);
    const copies = join(dataDir, 'watched', id.slice('Connection:'.length), 'copies');
    await until(() => !existsSync(copies), 'no copy is left on the disk');
    // While the silent bucket is waited for, a folder is looked at, and again.
    mkdirSync(join(folder, 'in', 'beside'));
    const beside = await create('folder', { folder: 'beside', map: WATCHED_MAP });
    for (const name of ['first.csv', 'second.csv']) {
      writeFileSync(join(folder, 'in', 'beside', name), csv([`${name},2026-03-01,9`]));
      utimesSync(join(folder, 'in', 'beside', name), 1_000_000, 1_000_000);
      expect(await ended(beside, name)).toMatchObject({ state: 'done' });
    }
  });

  it('that names a next page without end is given up', async () => {
    const id = await create(
      'bucket',
      { endpoint: origin, bucket: 'endless', map: WATCHED_MAP },
      'S3RVER:S3RVER',
    );
    expect((await ended(id, ''))?.message).toBe(
      'the list of the bucket endless has more than 1000 pages; give a longer "prefix" in the mapping',
    );
  });
});
