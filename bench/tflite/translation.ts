import type { Network, NetworkLayer, Values } from '../network.js';
import type { Edge, GraphBuilder } from './builder.js';
import { FusedActivation, type OperatorName } from './schema.js';

const inside = new Map(Object.entries(FusedActivation));

/** Activations that no operator has in it. */
const after: Readonly<Record<string, OperatorName>> = { sigmoid: 'logistic', softmax: 'softmax', gelu: 'gelu' };

/** What rules read and write. */
export class Translation {
  constructor(
    readonly builder: GraphBuilder,
    readonly network: Network,
  ) {}

  /** A variable of the layer as a constant, after `change`. */
  weight({ name }: NetworkLayer, slot: string, change: (values: Values) => Values = (values) => values): Edge {
    return this.builder.constant(change(this.network.weights[`${name}.${slot}`]!));
  }

  /** Whether the values of this name come out of a `relu`. */
  isNonNegative(name: string): boolean {
    const layer = this.network.layers.find((other) => other.name === name) as Partial<NetworkLayer> | undefined;
    return layer?.kind === 'relu' || layer?.activation?.kind.startsWith('relu') === true;
  }

  /** The layer's activation within the operator that `complete` makes, or by an operator after it. */
  activate(layer: NetworkLayer, complete: (activation: number) => Edge): Edge {
    const { name, activation } = layer as Partial<NetworkLayer>;
    const kind = activation?.kind ?? 'linear';
    const fused = inside.get(kind);
    if (fused !== undefined) return complete(fused);
    const operator = after[kind];
    if (operator === undefined) throw new Error(`${name}: activation '${kind}' is not translated to TensorFlow Lite`);
    const y = complete(FusedActivation.linear);
    return this.builder.operator(operator, [y], y.shape, operator === 'softmax' ? { beta: 1 } : {});
  }
}
