import { OnnxGraph } from './onnx-graph.ts';
import { BLOCK, BLOCK_BYTES, halfToNumber, type PackedModel } from './packed-model.ts';

/** Half a block: the low and the high four bits of a byte belong to weights 16 apart. */
const HALF = BLOCK / 2;
/** The weight that a nibble stands for is the nibble less this, times the block's scale. */
const MIDDLE = 8;
const INT8 = 127;

/**
 * The encoder as an ONNX file: input_ids and attention_mask [1, T] -> last_hidden_state [1, T, width], with the words
 * `kept` in that order. The table of words keeps its four bits; matrices become eight bits with a scale for each column.
 */
export function buildEncoder(model: PackedModel, kept: readonly number[], positions: number): Buffer {
  const graph = new OnnxGraph();
  const { width, heads, epsilon } = model;
  const norm = (x: string, name: string) => {
    const [scale, bias] = ['w', 'b'].map((part) =>
      graph.constant('float', [width], model.floats(`${name}.${part}`)),
    );
    return graph.add('LayerNormalization', [x, scale as string, bias as string], {
      axis: 2,
      epsilon: { float: epsilon },
    });
  };
  let x = graph.add('Add', [wordsOf(graph, model, kept), positionsOf(graph, model, positions)]);
  x = norm(x, 'emb.ln');
  const attend = attention(graph, width, heads);
  for (let layer = 0; layer < model.layers; layer++) {
    const dense = (from: Quantised, name: string, size: number, outputs: number) =>
      denseOf(graph, model, from, `l${layer}.${name}`, size, outputs);
    const seen = quantise(graph, x);
    const [query, key, value] = ['q', 'k', 'v'].map((name) => dense(seen, name, width, width));
    const mixed = attend(query as string, key as string, value as string);
    x = norm(graph.add('Add', [x, dense(quantise(graph, mixed), 'ao', width, width)]), `l${layer}.aln`);
    const inner = gelu(graph, dense(quantise(graph, x), 'fi', width, model.inner));
    x = norm(graph.add('Add', [x, dense(quantise(graph, inner), 'fo', model.inner, width)]), `l${layer}.oln`);
  }
  return graph.serialize(['input_ids', 'attention_mask'], x, width);
}

/** The words' rows: nibbles and scales by word, unpacked for the words of the text only. */
function wordsOf(graph: OnnxGraph, model: PackedModel, kept: readonly number[]): string {
  const blocks = model.width / BLOCK;
  const stored = model.blocks('emb.word');
  const nibbles = new Uint8Array(kept.length * blocks * HALF);
  const scales = new Uint8Array(kept.length * blocks * 2);
  for (const [row, word] of kept.entries()) {
    for (let i = 0; i < blocks; i++) {
      const from = (word * blocks + i) * BLOCK_BYTES;
      scales.set(stored.subarray(from, from + 2), (row * blocks + i) * 2);
      nibbles.set(stored.subarray(from + 2, from + BLOCK_BYTES), (row * blocks + i) * HALF);
    }
  }
  const table = graph.constant('uint8', [kept.length, blocks, HALF], nibbles);
  const scaleTable = graph.constant('float16', [kept.length, blocks, 1], scales);
  const bytes = graph.add('Gather', [table, 'input_ids']);
  const low = graph.add('BitwiseAnd', [bytes, graph.constant('uint8', [], Uint8Array.of(15))]);
  const four = graph.constant('uint8', [], Uint8Array.of(4));
  const high = graph.add('BitShift', [bytes, four], { direction: { text: 'RIGHT' } });
  const joined = graph.add('Concat', [low, high], { axis: 3 });
  const centred = graph.add('Sub', [graph.add('Cast', [joined], { to: 1 }), graph.real(MIDDLE)]);
  const scale = graph.add('Cast', [graph.add('Gather', [scaleTable, 'input_ids'])], { to: 1 });
  return graph.add('Reshape', [graph.add('Mul', [centred, scale]), graph.whole(0, 0, model.width)]);
}

