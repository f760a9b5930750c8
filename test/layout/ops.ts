import { Build } from '../../compiler/build.js';
import { printShape, type Dim } from '../../compiler/dim.js';
import type { Expression, Node, Op, TensorGraph, Value, Variable } from '../../compiler/ir.js';
import { arrayOf, type DType } from '../../compiler/tensor.js';

/** Sizes of calls; `batch` is unknown to the graph. */
export const sizes = new Map([['batch', 2]]);

/** Builds a graph op by op, from one input `x`. */
export class Ops {
  readonly build = new Build(() => false, 'op');
  readonly x: Value;
  private readonly variables: Variable[] = [];
  private readonly initialize: Node[] = [];

  constructor(shape: readonly Dim[]) {
    this.x = this.build.value({ dtype: 'float32', shape }, 'x');
  }

  op(op: Op, ...inputs: Value[]): Value {
    return this.build.op(op, inputs);
  }

  elementwise(expression: Expression, ...inputs: Value[]): Value {
    return this.op({ kind: 'elementwise', expression }, ...inputs);
  }

  transpose(x: Value, ...permutation: number[]): Value {
    return this.op({ kind: 'transpose', permutation }, x);
  }

  constant(dtype: DType, shape: readonly number[], values: readonly number[]): Value {
    return this.op({ kind: 'constant', tensor: { dtype, shape, data: arrayOf(dtype, values) } });
  }

  variable(shape: readonly Dim[]): Value {
    const name = `v${this.variables.length}`;
    const value = this.build.value({ dtype: 'float32', shape }, name);
    const recipe = { kind: 'uniform', low: -1, high: 1 } as const;
    this.initialize.push({ op: { kind: 'initializer', recipe }, inputs: [], outputs: [value], origin: name });
    const fans = { fanIn: 1, fanOut: 1, weightFanIn: undefined };
    const about = { layout: null, trainable: true, users: [name], initializer: 'uniform', isDefault: true };
    this.variables.push({ name, value, ...about, ...fans });
    return value;
  }

  graph(outputs: readonly Value[]): TensorGraph {
    const isFree = typeof this.x.shape[0] !== 'number';
    const typical = sizes.get('batch')!;
    return {
      name: undefined,
      rng: 'philox',
      customs: [],
      symbols: isFree ? [{ name: 'batch', kind: 'free', input: 'x', axis: 0, min: 1, max: 100, typical }] : [],
      inputs: [{ name: 'x', value: this.x, axes: [] }],
      outputs: outputs.map((value, index) => ({ name: `y${index}`, value, axes: [] })),
      variables: this.variables,
      constraints: [],
      initialize: this.initialize,
      prepare: [],
      forward: this.build.nodes,
      layers: [],
    };
  }
}

/** A graph's ops and shapes, for messages. */
export const textOf = ({ forward }: TensorGraph): string =>
  forward
    .map(({ op, inputs, outputs }) => {
      const { kind, ...rest } = op;
      const ids = inputs.map(({ id }) => `%${id}`).join(' ');
      return `%${outputs[0]!.id} ${printShape(outputs[0]!.shape)} = ${kind} ${ids} ${JSON.stringify(rest)}`;
    })
    .join('\n');
