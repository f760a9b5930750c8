import { binary, scalar, select, unary } from '../../../build.js';
import * as f from '../../../formula.js';
import type { Expression, Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators, Versions } from '../define.js';
import { each } from '../../../expand/integers.js';
import { alike, map } from '../../../expand/maps.js';

const plus = (left: Expression, right: Expression): Expression => binary('add', left, right);
const times = (left: Expression, right: Expression): Expression => binary('multiply', left, right);
const maximum = (left: Expression, right: Expression): Expression => binary('maximum', left, right);
const minimum = (left: Expression, right: Expression): Expression => binary('minimum', left, right);
const positive = (x: Expression): Expression => maximum(x, scalar(0));
const negative = (x: Expression): Expression => minimum(x, scalar(0));

/** An activation of float32 elements with the node's attributes. */
const activation =
  (expression: (x: Expression, context: NodeContext) => Expression): Expand =>
  (context, inputs) =>
    map(context, [context.input(inputs, 0)], ([x]) => expression(x!, context));

const parametric = (
  parameters: Readonly<Record<string, number>>,
  expression: (x: Expression, ...values: number[]) => Expression,
): Expand =>
  activation((x, context) =>
    expression(x, ...Object.entries(parameters).map(([name, otherwise]) => context.float(name, otherwise))),
  );

/** max(x, 0) + alpha · (eˣ − 1) below 0 */
const exponential = (x: Expression, alpha: number): Expression =>
  plus(positive(x), times(scalar(alpha), unary('expm1', negative(x))));

const hardSigmoid = (x: Expression, alpha: number, beta: number): Expression =>
  minimum(positive(plus(times(scalar(alpha), x), scalar(beta))), scalar(1));

const relu: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  if (x.dtype === 'float32') return map(context, [x], ([a]) => positive(a!));
  return each(context, x.dtype, [x], ([a]) => f.max(a!, f.number(f.scalarOf(x.dtype), 0)));
};

/** Before version 7 a slope of one axis belongs to the channels, which are axis 1. */
function slopeOf(context: NodeContext, x: Value, slope: Value): Value {
  const after = x.shape.length - 2;
  if (context.opset >= 7 || slope.shape.length !== 1 || slope.shape[0] === 1 || after <= 0) return slope;
  return context.build.reshape(slope, [slope.shape[0]!, ...new Array<number>(after).fill(1)]);
}

const prelu: Expand = (context, inputs) => {
  const [x, given] = alike(context, [context.input(inputs, 0), context.input(inputs, 1)]);
  const slope = slopeOf(context, x, given!);
  if (x.dtype === 'float32') {
    return map(context, [x, slope], ([a, b]) => plus(positive(a!), times(b!, negative(a!))));
  }
  const zero = f.number(f.scalarOf(x.dtype), 0);
  return each(context, x.dtype, [x, slope], ([a, b]) => f.select(f.less(a!, zero), f.mul(a!, b!), a!));
};

const shrink: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const [bias, lambd] = [context.float('bias', 0), context.float('lambd', 0.5)];
  if (x.dtype === 'float32') {
    return map(context, [x], ([a]) => {
      const above = select('less', scalar(lambd), a!, binary('subtract', a!, scalar(bias)), scalar(0));
      return select('less', a!, scalar(-lambd), plus(a!, scalar(bias)), above);
    });
  }
  const type = f.scalarOf(x.dtype);
  return each(context, x.dtype, [x], ([a]) =>
    f.bind(f.convert('f64', a!), 'f64', (value) => {
      const above = f.select(f.less(f.f64(lambd), value), f.sub(value, f.f64(bias)), f.f64(0));
      return f.convert(type, f.select(f.less(value, f.f64(-lambd)), f.add(value, f.f64(bias)), above));
    }),
  );
};

