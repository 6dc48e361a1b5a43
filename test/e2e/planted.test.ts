import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openPostgres } from '../../store/client.ts';
import { findInFiles, findInTables } from '../fixtures/needles.ts';
import { freshInstance, runProgram, startServer, until } from '../fixtures/server.ts';

/** What nobody may find: an e-mail address and a number that redaction does not know, a name in prose, the identifier. */
const NEEDLES = [
  'plant.mail@needle.example',
  '0171-55 66 77 x',
  'Wilhelmina Needlewood',
  'needle-customer-4711',
  'Nadelmann',
];
const comment = (door: string) =>
  `${door}: Wilhelmina Needlewood, Nadelmann, call 0171-55 66 77 x or write to plant.mail@needle.example, account needle-customer-4711`;
const item = (door: string) => ({
  externalId: `planted ${door}`,
  respondent: 'needle-customer-4711',
  answeredAt: '2026-03-01T00:00:00Z',
  score: 3,
  comment: comment(door),
});
const MAP = {
  source: 'file',
  survey: { name: 'nps', version: '1' },
  externalId: 'id',
  respondent: 'who',
  answeredAt: { column: 'at', format: 'iso', zone: 'UTC' },
  score: { column: 'score', scale: '0-10' },
  comment: 'why',
};

it('an identifier that comes through any door stands in plain text nowhere, before and after its erasure', async () => {
  const instance = await freshInstance({ SCORELINE_LOG_LEVEL: 'debug' });
  const elsewhere = await freshInstance();
  const server = await startServer(instance);
  try {
    expect(await (await server.post('/ingest/responses', [item('http')])).json()).toMatchObject({
      accepted: 1,
    });
    const ndjson = await server.post(
      '/ingest/responses',
      JSON.stringify(item('ndjson')),
      'application/x-ndjson',
    );
    expect(await ndjson.json()).toMatchObject({ accepted: 1 });
    const submit =
      'mutation ($input: [ResponseInput!]!) { submitResponses(input: $input) { accepted rejected { message } } }';
    const anonymous = { ...item('anonymous'), respondent: null };
    expect(await server.graphql(submit, { input: [item('graphql'), anonymous] })).toMatchObject({
      data: { submitResponses: { accepted: 2 } },
    });
    // A correction, a duplicate, and items that are refused.
    const later = { ...item('http'), answeredAt: '2026-03-02T00:00:00Z', score: 4 };
    const bad = [
      { ...item('bad'), score: 99 },
      { ...item('bad'), answeredAt: 'plant.mail@needle.example' },
      later,
      later,
    ];
    expect(await (await server.post('/ingest/responses', bad)).json()).toMatchObject({
      accepted: 1,
      duplicates: 1,
    });
    const csv = join(elsewhere.dataDir, 'planted.csv');
    const map = join(elsewhere.dataDir, 'map.json');
    writeFileSync(csv, `id,who,at,score,why\nf1,needle-customer-4711,2026-03-01,5,"${comment('file')}"\n`);
    writeFileSync(map, JSON.stringify(MAP));
    const rejects = join(elsewhere.dataDir, 'rejects.ndjson');
    const imported = await runProgram(
      ['cli/import.ts', csv, '--map', map, '--rejects', rejects],
      instance.env,
    ).finished;
    expect(imported.output).toContain('accepted    1');
    expect(findInFiles(instance.dataDir, NEEDLES)).toEqual([]);
    // The one who may read it can, and the model has.
    const read = `{ responses(first: 10) { edges { node { comment respondent prediction { class explanation { token } } } } } }`;
    interface Read {
      responses: {
        edges: { node: { comment: string; respondent: string | null; prediction: object | null } }[];
      };
    }
    await until(
      async () => {
        const { data } = await server.graphql<Read>(read);
        return (
          data.responses.edges.length === 5 &&
          data.responses.edges.every(({ node }) => node.prediction !== null)
        );
      },
      'everything is scored',
      90_000,
    );
    const { data } = await server.graphql<Read>(read);
    for (const { node } of data.responses.edges) expect(node.comment).toContain('Wilhelmina Needlewood');
    const erase = `mutation ($respondent: String!) { eraseSubject(respondent: $respondent, reason: "asked for it") {
      responses complete remaining models { id } } }`;
    const nothing = { complete: true, remaining: [], models: [] };
    expect(await server.graphql(erase, { respondent: 'needle-customer-0000' })).toMatchObject({
      data: { eraseSubject: { responses: 0, ...nothing } },
    });
    expect(await server.graphql(erase, { respondent: ' Needle-Customer-4711' })).toMatchObject({
      data: { eraseSubject: { responses: 4, ...nothing } },
    });
    expect((await server.graphql<Read>(read)).data.responses.edges).toHaveLength(1);
    expect(await server.graphql(erase, { respondent: 'needle-customer-4711' })).toMatchObject({
      data: { eraseSubject: { responses: 0, ...nothing } },
    });
    const key = 'mutation { createApiKey(input: { name: "who", role: "analyst" }) { key } }';
    const made = await server.graphql<{ createApiKey: { key: string } }>(key);
    const refused = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${made.data.createApiKey.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: erase, variables: { respondent: 'needle-customer-4711' } }),
    });
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    if (instance.env.DATABASE_URL) {
      const store = openPostgres(instance.env.DATABASE_URL, () => undefined);
      const sql = <Row>(text: string) => store.rows<Row>({ name: '', text }, []);
      expect(await findInTables(sql, NEEDLES)).toEqual([]);
      await store.close();
    }
    const { output } = await server.stop();
    expect(NEEDLES.filter((needle) => output.includes(needle))).toEqual([]);
    expect(findInFiles(instance.dataDir, NEEDLES)).toEqual([]);
    // The search itself finds what is there.
    expect(findInFiles(elsewhere.dataDir, NEEDLES)).not.toEqual([]);
  } finally {
    await server.stop('SIGKILL');
    instance.remove();
    elsewhere.remove();
  }
});
