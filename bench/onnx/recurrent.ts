import { transpose, type NetworkLayer, type Values } from '../network.js';
import type { Attribute } from './model.js';
import type { Edge, Rule, Translation } from './translation.js';

/** Rows [gates · units, in] of a weight [in, gates · units], the gates in another order. */
function gatesFirst(weight: Values, order: readonly number[]): Values {
  const { data, shape } = transpose(weight, [1, 0]);
  const block = data.length / order.length;
  const sorted = new Float32Array(data.length);
  order.forEach((gate, at) => sorted.set(data.subarray(gate * block, (gate + 1) * block), at * block));
  return { data: sorted, shape: [1, ...shape] };
}

/** One vector, or a row for the input and one for the state, as [1, 2 · gates · units]. */
function biasesOf({ data, shape }: Values, order: readonly number[]): Values {
  const length = shape.at(-1)!;
  const block = length / order.length;
  const sorted = new Float32Array(2 * length);
  for (let row = 0; row * length < data.length; row++) {
    order.forEach((gate, at) => {
      const from = row * length + gate * block;
      sorted.set(data.subarray(from, from + block), row * length + at * block);
    });
  }
  return { data: sorted, shape: [1, 2 * length] };
}

interface Cell {
  readonly op: string;
  /** Where the layer has each gate of ONNX. */
  readonly order: readonly number[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** The output of the last step, of default activations: steps first, then the last state without its direction. */
function recur(to: Translation, layer: NetworkLayer, x: Edge, { op, order, attributes }: Cell): void {
  const { name, units, activation, recurrentActivation } = layer;
  if (activation.kind !== 'tanh' || recurrentActivation.kind !== 'sigmoid' || layer.shape.length !== 2) {
    throw new Error(`${name}: is translated to ONNX with default activations and one output only`);
  }
  const steps = to.node('Transpose', [x.name], `${name}.steps`, { perm: [1, 0, 2] });
  const weights = [
    to.weight(layer, 'weight', (values) => gatesFirst(values, order)),
    to.weight(layer, 'recurrentWeight', (values) => gatesFirst(values, order)),
    to.weight(layer, 'bias', (values) => biasesOf(values, order)),
  ];
  to.nodeOfMany(op, [steps, ...weights], ['', `${name}.last`], { hidden_size: units, ...attributes });
  to.node('Squeeze', [`${name}.last`, to.integers(0)], name);
}

/** Gates input, forget, cell, output become input, output, forget, cell. */
export const lstm: Rule = (to, layer, x) => {
  recur(to, layer, x, { op: 'LSTM', order: [0, 3, 1, 2] });
  return { isMap: false };
};

export const gru: Rule = (to, layer, x) => {
  const attributes = { linear_before_reset: Number(layer.resetAfter) };
  recur(to, layer, x, { op: 'GRU', order: [0, 1, 2], attributes });
  return { isMap: false };
};
