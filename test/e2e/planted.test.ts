import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { openPglite } from '../../store/database/pglite.ts';
import { openPostgres } from '../../store/database/postgres.ts';
import { findInFiles, findInTables } from '../fixtures/needles.ts';
import { freshInstance, type Instance, runProgram, startServer, until } from '../fixtures/server.ts';
import type {} from '../services/both.ts';
import { startNeo4j } from '../services/neo4j.ts';

/**
 * Needles that must not be found: an e-mail address and a number that redaction does not know, a name in prose,
 * the identifier.
 */
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

/**
 * Stored personal data, encrypted: the wrapped key, the pseudonym, the comments, the original item, and the
 * lookup.
 */
async function sealedOf({ dataDir, env }: Instance): Promise<string[]> {
  const url = env.DATABASE_URL;
  const store = url ? openPostgres(url, () => undefined) : await openPglite(join(dataDir, 'record'));
  const rows = await store.rows<{ text: string }>(
    {
      name: '',
      text: `WITH one AS (SELECT * FROM subject_key WHERE lookup IS NOT NULL)
        SELECT wrapped AS text FROM one UNION SELECT pseudonym FROM one UNION SELECT lookup FROM one
        UNION SELECT r.comment FROM response r JOIN one ON one.id = r.subject_id
        UNION SELECT encode(e.sealed, 'hex') FROM source_event e JOIN one ON one.id = e.subject_id`,
    },
    [],
  );
  await store.rows({ name: '', text: 'CHECKPOINT' }, []);
  await store.close();
  return rows.map(({ text }) => text);
}

/** A text may be cut by the end of a page, so pieces are looked for. */
const piecesOf = (texts: readonly string[]) =>
  texts.flatMap((text) =>
    Array.from({ length: Math.floor(text.length / 24) }, (_, i) => text.slice(i * 24, i * 24 + 24)),
  );

