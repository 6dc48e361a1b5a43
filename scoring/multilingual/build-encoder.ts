import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identifyEncoder } from '../encoder-id.ts';
import { buildEncoder } from './encoder-graph.ts';
import { type PackedModel, PackedModelError, readPackedModel } from './packed-model.ts';
import { LANGUAGES, LONGEST, PREFIX } from './recipe.ts';
import { SPECIAL, tokenizerOf } from './tokenizer.ts';

/**
 * Writes the encoder's folder, as encoder.ts opens it, from the packed model; `kept` has a bit for each piece of its vocabulary.
 * Returns the content hash of the folder.
 * @throws PackedModelError
 */
export async function writeEncoderFolder(
  folder: string,
  packed: Uint8Array,
  kept: Uint8Array,
): Promise<string> {
  const model = readPackedModel(packed);
  const words = wordsKept(model, kept);
  const positions = Math.min(LONGEST, model.positions);
  await mkdir(join(folder, 'onnx'), { recursive: true });
  await writeFile(join(folder, 'onnx', 'model_quantized.onnx'), buildEncoder(model, words, positions));
  await writeJson(join(folder, 'tokenizer.json'), tokenizerOf(model, words, positions));
  await writeJson(join(folder, 'tokenizer_config.json'), {
    tokenizer_class: 'XLMRobertaTokenizer',
    model_max_length: positions,
    bos_token: '<s>',
    cls_token: '<s>',
    eos_token: '</s>',
    sep_token: '</s>',
    pad_token: '<pad>',
    unk_token: '<unk>',
  });
  await writeJson(join(folder, 'config.json'), configOf(model, words.length, positions));
  return (await identifyEncoder(folder, '')).hash;
}

/** The numbers of the pieces to keep, the special ones first. */
function wordsKept({ pieces }: PackedModel, kept: Uint8Array): number[] {
  const special = SPECIAL.map((_, i) => i);
  if (special.some((i) => pieces[i]?.text !== SPECIAL[i]))
    throw new PackedModelError(`its vocabulary does not begin with ${SPECIAL.join(' ')}`);
  if (kept.length !== Math.ceil(pieces.length / 8))
    throw new PackedModelError(`it has ${pieces.length} pieces, the list of those to keep another number`);
  const isKept = (piece: number) => ((kept[piece >> 3] as number) & (1 << (piece & 7))) !== 0;
  return pieces.flatMap((_, piece) => (piece < special.length || isKept(piece) ? [piece] : []));
}

function configOf(model: PackedModel, words: number, positions: number) {
  return {
    architectures: ['BertModel'],
    model_type: 'bert',
    hidden_act: 'gelu',
    hidden_size: model.width,
    intermediate_size: model.inner,
    layer_norm_eps: model.epsilon,
    max_position_embeddings: positions,
    num_attention_heads: model.heads,
    num_hidden_layers: model.layers,
    pad_token_id: 1,
    vocab_size: words,
    // Not of the Hugging Face libraries: encoder.ts reads it.
    scoreline: { prefix: PREFIX, languages: LANGUAGES },
  };
}

const writeJson = (path: string, content: object) => writeFile(path, `${JSON.stringify(content)}\n`);