/** ½ · x · (1 + tanh(√(2 / π) · (x + 0.044715 · x³))), or x · Φ(x) */
const gelu: Expand = activation((x, context) => {
  const approximate = context.oneOf('approximate', ['none', 'tanh'], 'none') === 'tanh';
  const cube = times(x, times(x, x));
  const inner = times(scalar(Math.sqrt(2 / Math.PI)), plus(x, times(scalar(0.044715), cube)));
  const gate = approximate ? unary('tanh', inner) : unary('erf', times(x, scalar(Math.SQRT1_2)));
  return times(times(scalar(0.5), x), plus(scalar(1), gate));
});

const MOST = 3.4028234663852886e38;

/** Bounds that are attributes, the largest finite numbers by default. */
const clipByAttributes: Expand = parametric({ min: -MOST, max: MOST }, (x, low, high) =>
  minimum(maximum(x, scalar(low)), scalar(high)),
);

/** Bounds that are inputs, either of which may be absent; the upper one wins. */
const clip: Expand = (context, inputs) => {
  const bounds = [inputs[1], inputs[2]];
  const given = bounds.filter((bound): bound is Value => bound !== undefined);
  const [x, ...scalars] = alike(context, [context.input(inputs, 0), ...given]);
  const values = scalars.map((bound) => (bound.shape.length === 0 ? bound : context.build.reshape(bound, [])));
  if (values.length === 0) return x;
  const bounded = <T>(x: T, [first, second]: readonly T[], fn: (name: 'minimum' | 'maximum', a: T, b: T) => T): T => {
    const lower = bounds[0] ? fn('maximum', x, first!) : x;
    return bounds[1] ? fn('minimum', lower, bounds[0] ? second! : first!) : lower;
  };
  if (x.dtype === 'float32') {
    return map(context, [x, ...values], ([a, ...others]) => bounded(a!, others, binary));
  }
  return each(context, x.dtype, [x, ...values], ([a, ...others]) =>
    bounded(a!, others, (fn, p, q) => f.binary(fn, p, q)),
  );
};

const of = (expand: Expand, since = 1): Versions => ({ [since]: expand });

/** Activations: functions of one element with attributes. */
export const activations: Operators = {
  Relu: of(relu),
  LeakyRelu: of(parametric({ alpha: 0.01 }, (x, alpha) => plus(positive(x), times(scalar(alpha), negative(x))))),
  PRelu: of(prelu),
  ThresholdedRelu: of(parametric({ alpha: 1 }, (x, alpha) => select('less', scalar(alpha), x, x, scalar(0)))),
  Elu: of(parametric({ alpha: 1 }, (x, alpha) => exponential(x, alpha))),
  Selu: of(
    parametric({ alpha: 1.6732632423543772, gamma: 1.0507009873554805 }, (x, alpha, gamma) =>
      times(scalar(gamma), exponential(x, alpha)),
    ),
  ),
  Celu: of(
    parametric({ alpha: 1 }, (x, alpha) =>
      plus(positive(x), times(scalar(alpha), unary('expm1', binary('divide', negative(x), scalar(alpha))))),
    ),
    12,
  ),
  Clip: { 1: clipByAttributes, 11: clip },
  Sigmoid: of(activation((x) => unary('sigmoid', x))),
  Tanh: of(activation((x) => unary('tanh', x))),
  HardSigmoid: of(parametric({ alpha: 0.2, beta: 0.5 }, (x, alpha, beta) => hardSigmoid(x, alpha, beta))),
  HardSwish: of(
    activation((x) => times(x, hardSigmoid(x, 1 / 6, 0.5))),
    14,
  ),
  Softplus: of(activation((x) => unary('softplus', x))),
  Softsign: of(activation((x) => binary('divide', x, plus(scalar(1), unary('absolute', x))))),
  Mish: of(
    activation((x) => times(x, unary('tanh', unary('softplus', x)))),
    18,
  ),
  Swish: of(
    parametric({ alpha: 1 }, (x, alpha) => times(x, unary('sigmoid', times(scalar(alpha), x)))),
    24,
  ),
  Gelu: of(gelu, 20),
  Shrink: of(shrink, 9),
};
