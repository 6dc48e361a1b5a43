import { describe, expect, it } from 'vitest';
import { runProgram, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/*
 * What the contract says of models, over HTTP, on a real server that is also killed while it scores.
 */
const server = useServer({ follow: true });

const HOUR_MS = 3_600_000;
const BASE = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
const PHRASES = [
  ['It crashes all the time and nobody helps', 1],
  ['It does what it should, but it is slow', 7],
  ['We love it, it saves us hours', 10],
] as const;
const answers = (from: number, count: number, region = 'Germany') =>
  Array.from({ length: count }, (_, k) => {
    const i = from + k;
    const [text, score] = PHRASES[i % 3] ?? PHRASES[0];
    const answeredAt = new Date(BASE - (i % 40) * HOUR_MS).toISOString();
    // Every fourth gave no number.
    return {
      externalId: `m${i}`,
      answeredAt,
      comment: `${text}, case ${i}.`,
      region,
      ...(i % 4 === 0 ? {} : { score }),
    };
  });
const submit = async (items: readonly object[]) => {
  const response = await server.post('/ingest/responses', items);
  expect(await response.json()).toMatchObject({ accepted: items.length });
};
const counted = async (basis: string, region = 'Germany') => {
  const query = `{ nps(basis: ${basis}, window: "P7D", segment: { region: ["${region}"] }) { responses score low high method } }`;
  const { data, errors } = await server.graphql<{
    nps: { responses: number; score: number; method: string }[];
  }>(query);
  expect(errors).toBeUndefined();
  return data.nps[0] ?? { responses: 0, score: 0, method: '' };
};
interface Model {
  id: string;
  version: number;
  stage: string;
  encoder: string;
}
interface Provenance {
  trainingSets: { head: string; examples: number }[];
  features: { name: string; codeHash: string }[];
  history: object[];
  signature: string;
}
const models = async () =>
  (await server.graphql<{ modelVersions: Model[] }>('{ modelVersions { id version stage encoder } }')).data
    .modelVersions;
const mutate = async (mutation: string) => server.graphql<Record<string, Model>>(`mutation { ${mutation} }`);

const metrics = async () => {
  const headers = { authorization: `Bearer ${server.instance.env.SCORELINE_ADMIN_KEY}` };
  return (await fetch(`${server.url}/metrics`, { headers })).text();
};
const caughtUp = async (model: number) =>
  (await metrics()).includes(`scoreline_journal_lag_entries{follower="scorer ${model}"} 0\n`);

describe('models over GraphQL', () => {
  it('classifies texts, says why it abstains, and stores nothing', async () => {
    const { data } = await server.graphql<{
      classify: {
        class: string | null;
        promoter: number;
        passive: number;
        detractor: number;
        abstained: string | null;
        explanation: { token: string }[];
        modelVersion: { id: string };
      }[];
    }>(`{ classify(texts: ["We love it, it saves us hours", "ok"]) { class promoter passive detractor abstained
        modelVersion { id } explanation { token share } } }`);
    const [love, short] = data.classify;
    expect(love).toMatchObject({
      class: 'PROMOTER',
      abstained: null,
      modelVersion: { id: 'ModelVersion:1' },
    });
    expect((love?.promoter ?? 0) + (love?.passive ?? 0) + (love?.detractor ?? 0)).toBeCloseTo(1, 9);
    expect(love?.explanation.map(({ token }) => token)).toContain('love');
    expect(short).toMatchObject({ class: null, abstained: expect.stringContaining('too short') });
    expect((await counted('INFERRED')).responses).toBe(0);
    const wrong = await server.graphql('{ classify(texts: ["x"], modelVersion: "Model:9") { class } }');
    expect(wrong.errors?.[0]).toMatchObject({
      message: expect.stringContaining('"ModelVersion:1"'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  it('scores arriving responses, each once, even when it is killed in between', async () => {
    await submit(answers(0, 400));
    server.process.kill('SIGKILL');
    await server.finished;
    await server.start();
    await submit(answers(400, 200));
    await until(() => caughtUp(1), 'every text is scored');
    const inferred = (await counted('INFERRED')).responses;
    expect(inferred, 'all but the few of which it says nothing').toBeGreaterThan(580);
    expect((await counted('SURVEYED')).responses).toBe(450);
    const combined = await counted('COMBINED');
    expect(combined.method).toBe('CORRECTED');
    expect(combined.responses).toBeGreaterThan(580);
    expect(combined.responses).toBeLessThanOrEqual(600);
    const { data } = await server.graphql<{
      responses: {
        edges: {
          node: { id: string; prediction: { class: string; modelVersion: Model; themes: unknown[] } };
        }[];
      };
    }>(
      '{ responses(first: 5) { edges { node { id prediction { class modelVersion { id stage } themes { theme } } } } } }',
    );
    for (const { node } of data.responses.edges) {
      expect(node.prediction).toMatchObject({ modelVersion: { id: 'ModelVersion:1', stage: 'CHAMPION' } });
      expect(node.prediction.themes.length).toBeGreaterThan(5);
      const again = await server.graphql(
        `mutation { reproducePrediction(response: "${node.id}") { same reason } }`,
      );
      expect(again.data).toEqual({ reproducePrediction: { same: true, reason: null } });
    }
  });

  it('trains, promotes and rolls back, each with its reason', async () => {
    const trained = await mutate(
      'trainModel(reason: "first labels") { id version stage encoder languages evaluation trainedAt }',
    );
    expect(trained.errors).toBeUndefined();
    const candidate = trained.data.trainModel as Model;
    expect(candidate).toMatchObject({ version: 2, stage: 'CANDIDATE', languages: ['en'] });
    const byCommand = await runProgram(
      ['train', '--reason', 'the same again', '--encoder', 'scoreline-minilm', '--url', server.url],
      server.instance.env,
    ).finished;
    expect([byCommand.code, byCommand.output]).toEqual([
      0,
      expect.stringContaining(`${candidate.id}: trained on`),
    ]);
    const range = `from: "${new Date(BASE - 60 * HOUR_MS).toISOString()}", to: "${new Date(BASE + HOUR_MS).toISOString()}"`;
    expect(
      (await mutate(`shadowModel(id: "${candidate.id}", reason: "to compare") { id stage }`)).data
        .shadowModel,
    ).toMatchObject({ stage: 'SHADOW' });
    await until(() => caughtUp(2), 'the shadow has scored everything');
    const compared = await server.graphql<{
      modelComparison: { judged: number; high: number; better: boolean };
    }>(`{ modelComparison(challenger: "${candidate.id}", ${range}) { judged difference low high better } }`);
    // It has learnt from these very answers.
    expect(compared.data.modelComparison).toMatchObject({ judged: 450, better: true });
    // Answers of another region come in all the while.
    const load = (async () => {
      for (let i = 0; i < 6; i++) await submit(answers(10_000 + 50 * i, 50, 'Peru'));
    })();
    const before = await counted('INFERRED');
    expect(
      (await mutate(`promoteModel(id: "${candidate.id}", reason: "better") { id stage }`)).data.promoteModel,
    ).toEqual({
      id: candidate.id,
      stage: 'CHAMPION',
    });
    await load;
    await until(() => caughtUp(2), 'the new champion has scored everything');
    expect((await counted('INFERRED')).responses).toBeGreaterThan(580);
    expect((await models()).map(({ stage }) => stage)).toEqual(['RETIRED', 'CHAMPION']);
    expect(
      (await mutate('rollbackModel(reason: "not better after all") { id stage }')).data.rollbackModel,
    ).toMatchObject({ id: 'ModelVersion:1' });
    expect(await counted('INFERRED'), 'at once, from the rollups that were kept').toEqual(before);
    await until(() => caughtUp(1), 'the old champion has scored what came in meanwhile');
    expect((await counted('INFERRED', 'Peru')).responses).toBeGreaterThan(280);
    expect(await counted('INFERRED')).toEqual(before);
    const pairs = await mutate(
      `pairModels(id: "ModelVersion:1", companion: "${candidate.id}", reason: "both read English") { id }`,
    );
    expect(pairs.errors?.[0]?.message).toBe('companion: reads nothing that the other does not (en)');
    expect((await mutate('rollbackModel(reason: "again") { id }')).errors?.[0]?.message).toContain(
      'no champion before',
    );
    expect(
      (await mutate(`promoteModel(id: "${candidate.id}", reason: " ") { id }`)).errors?.[0]?.message,
    ).toContain('reason');
    const { data } = await server.graphql<{ modelVersions: Provenance[] }>(
      `{ modelVersions { trainingSets { head examples hash } features { name codeHash } signature
        history { from to cause actor reason } } }`,
    );
    const [first, second] = data.modelVersions;
    expect(second?.trainingSets.find(({ head }) => head === 'nps')).toMatchObject({ examples: 450 });
    expect(second?.features.map(({ name }) => name)).toEqual(first?.features.map(({ name }) => name));
    expect(second?.history).toEqual([
      { from: null, to: 'CANDIDATE', cause: 'registered', actor: 'admin', reason: 'first labels' },
      { from: 'CANDIDATE', to: 'SHADOW', cause: 'shadow', actor: 'admin', reason: 'to compare' },
      { from: 'SHADOW', to: 'CHAMPION', cause: 'promotion', actor: 'admin', reason: 'better' },
      { from: 'CHAMPION', to: 'RETIRED', cause: 'rollback', actor: 'admin', reason: 'not better after all' },
    ]);
    expect(JSON.parse(second?.signature ?? '')).toMatchObject({ algorithm: 'Ed25519' });
    expect((await server.graphql('{ node(id: "ModelVersion:2") { id __typename } }')).data).toEqual({
      node: { id: 'ModelVersion:2', __typename: 'ModelVersion' },
    });
  });

  it('reports its quality, and the metrics what was scored', async () => {
    const { data } = await server.graphql<{
      modelQuality: { judged: number; accuracy: number; ece: number; abstention: number; complete: boolean };
    }>(
      `{ modelQuality(segment: { region: ["Germany"] }, from: "${new Date(BASE - 60 * HOUR_MS).toISOString()}", to: "${new Date(BASE + HOUR_MS).toISOString()}") {
        judged accuracy ece abstention complete mixChange { pValue } } }`,
    );
    expect(data.modelQuality.complete).toBe(true);
    expect(data.modelQuality.judged).toBeGreaterThan(430);
    expect(data.modelQuality.abstention).toBeCloseTo(1 - (await counted('INFERRED')).responses / 600, 9);
    expect(data.modelQuality.accuracy).toBeGreaterThan(0.6);
    const received = await metrics();
    expect(received).toContain('scoreline_scored_responses_total{model="1"}');
    expect(received).toMatch(/scoreline_journal_lag_entries\{follower="scorer 1"\} \d+/);
  });
});
