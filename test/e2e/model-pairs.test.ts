import { join } from 'node:path';
import { expect, it } from 'vitest';
import { until } from '../fixtures/server.ts';
import { buildTinyEncoder } from '../fixtures/tiny-encoder.ts';
import { useServer } from '../fixtures/use-server.ts';

/*
 * A champion with a companion over HTTP: the model that ships reads English, one trained for a tiny encoder the other languages.
 */
const server = useServer({
  follow: true,
  env: async (dataDir) => {
    await buildTinyEncoder(join(dataDir, 'encoders'));
    return {};
  },
});

const HOUR_MS = 3_600_000;
const BASE = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
/** The tiny encoder knows a few letters, which the German ones are made of; the last two have no language that is determined, and one that is not read. */
const PHRASES = [
  ['It crashes all the time and nobody helps', 1],
  ['It does what it should, but it is slow', 7],
  ['We love it, it saves us hours', 10],
  ['Gutes Team, die gute Idee tut uns gut', 10],
  ['Das geht so, gut ist etwas anderes', 8],
  ['Leider tut die App nie das, was sie soll', 0],
  ['Zzz qqq', 5],
  ['Tack så mycket för den snabba hjälpen idag', 9],
] as const;
const EACH = 60;
const [ENGLISH, GERMAN, NEITHER] = [3 * EACH, 3 * EACH, 2 * EACH];
/** Every fifth gave no number, of each phrase alike. */
const ASKED = (4 / 5) * EACH;
const ANSWERS = PHRASES.flatMap(([text, score], phrase) =>
  Array.from({ length: EACH }, (_, i) => ({
    externalId: `p${phrase}-${i}`,
    answeredAt: new Date(BASE - (i % 40) * HOUR_MS).toISOString(),
    comment: `${text} (${i})`,
    region: 'Germany',
    ...(i % 5 === 0 ? {} : { score }),
  })),
);
const RANGE = `from: "${new Date(BASE - 60 * HOUR_MS).toISOString()}", to: "${new Date(BASE + HOUR_MS).toISOString()}"`;

interface Quality {
  modelVersion: { id: string };
  judged: number;
  scored: number;
  abstentions: { reason: string; n: number }[];
  companion: Quality | null;
}
interface Part {
  challenger: { id: string };
  champion: { id: string };
  judged: number;
}
interface Version {
  id: string;
  stage: string;
  label: string;
  companion: { id: string } | null;
}
async function ask<T>(query: string): Promise<T> {
  const { data, errors } = await server.graphql<T>(query);
  expect(errors).toBeUndefined();
  return data;
}
const change = (mutation: string) =>
  ask<Record<string, { id: string; companion: { id: string } | null }>>(
    `mutation { changed: ${mutation} { id companion { id } } }`,
  );
const FIGURES = 'modelVersion { id } judged scored abstentions { reason n }';
const qualityOf = async (id: string) =>
  (
    await ask<{ modelQuality: Quality }>(
      `{ modelQuality(modelVersion: "${id}", ${RANGE}) { ${FIGURES} companion { ${FIGURES} companion { judged } } } }`,
    )
  ).modelQuality;

it('says of a pair what each version read, over all answers and in parts', async () => {
  const response = await server.post('/ingest/responses', ANSWERS);
  expect(await response.json()).toMatchObject({ accepted: ANSWERS.length });
  const { changed: trained } = await change('trainModel(reason: "our labels", encoder: "scoreline-e5")');
  const { changed: pair } = await change(
    `pairModels(id: "ModelVersion:1", companion: "${trained?.id}", reason: "other languages")`,
  );
  const [id, companion] = [pair?.id ?? '', pair?.companion?.id ?? ''];
  await change(`shadowModel(id: "${id}", reason: "to compare")`);
  await until(async () => {
    const { scored, companion: other } = await qualityOf(id);
    return scored + (other?.scored ?? 0) === ANSWERS.length;
  }, 'both have read everything');

  const { modelComparison } = await ask<{ modelComparison: { judged: number; parts: Part[] } }>(
    `{ modelComparison(challenger: "${id}", ${RANGE}) {
      judged parts { challenger { id } champion { id } judged difference low high better } } }`,
  );
  expect(modelComparison.judged).toBe(PHRASES.length * ASKED);
  const champion = { id: 'ModelVersion:1' };
  // Most first: what is not read by either counts with the first version.
  expect(modelComparison.parts).toMatchObject([
    { challenger: { id }, champion, judged: 5 * ASKED, difference: 0, better: false },
    { challenger: { id: companion }, champion, judged: 3 * ASKED, better: true },
  ]);

  await change(`promoteModel(id: "${id}", reason: "reads more")`);
  const { companion: other, ...own } = await qualityOf(id);
  expect(own).toEqual({
    modelVersion: { id },
    judged: 3 * ASKED,
    scored: ENGLISH + NEITHER,
    abstentions: [
      { reason: 'LANGUAGE_NOT_READ', n: EACH },
      { reason: 'LANGUAGE_UNDETERMINED', n: EACH },
    ],
  });
  expect(other).toMatchObject({ modelVersion: { id: companion }, scored: GERMAN, companion: null });
  // It abstains for other reasons than the language, and what it does not abstain from is judged.
  const { judged, abstentions } = other as Quality;
  expect(abstentions.filter(({ reason }) => reason.startsWith('LANGUAGE'))).toEqual([]);
  const abstained = abstentions.reduce((sum, { n }) => sum + n, 0);
  expect(judged).toBe(((GERMAN - abstained) * ASKED) / EACH);
  expect(judged).toBeGreaterThan(0);
});

it('takes another companion that was trained over the same API, and returns to the pair before', async () => {
  const champion = async () => {
    const { modelVersions } = await ask<{ modelVersions: Version[] }>(
      '{ modelVersions { id stage label companion { id } } }',
    );
    return modelVersions.find(({ stage }) => stage === 'CHAMPION');
  };
  const before = await champion();
  const until = new Date(BASE - 10 * HOUR_MS).toISOString();
  const { changed: trained } = await change(
    `trainModel(until: "${until}", reason: "other labels", encoder: "scoreline-e5")`,
  );
  const { changed: next } = await change(
    `pairModels(id: "${before?.id}", companion: "${trained?.id}", reason: "follows the companion")`,
  );
  expect(next?.companion?.id).not.toBe(before?.companion?.id);
  await change(`promoteModel(id: "${next?.id}", reason: "reads better")`);
  expect(await champion()).toMatchObject({
    id: next?.id,
    companion: next?.companion,
    label: `the model that ships, beside version ${next?.companion?.id.slice('ModelVersion:'.length)}`,
  });
  expect((await change('rollbackModel(reason: "reads worse")')).changed).toMatchObject({
    id: before?.id,
    companion: before?.companion,
  });
});
