import type { PackedModel } from './packed-model.ts';

/** What frames a text, and stands for what is not in the vocabulary: the first pieces of the model, in this order. */
export const SPECIAL = ['<s>', '<pad>', '</s>', '<unk>'] as const;
const UNKNOWN = 3;
/** The mark of a word's beginning. */
const SPACE = '\u2581';
/** Signs that the model's own normaliser drops, and those that it reads as a space; NFKC does the rest. */
const DROPPED = '[\\u0001-\\u0008\\u000b\\u000e-\\u001f\\u007f\\u008f\\u009f]';
const SPACES = '[\\t\\n\\r\\f\\u1680\\u200b-\\u200f\\u2028\\u2029\\u2581\\ufeff\\ufffd]';

/** The settings of a tokenizer with the words `kept` in that order, as tokenizer.json of the Hugging Face libraries. */
export function tokenizerOf({ pieces }: PackedModel, kept: readonly number[], longest: number): object {
  const special = (name: string) => ({ SpecialToken: { id: name, type_id: 0 } });
  const sequence = { Sequence: { id: 'A', type_id: 0 } };
  const [begin, , end] = SPECIAL;
  return {
    version: '1.0',
    truncation: { direction: 'Right', max_length: longest, strategy: 'LongestFirst', stride: 0 },
    padding: null,
    added_tokens: SPECIAL.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Replace', pattern: { Regex: DROPPED }, content: '' },
        { type: 'Replace', pattern: { Regex: SPACES }, content: ' ' },
        { type: 'NFKC' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'WhitespaceSplit' },
        { type: 'Metaspace', replacement: SPACE, add_prefix_space: true, prepend_scheme: 'always' },
      ],
    },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special(begin), sequence, special(end)],
      pair: [
        special(begin),
        sequence,
        special(end),
        special(end),
        { Sequence: { id: 'B', type_id: 0 } },
        special(end),
      ],
      special_tokens: Object.fromEntries(
        [begin, end].map((name) => [name, { id: name, ids: [SPECIAL.indexOf(name)], tokens: [name] }]),
      ),
    },
    decoder: { type: 'Metaspace', replacement: SPACE, add_prefix_space: true, prepend_scheme: 'always' },
    model: {
      type: 'Unigram',
      unk_id: UNKNOWN,
      vocab: kept.map((piece) => [pieces[piece]?.text, pieces[piece]?.score]),
      byte_fallback: false,
    },
  };
}