it('an identifier that arrives through any endpoint is stored in plain text nowhere, before and after its erasure', async () => {
  // One of its own: other files look at the whole of the one that is shared.
  const graph = inject('services') ? await startNeo4j() : undefined;
  const instance = await freshInstance({
    SCORELINE_LOG_LEVEL: 'debug',
    ...(graph ? { NEO4J_URL: graph.url } : {}),
  });
  const elsewhere = await freshInstance();
  let server = await startServer(instance);
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
    const imported = await runProgram(['import', csv, '--map', map, '--rejects', rejects], instance.env)
      .finished;
    expect(imported.output).toContain('accepted    1');
    expect(findInFiles(instance.dataDir, NEEDLES)).toEqual([]);
    // A permitted caller can read it, and the model has.
    const read = `{ responses(first: 10) { edges { node { comment respondent prediction { class explanation { token } } } } } }`;
    interface Read {
      responses: {
        edges: { node: { comment: string; respondent: string | null; prediction: object | null } }[];
      };
    }
    await until(async () => {
      const { data } = await server.graphql<Read>(read);
      return (
        data.responses.edges.length === 5 &&
        data.responses.edges.every(({ node }) => node.prediction !== null)
      );
    }, 'everything is scored');
    const { data } = await server.graphql<Read>(read);
    for (const { node } of data.responses.edges) expect(node.comment).toContain('Wilhelmina Needlewood');
    // Encrypted data of the person is in the files while they are held: the search finds it.
    const first = await server.stop();
    const before = await sealedOf(instance);
    // Without a server too, what is done with keys is kept; and there is another wrapped key that must go.
    const rewrapped = await runProgram(['keys', 'rewrap', '--reason', 'by hand'], instance.env).finished;
    expect(rewrapped.output).toMatch(/data keys wrapped by file/);
    const pieces = piecesOf([...before, ...(await sealedOf(instance))]);
    expect(pieces.length).toBeGreaterThan(40);
    if (!graph)
      expect(
        new Set(findInFiles(instance.dataDir, pieces).map((at) => at.split(' in ')[0])).size,
      ).toBeGreaterThan(40);
    server = await startServer(instance);
    const changes = '{ auditLog(action: "changeKeys") { edges { node { actor actorName subject } } } }';
    expect(await server.graphql(changes)).toMatchObject({
      data: {
        auditLog: {
          edges: [
            {
              node: {
                actor: 'system',
                actorName: 'npm run keys',
                subject: { action: 'rewrap', reason: 'by hand' },
              },
            },
          ],
        },
      },
    });
    const erase = `mutation ($respondent: String!) { eraseSubject(respondent: $respondent, reason: "asked for it") {
      known responses complete remaining models { id } } }`;
    const nothing = { complete: true, remaining: [], models: [] };
    interface Erased {
      eraseSubject: { complete: boolean };
    }
    /** As the guide says: asked again until it is complete. */
    const eraseWhole = async (respondent: string) => {
      let answer = await server.graphql<Erased>(erase, { respondent });
      // The files are rewritten meanwhile, table by table.
      for (let tries = 0; tries < 200 && answer.data?.eraseSubject.complete === false; tries++) {
        await new Promise((done) => setTimeout(done, 200));
        answer = await server.graphql<Erased>(erase, { respondent });
      }
      return answer;
    };
    expect(await server.graphql(erase, { respondent: 'needle-customer-0000' })).toMatchObject({
      data: { eraseSubject: { known: false, responses: 0, ...nothing } },
    });
    expect(await eraseWhole(' Needle-Customer-4711')).toMatchObject({
      data: { eraseSubject: { known: true, responses: 4, ...nothing } },
    });
    expect((await server.graphql<Read>(read)).data.responses.edges).toHaveLength(1);
    expect(await server.graphql(erase, { respondent: 'needle-customer-4711' })).toMatchObject({
      data: { eraseSubject: { known: false, responses: 0, ...nothing } },
    });
    // While the server runs: nothing of it is in the embedded database's files any more, including its log.
    if (!graph) expect(findInFiles(instance.dataDir, pieces)).toEqual([]);
    // Copies elsewhere end with the wrapping key.
    const proofs = '{ erasures { edges { node { responses complete wrappedBy copiesUnreadableSince } } } }';
    const proof = { responses: 4, complete: true, wrappedBy: ['file 1'] };
    expect(await server.graphql(proofs)).toMatchObject({
      data: { erasures: { edges: [{ node: { ...proof, copiesUnreadableSince: null } }] } },
    });
    for (const action of ['ROTATE', 'RETIRE'])
      expect(
        (await server.graphql(`mutation { changeKeys(action: ${action}, reason: "backups") }`)).errors,
      ).toBeUndefined();
    expect(await server.graphql(proofs)).toMatchObject({
      data: { erasures: { edges: [{ node: { ...proof, copiesUnreadableSince: expect.any(String) } }] } },
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
      expect(await findInTables(sql, [...NEEDLES, ...pieces])).toEqual([]);
      await store.close();
    }
    const exported = await fetch(`${server.url}/audit/export`, {
      headers: { authorization: `Bearer ${instance.env.SCORELINE_ADMIN_KEY}` },
    });
    const { output } = await server.stop();
    const lineage = await runProgram(['lineage:export', '--format', 'openlineage'], instance.env).finished;
    expect(lineage.code).toBe(0);
    const said = [first.output, output, await exported.text(), lineage.output].join('\n');
    expect([...NEEDLES, ...pieces].filter((needle) => said.includes(needle))).toEqual([]);
    for (const folder of [instance.dataDir, ...(graph ? [graph.handle.dataDir] : [])])
      expect(findInFiles(folder, [...NEEDLES, ...pieces])).toEqual([]);
    // The search itself finds what is there.
    expect(findInFiles(elsewhere.dataDir, NEEDLES)).not.toEqual([]);
  } finally {
    await server.stop('SIGKILL');
    await graph?.dispose();
    instance.remove();
    elsewhere.remove();
  }
});
