/** `nacre/onnx`: models of ONNX, opsets 1 to 27. */
import { ImportError, OptionError } from '../../errors.js';
import type { Rng, TensorGraph } from '../../ir.js';
import type { LowerOptions } from '../../lower/index.js';
import { show } from '../../show.js';
import { arrayOf, volume, type Tensor } from '../../tensor.js';
import { lowerOnnx } from './lower.js';
import type { OnnxFile, OnnxPort } from './model.js';
import type { AskedOutputs } from './outputs.js';
import { readOnnx } from './read.js';

/** Rows of rows, of one length each. */
type Nested = readonly (number | bigint | boolean | Nested)[];

/** The value of an input that is fixed when compiling: a number fills any shape of one element. */
export type BoundInput =
  number | bigint | boolean | Nested | { readonly shape: readonly number[]; readonly data: ArrayLike<number | bigint> };

export interface OnnxOptions {
  /**
   * Inputs whose values are known, by name; they are inputs no more. A shape, an axis or a sample rate that a model takes
   * as an input often has to be.
   */
  readonly bind?: Readonly<Record<string, BoundInput>>;
  /** Files beside the model in which it keeps tensors: their bytes by location, or a function that reads a part of one. */
  readonly externalData?:
    Readonly<Record<string, Uint8Array>> | ((location: string, offset: number, length: number) => Uint8Array);
  /**
   * Values that are outputs besides those of the model: their names in its graph, or `all` for every float value that a node
   * computes. What is an output is fused with nothing, so that a module with all of them is slow.
   */
  readonly outputs?: AskedOutputs;
}

/** A model of ONNX, which `compile`, `build` and `summary` take as they take graphs. */
export class OnnxModel {
  readonly rng: Rng = 'philox';

  /** @internal */
  constructor(
    private readonly file: OnnxFile,
    private readonly bound: ReadonlyMap<string, Tensor>,
    private readonly asked: AskedOutputs = [],
  ) {}

  /** The values of the inputs that are bound, by name. */
  get bindings(): ReadonlyMap<string, Tensor> {
    return this.bound;
  }

  /** Name, dtype and sizes of the inputs that are not bound, as the file has them. */
  get inputs(): readonly OnnxPort[] {
    const initialized = new Set(this.file.graph.initializers.map(({ name }) => name));
    return this.file.graph.inputs.filter(({ name }) => !initialized.has(name) && !this.bound.has(name));
  }

  /** Name, dtype and sizes of the outputs, as the file has them; those asked for besides are not among them. */
  get outputs(): readonly OnnxPort[] {
    return this.file.graph.outputs;
  }

  /** @throws ImportError · ShapeError · OptionError, see `importOnnx` */
  lower(options: LowerOptions = {}): TensorGraph {
    return lowerOnnx(this.file, this.bound, { ...options, outputs: this.asked });
  }
}

/**
 * Reads an ONNX model.
 *
 * @param bytes of the `.onnx` file
 * @throws ImportError for bytes that are no ONNX model. When it is compiled: ImportError for operators that nacre does not
 *   have, all of them at once, and for graphs that are none · OptionError for outputs that the graph does not have
 */
export function importOnnx(
  bytes: Uint8Array,
  { bind = {}, externalData = {}, outputs = [] }: OnnxOptions = {},
): OnnxModel {
  const file = readOnnx(bytes, (location, offset, length, tensor) => {
    if (typeof externalData === 'function') return externalData(location, offset, length ?? 0);
    const whole = externalData[location];
    if (!whole) throw new ImportError('external', tensor, `its data is in '${location}', which is missing`);
    const part = whole.subarray(offset, length === undefined ? undefined : offset + length);
    if (length !== undefined && part.length !== length) {
      throw new ImportError(
        'external',
        tensor,
        `'${location}' has ${whole.length} bytes, ${offset + length} are needed`,
      );
    }
    return part;
  });
  const ports = new Map(file.graph.inputs.map((port) => [port.name, port]));
  const bound = new Map(
    Object.entries(bind).map(([name, given]) => [name, boundTensor(name, ports.get(name), given)] as const),
  );
  return new OnnxModel(file, bound, outputs);
}

function boundTensor(name: string, port: OnnxPort | undefined, given: unknown): Tensor {
  const fail = (what: string): never => {
    throw new OptionError('bind', `bind.${name}`, what);
  };
  if (port?.dtype === undefined) return fail('is no input of the model with a dtype that nacre stores');
  const { dtype } = port;
  const { shape, data } = shapedValues(given, port.shape?.length ?? 0);
  const isSize = (size: unknown): boolean => Number.isInteger(size) && (size as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isSize) || data === undefined) {
    return fail(`must be a number, a nested list or { shape, data }, got ${show(given)}`);
  }
  const sizes = shape as readonly number[];
  if (data.length !== volume(sizes)) return fail(`${data.length} values do not fill (${sizes.join(', ')})`);
  for (let at = 0; at < data.length; at++) {
    const value = data[at];
    const isWhole = typeof value === 'bigint' || typeof value === 'boolean' || Number.isInteger(value);
    if (dtype === 'float32' ? Number.isNaN(Number(value)) && typeof value !== 'number' : !isWhole) {
      return fail(`expects ${dtype} values, got ${show(value)}`);
    }
  }
  return { dtype, shape: sizes, data: arrayOf(dtype, data as ArrayLike<number>) };
}

function shapedValues(given: unknown, rank: number): { shape?: unknown; data?: ArrayLike<unknown> } {
  if (Array.isArray(given)) {
    const shape: number[] = [];
    for (let part: unknown = given; Array.isArray(part); part = part[0]) shape.push(part.length);
    return { shape, data: given.flat(Infinity as 1) };
  }
  if (typeof given === 'object' && given !== null) return given;
  return ['number', 'bigint', 'boolean'].includes(typeof given)
    ? { shape: new Array<number>(rank).fill(1), data: [given] }
    : {};
}
