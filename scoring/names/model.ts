import { AutoModelForTokenClassification, AutoTokenizer, env, Tensor } from '@huggingface/transformers';
import { type Reading, type Word, wordsOf } from '../../domain/privacy/names.ts';
import { NAME_MODEL, NAME_MODELS } from './name-model.ts';

/** A text as the model reads it: words beyond the last window have no reading. */
export interface ReadText {
  readonly words: readonly Word[];
  readonly readings: readonly Reading[];
}

/** Reads each word of a text. */
export interface NameModel {
  read(text: string): Promise<ReadText>;
}

/**
 * The model finds far fewer names in a long text than in each of its sentences alone, so a window is a sentence: at most so
 * many tokens of one, beside the two that frame it.
 */
const WINDOW = 40;
/** Tokens that windows of one sentence share, so that a name at an edge is whole in one of them. */
const OVERLAP = 12;
/** About as many sentences as prose of the greatest length of a comment has; some seconds of a core at most. */
const MOST_WINDOWS = 256;
/** A longer word is one unknown token, as in BERT's own tokenizer. */
const LONGEST_WORD = 100;

const LABELS: Readonly<Record<string, keyof Reading>> = {
  GIVEN_NAME: 'person',
  SURNAME: 'person',
  STREET_NAME: 'street',
  BUILDING_NUMBER: 'number',
  SECONDARY_ADDRESS: 'number',
};
const PARTS = ['person', 'street', 'number'] as const;
/** The columns of the model that a part of a reading is the sum of. */
type Columns = readonly (readonly [column: number, part: keyof Reading])[];

/** Opens the model that ships. */
export async function openNameModel(): Promise<NameModel> {
  env.allowRemoteModels = false;
  env.localModelPath = NAME_MODELS;
  const tokenizer = await AutoTokenizer.from_pretrained(NAME_MODEL, { local_files_only: true });
  const model = await AutoModelForTokenClassification.from_pretrained(NAME_MODEL, {
    local_files_only: true,
    dtype: 'q4',
    // One thread, as the encoder: sums always run in the same order.
    session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
  });
  const { id2label } = model.config as unknown as { readonly id2label: Readonly<Record<string, string>> };
  const columns: Columns = Object.entries(id2label).flatMap(([column, label]) => {
    const part = LABELS[label.slice('B-'.length)];
    return part ? [[Number(column), part] as const] : [];
  });
  const [first, last] = tokenizer.encode('') as [number, number];
  const unknown = tokenizer.unk_token_id as number;
  const tokensOf = (word: string) =>
    word.length > LONGEST_WORD ? [unknown] : tokenizer.encode(word, { add_special_tokens: false });
  const readTokens = async (tokens: readonly number[]): Promise<Reading[]> => {
    const framed = [first, ...tokens, last];
    const row = (value: (token: number) => number) =>
      new Tensor(
        'int64',
        BigInt64Array.from(framed, (token) => BigInt(value(token))),
        [1, framed.length],
      );
    const inputs = {
      input_ids: row((token) => token),
      attention_mask: row(() => 1),
      token_type_ids: row(() => 0),
    };
    const { logits } = await model(inputs);
    const width = Object.keys(id2label).length;
    const data = logits.data as Float32Array;
    return tokens.map((_, i) => readingOf(data.subarray((i + 1) * width, (i + 2) * width), columns));
  };
  return {
    async read(text) {
      const words = wordsOf(text);
      const readings: Reading[] = [];
      let from = 0;
      for (let window = 0; window < MOST_WINDOWS && from < words.length; window++) {
        const { tokens, ends } = windowOf(text, words, from, tokensOf);
        const read = await readTokens(tokens);
        for (const [i, end] of ends.entries())
          readings[from + i] = largerOf(readings[from + i], meanOf(read.slice(ends[i - 1] ?? 0, end)));
        const next = from + ends.length;
        if (endsSentence(text, words, next - 1)) from = next;
        else from = Math.max(from + 1, next - ends.filter((end) => end > tokens.length - OVERLAP).length);
        if (next === words.length) break;
      }
      return { words, readings };
    },
  };
}

/** The tokens of the words from one on that fit into a window, and where those of each word end. */
function windowOf(
  text: string,
  words: readonly Word[],
  from: number,
  tokensOf: (word: string) => readonly number[],
): { tokens: number[]; ends: number[] } {
  const tokens: number[] = [];
  const ends: number[] = [];
  for (const [i, { start, end }] of words.slice(from, from + WINDOW).entries()) {
    const ofWord = tokensOf(text.slice(start, end));
    if (tokens.length > 0 && tokens.length + ofWord.length > WINDOW) break;
    tokens.push(...ofWord.slice(0, WINDOW));
    ends.push(tokens.length);
    if (endsSentence(text, words, from + i)) break;
  }
  return { tokens, ends };
}

/** Whether a sentence or line ends with the word; a full stop after few letters may be of an abbreviation ("Mr."). */
function endsSentence(text: string, words: readonly Word[], index: number): boolean {
  const [before, word, after] = [words[index - 1], words[index], words[index + 1]];
  if (!word || !after) return true;
  const gap = text.slice(word.end, after.start);
  if (gap.includes('\n')) return true;
  const sign = text.slice(word.start, word.end);
  if (gap === '' || !'.!?…'.includes(sign)) return false;
  return sign !== '.' || before === undefined || before.end - before.start > 3;
}

function readingOf(logits: Float32Array, columns: Columns): Reading {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - most), 0);
  const reading = { person: 0, street: 0, number: 0 };
  for (const [column, part] of columns) reading[part] += Math.exp((logits[column] as number) - most) / sum;
  return reading;
}

function meanOf(tokens: readonly Reading[]): Reading {
  const mean = { person: 0, street: 0, number: 0 };
  for (const token of tokens) for (const part of PARTS) mean[part] += token[part] / tokens.length;
  return mean;
}

function largerOf(one: Reading | undefined, other: Reading): Reading {
  if (!one) return other;
  const { person, street, number } = other;
  return {
    person: Math.max(one.person, person),
    street: Math.max(one.street, street),
    number: Math.max(one.number, number),
  };
}
