import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { judge } from '../../domain/models/classification.ts';
import { MILLION } from '../../domain/models/probabilities.ts';
import { type EncoderPool, openEncoderPool } from '../encoder-pool.ts';
import type { Model } from '../model.ts';
import { transferredModel } from '../multilingual/heads.ts';
import { predict } from '../predict.ts';
import { JUDGED, readFeedback, readParallel, TRANSFERRED } from '../training/feedback.ts';
import { type Cost, type LanguageRow, languagesSection, type Read } from './languages-section.ts';

/*
 * The section of scoring/EVALUATION.md about other languages than English: both shipped encoders with their shipped heads, on the
 * project's own test sentences (scoring/feedback/README.md).
 */

/** An encoder with the heads that ship for it. */
interface Reader {
  readonly source: string;
  readonly pool: EncoderPool;
  readonly model: Model;
}

/** All classes count, also of texts where the model abstains. */
async function readAll({ pool, model }: Reader, language: string): Promise<Read> {
  const feedback = JUDGED.flatMap((part) =>
    readFeedback(part, language).map((sentence) => ({ ...sentence, part })),
  );
  const sources = feedback.map(({ text }) => ({ text, attributes: {} }));
  const predictions = await predict(pool, model, sources);
  const report = (head: 'nps' | 'sentiment', parts: readonly string[]) =>
    judge(
      feedback.flatMap((one, i) =>
        parts.includes(one.part)
          ? [{ probabilities: (predictions[i]?.[head] ?? []).map((p) => p / MILLION), label: one[head] }]
          : [],
      ),
    );
  const reports = (parts: readonly string[]) => ({
    nps: report('nps', parts),
    sentiment: report('sentiment', parts),
  });
  const [first, second] = JUDGED;
  return {
    ...{ feedback, predictions, first: reports([first]), second: reports([second]) },
    ...reports(JUDGED),
  };
}

/** The share of sentences whose nearest one of the other language means the same, both ways. */
async function retrieval(pool: EncoderPool, language: string): Promise<number> {
  const parallel = readParallel();
  const embedded = async (one: string) =>
    (await pool.encode(parallel.get(one) ?? [])).map((e) => e.embedding);
  const [english, other] = [await embedded('en'), await embedded(language)];
  const found = (from: readonly Float32Array[], among: readonly Float32Array[]) =>
    from.filter((one, i) => {
      const likeness = among.map((two) => two.reduce((sum, x, j) => sum + x * (one[j] ?? 0), 0));
      return likeness.indexOf(Math.max(...likeness)) === i;
    }).length;
  return (found(english, other) + found(other, english)) / (english.length + other.length);
}

/** Three processes for each encoder in turns, so that a busy moment of the machine meets both; the median of each. */
function costs(sources: readonly string[]): Cost[] {
  const script = fileURLToPath(new URL('./encoder-cost.ts', import.meta.url));
  const measured = [0, 1, 2].map(() =>
    sources.map(
      (source) =>
        JSON.parse(
          execFileSync(process.execPath, ['--import', 'tsx', script, source], { encoding: 'utf8' }),
        ) as Cost,
    ),
  );
  const middle = (values: number[]) => values.sort((a, b) => a - b)[1] ?? 0;
  return sources.map((_, i) => ({
    median: middle(measured.map((turn) => turn[i]?.median ?? 0)),
    mib: middle(measured.map((turn) => turn[i]?.mib ?? 0)),
  }));
}

/** The section; null where the encoder is not built. */
export async function evaluateLanguages(
  folder: string,
  english: Omit<Reader, 'pool'>,
): Promise<string | null> {
  const model = await transferredModel(folder);
  if (!model) return null;
  const [small, large] = await Promise.all(
    [english, { source: folder, model }].map(async (one) => ({
      ...one,
      pool: await openEncoderPool({ source: one.source, cacheFolder: '' }),
    })),
  );
  if (!small || !large) return null;
  const read: LanguageRow[] = [];
  for (const language of TRANSFERRED)
    read.push({
      language,
      small: await readAll(small, language),
      large: await readAll(large, language),
      found: [await retrieval(small.pool, language), await retrieval(large.pool, language)] as const,
    });
  await Promise.all([small.pool.close(), large.pool.close()]);
  const [a, b] = costs([english.source, folder]);
  return a && b ? languagesSection({ read, model, small: a, large: b }) : null;
}
