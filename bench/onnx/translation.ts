import type { Activation, Network, NetworkLayer, Values } from '../network.js';
import type { Attribute, Initializer, OnnxNode } from './model.js';

/** A value of the network. */
export interface Edge {
  readonly name: string;
  /** As the network has it, channels last. */
  readonly shape: readonly number[];
  /** Maps of convolutions stand channels first in ONNX. */
  readonly isMap: boolean;
  /** The map that was flattened into this; its elements stand channels first. */
  readonly flattened?: readonly number[];
}

/** Appends a layer's nodes, the last of which gives a value by the layer's name. */
export type Rule = (to: Translation, layer: NetworkLayer, ...inputs: readonly Edge[]) => Omit<Edge, 'name' | 'shape'>;

type Attributes = Readonly<Record<string, Attribute>>;

const same = (values: Values): Values => values;

/** The nodes and initializers of an ONNX graph as it grows. */
export class Translation {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: Record<string, Initializer> = {};

  constructor(private readonly weights: Network['weights']) {}

  /** A node whose first output has the name that is given. */
  node(op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): string {
    this.nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  }

  /** A node with several outputs, '' for those that are not needed. */
  nodeOfMany(op: string, inputs: readonly string[], outputs: readonly string[], attributes: Attributes): void {
    this.nodes.push({ op, inputs, outputs, attributes });
  }

  /** A variable of the layer as an initializer, after `change`. */
  weight({ name }: NetworkLayer, slot: string, change: (values: Values) => Values = same): string {
    return this.initializer(`${name}.${slot}`, change(this.valuesOf(`${name}.${slot}`)));
  }

  /** @throws Error for a variable that the network does not have */
  valuesOf(name: string): Values {
    const values = this.weights[name];
    if (values === undefined) throw new Error(`${name}: there is no such variable`);
    return values;
  }

  initializer(name: string, values: Initializer): string {
    this.initializers[name] = values;
    return name;
  }

  /** A number that any number of nodes share. */
  scalar(value: number): string {
    return this.initializer(`scalar_${value}`, { data: Float32Array.of(value), shape: [] });
  }

  /** Sizes or axes that any number of nodes share. */
  integers(...values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.initializer(`integers_${values.join('_')}`, { data, shape: [values.length] });
  }

  /** The layer's activation, named like the layer; what comes before it takes another name. */
  activate({ name, activation }: NetworkLayer, compute: (output: string) => void): void {
    if (activation.kind === 'linear') {
      compute(name);
      return;
    }
    compute(`${name}.sum`);
    this.applyActivation(name, activation, `${name}.sum`, name);
  }

  applyActivation(layer: string, { kind, ...options }: Activation, x: string, output: string): void {
    const simple = activations[kind];
    if (simple !== undefined && Object.values(options).every((option) => !option)) {
      this.node(simple, [x], output);
    } else if (kind === 'softmax' && options['axis'] === -1) {
      this.node('Softmax', [x], output, { axis: -1 });
    } else if (kind === 'relu6') {
      this.node('Clip', [x, this.scalar(0), this.scalar(6)], output);
    } else if (kind === 'gelu' && options['approximate'] === false) {
      const error = this.node('Erf', [this.node('Div', [x, this.scalar(Math.SQRT2)], `${output}.scaled`)], `${output}.erf`); // prettier-ignore
      const sum = this.node('Add', [error, this.scalar(1)], `${output}.one`);
      this.node('Mul', [this.node('Mul', [x, sum], `${output}.twice`), this.scalar(0.5)], output);
    } else {
      throw new Error(`${layer}: activation '${kind}' is not translated to ONNX`);
    }
  }
}

const activations: Readonly<Record<string, string>> = {
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
};
