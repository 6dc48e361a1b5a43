import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/*
 * Another encoder than the one that ships: the uncut all-MiniLM-L6-v2, made from its package by the project's own script.
 */
const TRAINING = fileURLToPath(new URL('../../scoring/training', import.meta.url));
const UNCUT = fileURLToPath(new URL('../../.cache/encoders/all-MiniLM-L6-v2', import.meta.url));

beforeAll(async () => {
  if (!existsSync(`${UNCUT}/config.json`)) await promisify(execFile)('make', ['-C', TRAINING, 'uncut']);
});
const server = useServer({ env: { SCORELINE_ENCODER: UNCUT }, follow: true });

it('reports that its models were made for another encoder, trains one for it, and continues with that', async () => {
  const classify = () =>
    server.graphql<{ classify: { class: string; modelVersion: { encoder: string } }[] }>(
      '{ classify(texts: ["We love it, it saves us hours"]) { class modelVersion { encoder } explanation { token } } }',
    );
  expect((await classify()).errors?.[0]).toMatchObject({
    message: expect.stringMatching(
      /trained on the encoder scoreline-minilm .*, loaded is all-MiniLM-L6-v2 .*: train a model on it first/,
    ),
    extensions: { code: 'BAD_USER_INPUT' },
  });
  const phrases = [
    ['It crashes and nobody helps', 1],
    ['It does what it should, but it is slow', 7],
    ['We love it, it saves us hours', 10],
  ] as const;
  const items = Array.from({ length: 240 }, (_, i) => {
    const [text, score] = phrases[i % 3] ?? phrases[0];
    const answeredAt = new Date(Date.now() - i * 60_000).toISOString();
    return { externalId: `e${i}`, answeredAt, score, comment: `${text}, case ${i}.` };
  });
  expect((await server.post('/ingest/responses', items)).status).toBe(202);
  const trained = await server.graphql<{ trainModel: { id: string; encoder: string } }>(
    'mutation { trainModel(reason: "another encoder") { id encoder } }',
  );
  expect(trained.errors).toBeUndefined();
  const { id, encoder } = trained.data.trainModel;
  expect(encoder).toMatch(/^all-MiniLM-L6-v2 sha256:[0-9a-f]{64}$/);
  await server.graphql(`mutation { promoteModel(id: "${id}", reason: "fits the encoder") { id } }`);
  expect((await classify()).data.classify[0]).toMatchObject({ class: 'PROMOTER', modelVersion: { encoder } });
  const scored = async () => {
    const { data } = await server.graphql<{ nps: { responses: number }[] }>(
      '{ nps(basis: INFERRED) { responses } }',
    );
    return data.nps[0]?.responses ?? 0;
  };
  await until(async () => (await scored()) > 200, 'it scores the stream');
  const { data } = await server.graphql<{ responses: { edges: { node: { id: string } }[] } }>(
    '{ responses(first: 1) { edges { node { id } } } }',
  );
  const again = await server.graphql(
    `mutation { reproducePrediction(response: "${data.responses.edges[0]?.node.id}") { same reason } }`,
  );
  expect(again.data).toEqual({ reproducePrediction: { same: true, reason: null } });
});
