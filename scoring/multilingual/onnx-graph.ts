/*
 * Writes ONNX graphs: the few messages of onnx.proto that an encoder needs, by their field numbers. A package for it would bring the
 * whole of protobuf.
 */

/** ONNX's numbers of types of elements. */
export const TYPES = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, float16: 10 } as const;
type Type = keyof typeof TYPES;
type Attribute = number | readonly number[] | { readonly float: number } | { readonly text: string };
type Bytes = readonly Uint8Array[];

const OPSET = 18;
/** The format of the file that runtimes of that opset read. */
const IR_VERSION = 8;
const ATTRIBUTE_TYPES = { float: 1, int: 2, text: 3, ints: 7 } as const;

/** A graph that grows; each method returns the name of its result. */
export class OnnxGraph {
  readonly #nodes: Bytes[] = [];
  readonly #constants: Bytes[] = [];
  #count = 0;

  /** A constant of that shape; its bytes are little endian. */
  constant(type: Type, dimensions: readonly number[], data: ArrayBufferView): string {
    const name = `c${this.#next()}`;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#constants.push([
      ...dimensions.flatMap((size) => number(1, size)),
      ...number(2, TYPES[type]),
      ...text(8, name),
      ...block(9, [bytes]),
    ]);
    return name;
  }

  real(value: number): string {
    return this.constant('float', [], Float32Array.of(value));
  }

  whole(...values: number[]): string {
    return this.constant('int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  add(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    const [name] = this.addNode(op, inputs, 1, attributes);
    return name as string;
  }

  /** A node with several results. */
  addNode(
    op: string,
    inputs: readonly string[],
    results: number,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string[] {
    const names = Array.from({ length: results }, () => `n${this.#next()}`);
    this.#nodes.push([
      ...inputs.flatMap((name) => text(1, name)),
      ...names.flatMap((name) => text(2, name)),
      ...text(3, `${op}_${this.#count}`),
      ...text(4, op),
      ...Object.entries(attributes).flatMap(([name, value]) => block(5, attribute(name, value))),
    ]);
    return names;
  }

  /** The model as a file: `inputs` are rows of integers [1, T], the output is `last_hidden_state` [1, T, width]. */
  serialize(inputs: readonly string[], result: string, width: number): Buffer {
    this.#nodes.push([...text(1, result), ...text(2, OUTPUT), ...text(3, 'out'), ...text(4, 'Identity')]);
    const graph = [
      ...this.#nodes.flatMap((node) => block(1, node)),
      ...text(2, 'encoder'),
      ...this.#constants.flatMap((constant) => block(5, constant)),
      ...inputs.flatMap((name) => block(11, value(name, TYPES.int64, [1, 'T']))),
      ...block(12, value(OUTPUT, TYPES.float, [1, 'T', width])),
    ];
    return Buffer.concat([
      ...number(1, IR_VERSION),
      ...text(2, 'scoreline'),
      ...block(7, graph),
      ...block(8, [...text(1, ''), ...number(2, OPSET)]),
    ]);
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }
}

const OUTPUT = 'last_hidden_state';

function attribute(name: string, value: Attribute): Bytes {
  if (typeof value === 'number')
    return [...text(1, name), ...number(3, value), ...number(20, ATTRIBUTE_TYPES.int)];
  if ('text' in value) return [...text(1, name), ...text(4, value.text), ...number(20, ATTRIBUTE_TYPES.text)];
  if ('float' in value) {
    const bytes = new Uint8Array(Float32Array.of(value.float).buffer);
    return [...text(1, name), varint((2 << 3) | 5), bytes, ...number(20, ATTRIBUTE_TYPES.float)];
  }
  return [...text(1, name), ...value.flatMap((one) => number(8, one)), ...number(20, ATTRIBUTE_TYPES.ints)];
}

/** What goes in or comes out; a dimension is a size or the name of one. */
function value(name: string, type: number, dimensions: readonly (number | string)[]): Bytes {
  const shape = dimensions.flatMap((size) =>
    block(1, typeof size === 'number' ? number(1, size) : text(2, size)),
  );
  const tensor = [...number(1, type), ...block(2, shape)];
  return [...text(1, name), ...block(2, block(1, tensor))];
}

const number = (field: number, given: number): Bytes => [varint(field << 3), varint(given)];
const text = (field: number, given: string): Bytes => block(field, [Buffer.from(given)]);

function block(field: number, parts: Bytes): Bytes {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return [varint((field << 3) | 2), varint(length), ...parts];
}

/** A whole number that is not negative, seven bits a byte. */
function varint(given: number): Uint8Array {
  const bytes: number[] = [];
  let left = given;
  for (; left > 0x7f; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  return Uint8Array.from([...bytes, left]);
}