/** The rows of the first T positions, with that of the first token type. */
function positionsOf(graph: OnnxGraph, model: PackedModel, positions: number): string {
  const { width } = model;
  const type = model.floats('emb.type');
  const rows = model
    .floats('emb.pos')
    .subarray(0, positions * width)
    .map((one, i) => one + (type[i % width] as number));
  const table = graph.constant('float', [positions, width], rows);
  // Shape with start and end, and Slice: a scalar Gather of a shape crashes some versions of the runtime.
  const [length] = graph.addNode('Shape', ['input_ids'], 1, { start: 1, end: 2 });
  return graph.add('Slice', [table, graph.whole(0), length as string, graph.whole(0)]);
}

/** A value as eight bits: the bytes, their scale, and the byte of zero. */
type Quantised = readonly [bytes: string, scale: string, zero: string];

function quantise(graph: OnnxGraph, x: string): Quantised {
  return graph.addNode('DynamicQuantizeLinear', [x], 3) as unknown as Quantised;
}

function denseOf(
  graph: OnnxGraph,
  model: PackedModel,
  [bytes, scale, zero]: Quantised,
  name: string,
  size: number,
  outputs: number,
): string {
  const { weights, scales } = columnsOf(model.blocks(`${name}.w`), size, outputs);
  const matrix = graph.constant('int8', [size, outputs], weights);
  const product = graph.add('MatMulInteger', [bytes, matrix, zero]);
  const factor = graph.add('Mul', [scale, graph.constant('float', [outputs], scales)]);
  const real = graph.add('Mul', [graph.add('Cast', [product], { to: 1 }), factor]);
  return graph.add('Add', [real, graph.constant('float', [outputs], model.floats(`${name}.b`))]);
}

/** A stored matrix [outputs x size] as int8 [size x outputs] with a scale for each output. */
function columnsOf(stored: Uint8Array, size: number, outputs: number) {
  const blocks = size / BLOCK;
  const weights = new Int8Array(size * outputs);
  const scales = new Float32Array(outputs);
  const row = new Float32Array(size);
  for (let output = 0; output < outputs; output++) {
    for (let i = 0; i < blocks; i++) {
      const at = (output * blocks + i) * BLOCK_BYTES;
      const scale = halfToNumber((stored[at] as number) | ((stored[at + 1] as number) << 8));
      for (let j = 0; j < HALF; j++) {
        const byte = stored[at + 2 + j] as number;
        row[i * BLOCK + j] = ((byte & 15) - MIDDLE) * scale;
        row[i * BLOCK + HALF + j] = ((byte >> 4) - MIDDLE) * scale;
      }
    }
    let largest = 0;
    for (const weight of row) largest = Math.max(largest, Math.abs(weight));
    const scale = Math.fround(Math.max(largest, 1e-8) / INT8);
    scales[output] = scale;
    for (let i = 0; i < size; i++)
      weights[i * outputs + output] = Math.max(-INT8, Math.min(INT8, Math.round((row[i] as number) / scale)));
  }
  return { weights, scales };
}

/** Attention among all tokens that are not masked. */
function attention(graph: OnnxGraph, width: number, heads: number) {
  const apart = graph.whole(0, 0, heads, width / heads);
  const together = graph.whole(0, 0, width);
  const root = graph.real(1 / Math.sqrt(width / heads));
  const hidden = graph.add('Sub', [graph.real(1), graph.add('Cast', ['attention_mask'], { to: 1 })]);
  const mask = graph.add('Mul', [graph.add('Unsqueeze', [hidden, graph.whole(1, 2)]), graph.real(-1e9)]);
  const split = (y: string, order: readonly number[]) =>
    graph.add('Transpose', [graph.add('Reshape', [y, apart])], { perm: order });
  return (query: string, key: string, value: string) => {
    const product = graph.add('MatMul', [split(query, [0, 2, 1, 3]), split(key, [0, 2, 3, 1])]);
    const scores = graph.add('Add', [graph.add('Mul', [product, root]), mask]);
    const mixed = graph.add('MatMul', [
      graph.add('Softmax', [scores], { axis: 3 }),
      split(value, [0, 2, 1, 3]),
    ]);
    return graph.add('Reshape', [graph.add('Transpose', [mixed], { perm: [0, 2, 1, 3] }), together]);
  };
}

function gelu(graph: OnnxGraph, x: string): string {
  const erf = graph.add('Erf', [graph.add('Mul', [x, graph.real(Math.SQRT1_2)])]);
  const half = graph.add('Mul', [x, graph.real(0.5)]);
  return graph.add('Mul', [half, graph.add('Add', [erf, graph.real(1)])]);
}
