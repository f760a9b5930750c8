import { scalar } from '../../../build.js';
import * as f from '../../../formula.js';
import { each } from '../../../expand/integers.js';
import { map } from '../../../expand/maps.js';
import { activationFunctions, leaky } from '../activations.js';
import type { Expand, Operators } from '../define.js';

const plain = (name: string): Expand => {
  const activation = activationFunctions[name]!;
  return (context, inputs) => map(context, [context.real(inputs, 0)], ([x]) => activation(x!));
};

/** Integers stay integers. */
const relu: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  if (x.dtype === 'float32') return plain('Relu')(context, inputs);
  return each(context, 'int32', [x], ([a]) => f.max(a!, f.i32(0)));
};

const leakyRelu: Expand = (context, inputs) => {
  const alpha = context.float('alpha', 0.2);
  return map(context, [context.real(inputs, 0)], ([x]) => leaky(x!, scalar(alpha)));
};

const prelu: Expand = (context, inputs) => {
  const slope = context.weight(context.real(inputs, 1), 'alpha');
  return map(context, [context.real(inputs, 0), slope], ([x, alpha]) => leaky(x!, alpha!));
};

/** Activations. */
export const activations: Operators = {
  Relu: relu,
  Relu6: plain('Relu6'),
  Elu: plain('Elu'),
  Selu: plain('Selu'),
  LeakyRelu: leakyRelu,
  Prelu: prelu,
  Sigmoid: plain('Sigmoid'),
  Tanh: plain('Tanh'),
  Softplus: plain('Softplus'),
  Softsign: plain('Softsign'),
};
