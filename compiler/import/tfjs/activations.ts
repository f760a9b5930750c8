import { binary, scalar, unary } from '../../build.js';
import type { Expression } from '../../ir.js';

const plus = (left: Expression, right: Expression): Expression => binary('add', left, right);
const times = (left: Expression, right: Expression): Expression => binary('multiply', left, right);
const positive = (x: Expression): Expression => binary('maximum', x, scalar(0));
const negative = (x: Expression): Expression => binary('minimum', x, scalar(0));

/** max(x, 0) + eˣ − 1 below 0 */
const exponential = (x: Expression, alpha: number): Expression =>
  plus(positive(x), times(scalar(alpha), unary('expm1', negative(x))));

/** max(x, 0) + slope · min(x, 0) */
export const leaky = (x: Expression, slope: Expression): Expression => plus(positive(x), times(slope, negative(x)));

/** x · ½ · (1 + tanh(√(2 / π) · (x + 0.044715 · x³))), or x · Φ(x) */
const gelu = (x: Expression, approximate: boolean): Expression => {
  const inner = times(scalar(Math.sqrt(2 / Math.PI)), plus(x, times(scalar(0.044715), times(x, times(x, x)))));
  const gate = approximate ? unary('tanh', inner) : unary('erf', times(x, scalar(Math.SQRT1_2)));
  return times(times(scalar(0.5), x), plus(scalar(1), gate));
};

/** Activations without parameters, by the names of operators and of what is fused with them. */
export const activationFunctions: Readonly<Record<string, (x: Expression) => Expression>> = {
  Relu: positive,
  Relu6: (x) => binary('minimum', positive(x), scalar(6)),
  Elu: (x) => exponential(x, 1),
  Selu: (x) => times(scalar(1.0507009873554805), exponential(x, 1.6732632423543772)),
  Sigmoid: (x) => unary('sigmoid', x),
  Tanh: (x) => unary('tanh', x),
  Softplus: (x) => unary('softplus', x),
  Softsign: (x) => binary('divide', x, plus(scalar(1), unary('absolute', x))),
  GeluApproximate: (x) => gelu(x, true),
  GeluExact: (x) => gelu(x, false),
};
