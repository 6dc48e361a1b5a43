import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { AutoModel, AutoTokenizer, env, Tensor } from '@huggingface/transformers';

/** One text as the encoder sees it. */
export interface Encoding {
  /** Mean of the token states, of length 1. */
  readonly embedding: Float32Array;
  /** Tokens, including the two that frame the text. */
  readonly tokens: number;
  /** Tokens outside the vocabulary. */
  readonly unknown: number;
  /** The embedding of the text without those; null if there are none. */
  readonly known: Float32Array | null;
}

/** The same with the contribution of each token. */
export interface TokenStates extends Encoding {
  readonly words: readonly string[];
  /** [tokens x dimension]: state of token t / (tokens · length of the mean); the rows add up to the embedding. */
  readonly parts: Float32Array;
}

/** A transformer that turns one text at a time into an embedding. */
export interface Encoder {
  readonly dimension: number;
  encode(text: string): Promise<Encoding>;
  states(text: string): Promise<TokenStates>;
}

const LONGEST_TOKENS = 256;
/**
 * Opens the encoder in a local folder (config.json, tokenizer.json, onnx/model_quantized.onnx), or, if there is
 * no such folder, the one of that id from the hub, kept in `cacheFolder`.
 * @throws Error naming what is missing.
 */
export async function openEncoder(source: string, cacheFolder: string): Promise<Encoder> {
  const local = existsSync(source);
  const folder = resolve(source);
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
    const inputs = tokenizer(text, { truncation: true, max_length: LONGEST_TOKENS });
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
  const { dimension } = await states('');
  return {
    dimension,
    encode: async (text) => {
      const found = await states(text);
      return { ...finish(found), known: await knownOf(found.ids) };
    },
    states: async (text) => {
      const found = await states(text);
      const scale = 1 / (found.tokens * found.length);
      return {
        ...finish(found),
        known: null,
        words: found.ids.map((id) => tokenizer.decode([id], { skip_special_tokens: false })),
        parts: found.parts.map((value) => value * scale),
      };
    },
  };
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
