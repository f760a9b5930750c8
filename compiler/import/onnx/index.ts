/** `nacre/onnx`: models of ONNX, opsets 1 to 27. */
import { ImportError } from '../../errors.js';
import type { Rng, TensorGraph } from '../../ir.js';
import type { LowerOptions } from '../../lower/index.js';
import type { Tensor } from '../../tensor.js';
import { boundTensors, type BoundInput } from '../bind.js';
import { lowerOnnx } from './lower.js';
import type { OnnxFile, OnnxPort } from './model.js';
import type { AskedOutputs } from '../outputs.js';
import { readOnnx } from './read.js';

export type { BoundInput };

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
  return new OnnxModel(file, boundTensors(bind, file.graph.inputs), outputs);
}
