import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { AutoModel, AutoTokenizer, env, Tensor } from '@huggingface/transformers';
import { settingsOf } from './encoder-id.ts';

/** One text as the encoder sees it. */
export interface Encoding {
  /** Mean of the token states, of length 1. */
  readonly embedding: Float32Array;
  /** Tokens, including those that frame the text. */
  readonly tokens: number;
  /** How many of them frame the text: a sign at each end, and the encoder's prefix. */
  readonly frame: number;
  /** Tokens outside the vocabulary. */
  readonly unknown: number;
  /** The embedding of the text without those; null if there are none. */
  readonly known: Float32Array | null;
}

/** The same with the contribution of each token. */
export interface TokenStates extends Encoding {
  readonly words: readonly string[];
  /**
   * [words x dimension]: state of token t / (tokens · length of the mean); the rows add up to the embedding. The first one holds
   * the encoder's prefix too.
   */
  readonly parts: Float32Array;
}

/** A transformer that turns one text at a time into an embedding. */
export interface Encoder {
  readonly dimension: number;
  encode(text: string): Promise<Encoding>;
  states(text: string): Promise<TokenStates>;
}

const LONGEST_TOKENS = 256;
/** The signs at both ends of a text. */
const ENDS = 2;

/**
 * Opens the encoder in a local folder (config.json, tokenizer.json, onnx/model_quantized.onnx), or, if there is
 * no such folder, the one of that id from the hub, kept in `cacheFolder`.
 * @throws Error naming what is missing.
 */
export async function openEncoder(source: string, cacheFolder: string): Promise<Encoder> {
  const local = existsSync(source);
  const folder = resolve(source);
  const { prefix } = settingsOf(source);
  env.allowRemoteModels = !local;
  env.localModelPath = `${dirname(folder)}/`;
  env.cacheDir = cacheFolder;
  const name = local ? basename(folder) : source;
  const tokenizer = await AutoTokenizer.from_pretrained(name, { local_files_only: local });
  const model = await AutoModel.from_pretrained(name, {
    local_files_only: local,
    dtype: 'q8',
    // One thread: the pool has a worker per core, and sums always run in the same order.
    session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
  });
  const unknownId = tokenizer.unk_token_id as number | undefined;

  const states = async (text: string) => {
    const inputs = tokenizer(prefix + text, { truncation: true, max_length: LONGEST_TOKENS });
    const ids = Array.from(inputs.input_ids.data as BigInt64Array, Number);
    const { last_hidden_state: hidden } = await model(inputs);
    const [, tokens, dimension] = hidden.dims as [number, number, number];
    const parts = Float32Array.from(hidden.data as Float32Array);
    const { mean, length } = meanOf(parts, tokens, dimension);
    return { ids, parts, tokens, dimension, mean, length };
  };
  const finish = ({ ids, mean, length, tokens }: Awaited<ReturnType<typeof states>>) => ({
    embedding: Float32Array.from(mean, (value) => value / length),
    tokens,
    frame,
    unknown: ids.filter((id) => id === unknownId).length,
  });
  /** The same without tokens outside the vocabulary. */
  const knownOf = async (ids: readonly number[]) => {
    if (unknownId === undefined || !ids.includes(unknownId)) return null;
    const kept = ids.filter((id) => id !== unknownId);
    const row = (value: (id: number) => number) =>
      new Tensor(
        'int64',
        BigInt64Array.from(kept, (id) => BigInt(value(id))),
        [1, kept.length],
      );
    const inputs = { input_ids: row((id) => id), attention_mask: row(() => 1), token_type_ids: row(() => 0) };
    const { last_hidden_state: hidden } = await model(inputs);
    const [, tokens, width] = hidden.dims as [number, number, number];
    const { mean, length } = meanOf(Float32Array.from(hidden.data as Float32Array), tokens, width);
    return Float32Array.from(mean, (value) => value / length);
  };
  const { dimension, tokens: frame } = await states('');
  return {
    dimension,
    encode: async (text) => {
      const found = await states(text);
      return { ...finish(found), known: await knownOf(found.ids) };
    },
    states: async (text) => {
      const found = await states(text);
      const scale = 1 / (found.tokens * found.length);
      const { ids, parts } = withoutPrefix(found, frame - ENDS);
      return {
        ...finish(found),
        known: null,
        words: ids.map((id) => tokenizer.decode([id], { skip_special_tokens: false })),
        parts: parts.map((value) => value * scale),
      };
    },
  };
}

/** The tokens and rows of a text whose prefix, after the sign at its beginning, is added to that sign. */
function withoutPrefix(
  {
    ids,
    parts,
    dimension,
  }: { readonly ids: number[]; readonly parts: Float32Array; readonly dimension: number },
  prefix: number,
) {
  if (prefix === 0) return { ids, parts };
  const rest = parts.slice(prefix * dimension);
  for (let i = 0; i < dimension; i++) {
    let sum = 0;
    for (let row = 0; row <= prefix; row++) sum += parts[row * dimension + i] as number;
    rest[i] = sum;
  }
  return { ids: [ids[0] as number, ...ids.slice(prefix + 1)], parts: rest };
}

/** The mean of the rows and its length, summed in one order. */
function meanOf(rows: Float32Array, count: number, dimension: number) {
  const mean = new Float64Array(dimension);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < dimension; i++)
      mean[i] = (mean[i] as number) + (rows[row * dimension + i] as number) / count;
  }
  let squares = 0;
  for (const value of mean) squares += value * value;
  return { mean, length: Math.sqrt(squares) };
}
