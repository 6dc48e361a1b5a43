import { pipeline } from '@huggingface/transformers';
import { openEncoderPool } from '../scoring/encoder-pool.ts';

/*
 * One contender of bench/scoring.ts in a process of its own: encodes made-up texts of so many words, warm, one text per run,
 * and tells on stdout how many, in what CPU time, and how much memory the process has taken.
 */
const [mode = '', folder = '', words = '20', seconds = '8'] = process.argv.slice(2);

const LEXICON =
  'the report is slow and support never answers our tickets since last week please add a way to export data'.split(
    ' ',
  );
let next = 0;
/** No two are equal, so that no cache helps: the first words count. Words of the lexicon are one token each. */
const text = () => {
  next += 1;
  const size = LEXICON.length;
  return Array.from({ length: Number(words) }, (_, i) =>
    i < 5 ? LEXICON[Math.floor(next / size ** i) % size] : LEXICON[(next * 7 + i) % size],
  ).join(' ');
};

async function contender(): Promise<(texts: readonly string[]) => Promise<unknown>> {
  if (mode === 'ours') {
    const pool = await openEncoderPool({ source: folder, cacheFolder: '' });
    return (texts) => pool.encode(texts);
  }
  const extract = await pipeline('feature-extraction', folder, { dtype: 'q8', local_files_only: true });
  return async (texts) => {
    for (const one of texts) await extract(one, { pooling: 'mean', normalize: true });
  };
}

const encode = await contender();
const BATCH = 64;
const batch = () => Array.from({ length: BATCH }, text);
await encode(batch());
const [cpu, began] = [process.cpuUsage(), performance.now()];
let texts = 0;
while (performance.now() - began < Number(seconds) * 1_000) {
  await encode(batch());
  texts += BATCH;
}
const { user, system } = process.cpuUsage(cpu);
const result = {
  texts,
  cpuSeconds: (user + system) / 1e6,
  wallSeconds: (performance.now() - began) / 1_000,
  memoryMiB: process.memoryUsage().rss / 2 ** 20,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
