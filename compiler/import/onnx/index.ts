/** `nacre/onnx`: models of ONNX, opsets 1 to 27. */
import { ImportError, OptionError } from '../../errors.js';
import type { Rng, TensorGraph } from '../../ir.js';
import type { LowerOptions } from '../../lower/index.js';
import { show } from '../../show.js';
import { arrayOf, volume, type DType, type Tensor } from '../../tensor.js';
import { lowerOnnx } from './lower.js';
import type { OnnxFile, OnnxPort } from './model.js';
import { readOnnx } from './read.js';

/** The value of an input that is fixed when compiling. */
export interface BoundInput {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}

export interface OnnxOptions {
  /**
   * Inputs whose values are known, by name; they are inputs no more. A shape, an axis or a sample rate that a model takes
   * as an input often has to be.
   */
  readonly bind?: Readonly<Record<string, BoundInput>>;
  /** Files beside the model in which it keeps tensors: their bytes by location, or a function that reads a part of one. */
  readonly externalData?:
    Readonly<Record<string, Uint8Array>> | ((location: string, offset: number, length: number) => Uint8Array);
}

/** A model of ONNX, which `compile`, `build` and `summary` take as they take graphs. */
export class OnnxModel {
  readonly rng: Rng = 'philox';

  /** @internal */
  constructor(
    private readonly file: OnnxFile,
    private readonly bound: ReadonlyMap<string, Tensor>,
  ) {}

  /** Name, dtype and sizes of the inputs that are not bound, as the file has them. */
  get inputs(): readonly OnnxPort[] {
    const initialized = new Set(this.file.graph.initializers.map(({ name }) => name));
    return this.file.graph.inputs.filter(({ name }) => !initialized.has(name) && !this.bound.has(name));
  }

  get outputs(): readonly OnnxPort[] {
    return this.file.graph.outputs;
  }

  /** @throws ImportError · ShapeError · OptionError, see `importOnnx` */
  lower(options: LowerOptions = {}): TensorGraph {
    return lowerOnnx(this.file, this.bound, options);
  }
}

/**
 * Reads an ONNX model.
 *
 * @param bytes of the `.onnx` file
 * @throws ImportError for bytes that are no ONNX model. When it is compiled: ImportError for operators that nacre does not
 *   have, all of them at once, and for graphs that are none
 */
export function importOnnx(bytes: Uint8Array, { bind = {}, externalData = {} }: OnnxOptions = {}): OnnxModel {
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
    Object.entries(bind).map(([name, given]) => [name, boundTensor(name, ports.get(name)?.dtype, given)] as const),
  );
  return new OnnxModel(file, bound);
}

function boundTensor(name: string, dtype: DType | undefined, given: BoundInput): Tensor {
  const fail = (what: string): never => {
    throw new OptionError('bind', `bind.${name}`, what);
  };
  const { shape, data } = given;
  if (dtype === undefined) return fail('is no input of the model with a dtype that nacre stores');
  if (!Array.isArray(shape) || !shape.every((size) => Number.isInteger(size) && size >= 0)) {
    return fail(`needs a shape, got ${show(shape)}`);
  }
  if (data?.length !== volume(shape)) return fail(`${data?.length} values do not fill (${shape.join(', ')})`);
  return { dtype, shape, data: arrayOf(dtype, data) };
}
