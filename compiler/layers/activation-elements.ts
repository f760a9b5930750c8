import { boolean, number, optional, type Attributes, type ResolvedOfAll } from '../attributes.js';
import { binary, scalar, select, unary, type Build } from '../build.js';
import type { Expression, Value } from '../ir.js';

const plus = (left: Expression, right: Expression): Expression => binary('add', left, right);
const times = (left: Expression, right: Expression): Expression => binary('multiply', left, right);
const positive = (x: Expression): Expression => binary('maximum', x, scalar(0));
const negative = (x: Expression): Expression => binary('minimum', x, scalar(0));

/** An activation that is a function of an element. */
export interface ElementFunction<O extends Attributes> {
  readonly options: O;
  readonly expression: (x: Expression, options: ResolvedOfAll<O>) => Expression;
  readonly apply: (build: Build, x: Value, options: ResolvedOfAll<O>) => Value;
}

function elementFunction<const O extends Attributes>(
  options: O,
  expression: (x: Expression, options: ResolvedOfAll<O>) => Expression,
): ElementFunction<O> {
  return {
    options,
    expression,
    apply: (build, x, resolved) => build.elementwise(expression({ kind: 'input', index: 0 }, resolved), x),
  };
}

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** max(x, 0) + alpha · (eˣ − 1) below 0 */
const exponentialLinear = (x: Expression, alpha: number): Expression =>
  plus(positive(x), times(scalar(alpha), unary('expm1', negative(x))));

const clip = (x: Expression, low: number, high: number): Expression =>
  binary('minimum', binary('maximum', x, scalar(low)), scalar(high));

const hardSigmoidOf = (x: Expression, alpha: number, beta: number): Expression =>
  clip(plus(times(scalar(alpha), x), scalar(beta)), 0, 1);

/** x above the threshold, otherwise `value`. */
const above = (x: Expression, threshold: number, value = 0): Expression =>
  select('less', scalar(threshold), x, x, scalar(value));

function rectified(x: Expression, alpha: number, cap: number | undefined, threshold: number): Expression {
  const passed = threshold === 0 ? positive(x) : above(x, threshold);
  const capped =
    cap === undefined ? passed : threshold < 0 ? clip(passed, 0, cap) : binary('minimum', passed, scalar(cap));
  if (alpha === 0) return capped;
  const below = threshold === 0 ? negative(x) : negative(binary('subtract', x, scalar(threshold)));
  return plus(capped, times(scalar(alpha), below));
}

function tanhGelu(x: Expression): Expression {
  const cube = times(x, times(x, x));
  const inner = times(scalar(Math.sqrt(2 / Math.PI)), plus(x, times(scalar(0.044715), cube)));
  return times(times(scalar(0.5), x), plus(scalar(1), unary('tanh', inner)));
}

/** (x + √(x² + b)) / 2, without the difference of near numbers that it is for x below 0. */
function squareplus(x: Expression, b: number): Expression {
  if (b === 0) return positive(x);
  const root = unary('squareRoot', plus(times(x, x), scalar(b)));
  return plus(positive(x), binary('divide', scalar(b / 2), plus(root, unary('absolute', x))));
}

const quarterSquare = (x: Expression): Expression => times(times(scalar(0.25), x), x);

