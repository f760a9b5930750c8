import { volume, type Values } from '../network.js';
import type { OptionValue, TfliteGraph, TfliteOperator, TfliteTensor } from './model.js';
import type { OperatorName } from './schema.js';

/** A value as a layer has it; its tensor may have the same elements in another shape. */
export interface Edge {
  readonly tensor: number;
  readonly shape: readonly number[];
}

/** Collects tensors and operators in the order in which they are computed. */
export class GraphBuilder {
  private readonly tensors: TfliteTensor[] = [];
  private readonly operators: TfliteOperator[] = [];
  private readonly inputs: number[] = [];

  private tensor(tensor: TfliteTensor): Edge {
    this.tensors.push(tensor);
    return { tensor: this.tensors.length - 1, shape: tensor.shape };
  }

  input(shape: readonly number[]): Edge {
    const edge = this.tensor({ shape });
    this.inputs.push(edge.tensor);
    return edge;
  }

  constant({ data, shape }: Values): Edge {
    return this.tensor({ shape, data });
  }

  scalar(value: number): Edge {
    return this.tensor({ shape: [1], data: Float32Array.of(value) });
  }

  integers(values: readonly number[], shape: readonly number[] = [values.length]): Edge {
    return this.tensor({ shape, data: Int32Array.from(values) });
  }

  /** An operator that reads its inputs in the shapes of their edges, and gives a tensor of `shape`. */
  operator(
    name: OperatorName,
    inputs: readonly Edge[],
    shape: readonly number[],
    options: Readonly<Record<string, OptionValue>> = {},
  ): Edge {
    return this.flatOperator(
      name,
      inputs.map((input) => this.shaped(input)),
      shape,
      options,
    );
  }

  /** The same for one that reads elements in their order, whatever the shape of the tensor. */
  flatOperator(
    name: OperatorName,
    inputs: readonly Edge[],
    shape: readonly number[],
    options: Readonly<Record<string, OptionValue>> = {},
  ): Edge {
    const output = this.tensor({ shape });
    this.operators.push({ name, inputs: inputs.map(({ tensor }) => tensor), output: output.tensor, options });
    return output;
  }

  /** x [..., in] · weight [out, in] + bias [out]; rows of a matrix are taken from whatever its elements stand in. */
  fullyConnected(x: Edge, weight: Edge, bias: Edge, activation: number): Edge {
    const shape = [...x.shape.slice(0, -1), bias.shape[0]!];
    const options = { activation, keepDimensions: shape.length > 2 };
    if (shape.length > 2) return this.operator('fullyConnected', [x, weight, bias], shape, options);
    return this.flatOperator('fullyConnected', [x, weight, bias], shape, options);
  }

  /** An edge whose tensor has its shape: an input that nothing has read takes it, others are reshaped. */
  private shaped(edge: Edge): Edge {
    const { tensor, shape } = edge;
    const { data, shape: stored } = this.tensors[tensor]!;
    if (String(stored) === String(shape)) return edge;
    if (volume(stored) !== volume(shape)) throw new Error(`tflite: [${String(stored)}] is not [${String(shape)}]`);
    const isRead = this.operators.some(({ inputs }) => inputs.includes(tensor));
    if (!data && this.inputs.includes(tensor) && !isRead) {
      this.tensors[tensor] = { shape };
      return edge;
    }
    return this.flatOperator('reshape', [edge, this.integers(shape)], shape, { shape });
  }

  finish(output: Edge): TfliteGraph {
    const { tensors, operators, inputs } = this;
    return { tensors, operators, inputs, output: output.tensor };
  }
}