/** Activation functions of an element. */
export const elementActivations = {
  /**
   * x above `threshold`, alpha · (x − threshold) below it. With a `cap`, x above the threshold is clipped to 0 ≤ x ≤ cap, as
   * by Keras.
   */
  relu: elementFunction(
    {
      alpha: optional(number(), 0),
      cap: optional(number({ min: 0 })),
      threshold: optional(number(), 0),
    },
    (x, { alpha, cap, threshold }) => rectified(x, alpha, cap, threshold),
  ),
  relu6: elementFunction({}, (x) => clip(x, 0, 6)),
  /** alpha · x below 0; Keras's function has 0.2, its layer of the same name 0.3. */
  leakyRelu: elementFunction({ alpha: optional(number(), 0.2) }, (x, { alpha }) =>
    plus(positive(x), times(scalar(alpha), negative(x))),
  ),
  elu: elementFunction({ alpha: optional(number(), 1) }, (x, { alpha }) => exponentialLinear(x, alpha)),
  /** alpha · (e^(x / alpha) − 1) below 0 */
  celu: elementFunction({ alpha: optional(number({ above: 0 }), 1) }, (x, { alpha }) =>
    plus(positive(x), times(scalar(alpha), unary('expm1', times(negative(x), scalar(1 / alpha))))),
  ),
  selu: elementFunction({}, (x) => times(scalar(SELU_SCALE), exponentialLinear(x, SELU_ALPHA))),
  softplus: elementFunction({}, (x) => unary('softplus', x)),
  softsign: elementFunction({}, (x) => binary('divide', x, plus(scalar(1), unary('absolute', x)))),
  sigmoid: elementFunction({}, (x) => unary('sigmoid', x)),
  /** The logarithm of sigmoid. */
  logSigmoid: elementFunction({}, (x) => unary('negate', unary('softplus', unary('negate', x)))),
  /** clip(alpha · x + beta, 0, 1), with the 0.2 and 0.5 of Keras 2, NeuPy and ONNX. Keras 3 has alpha 1 / 6. */
  hardSigmoid: elementFunction(
    { alpha: optional(number(), 0.2), beta: optional(number(), 0.5) },
    (x, { alpha, beta }) => hardSigmoidOf(x, alpha, beta),
  ),
  /** clip((x + 1) / 2, 0, 1) */
  sparseSigmoid: elementFunction({}, (x) => hardSigmoidOf(x, 0.5, 0.5)),
  /** x · clip(x / 6 + 0.5, 0, 1); hard SiLU elsewhere. */
  hardSwish: elementFunction({}, (x) => times(x, hardSigmoidOf(x, 1 / 6, 0.5))),
  tanh: elementFunction({}, (x) => unary('tanh', x)),
  /** clip(x, −1, 1) */
  hardTanh: elementFunction({}, (x) => clip(x, -1, 1)),
  /** x − tanh(x) */
  tanhShrink: elementFunction({}, (x) => binary('subtract', x, unary('tanh', x))),
  /** x moved towards 0 by `threshold`, 0 nearer to it. */
  softShrink: elementFunction({ threshold: optional(number({ min: 0 }), 0.5) }, (x, { threshold }) =>
    binary('subtract', x, clip(x, -threshold, threshold)),
  ),
  /** x where |x| is above `threshold`, otherwise 0. */
  hardShrink: elementFunction({ threshold: optional(number({ min: 0 }), 0.5) }, (x, { threshold }) =>
    select('less', scalar(threshold), unary('absolute', x), x, scalar(0)),
  ),
  /** x above `threshold`, otherwise `value`. */
  threshold: elementFunction(
    { threshold: optional(number(), 0), value: optional(number(), 0) },
    (x, { threshold, value }) => above(x, threshold, value),
  ),
  /** x · Φ(x); `approximate` takes the tanh form of Hendrycks and Gimpel. */
  gelu: elementFunction({ approximate: optional(boolean(), false) }, (x, { approximate }) =>
    approximate
      ? tanhGelu(x)
      : times(times(scalar(0.5), x), plus(scalar(1), unary('erf', times(x, scalar(Math.SQRT1_2))))),
  ),
  geluTanh: elementFunction({}, (x) => tanhGelu(x)),
  /** x · sigmoid(x); SiLU elsewhere. */
  swish: elementFunction({}, (x) => times(x, unary('sigmoid', x))),
  mish: elementFunction({}, (x) => times(x, unary('tanh', unary('softplus', x)))),
  /** (x + √(x² + b)) / 2 */
  squareplus: elementFunction({ b: optional(number({ min: 0 }), 4) }, (x, { b }) => squareplus(x, b)),
  /** 0 up to −1, (x + 1)² / 4 up to 1, then x */
  sparsePlus: elementFunction({}, (x) =>
    plus(quarterSquare(clip(plus(x, scalar(1)), 0, 2)), positive(plus(x, scalar(-1)))),
  ),
  exp: elementFunction({}, (x) => unary('exp', x)),
} as const;
