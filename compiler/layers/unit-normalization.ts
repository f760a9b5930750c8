import { binary, element, scalar, unary, type Build } from '../build.js';
import { padAxes, sliceAxis } from '../expand/axes.js';
import { ones } from '../initializers/constant.js';
import type { Expression, Value } from '../ir.js';
import { axes, axesOf, axisOf, beside, keptShape } from './axis.js';
import { axis, defineLayer, integer, number, optional, optionalParameter } from './define.js';

const square = binary('multiply', element(0), element(0));

/** Squares reduced over axes, which stay with size 1. */
function squared(build: Build, fn: 'mean' | 'sum', x: Value, along: readonly number[]): Value {
  const reduced = build.op({ kind: 'reduce', fn, axes: along }, [build.elementwise(square, x)]);
  return build.reshape(reduced, keptShape(x, along));
}

/** x / √max(Σ x², least), over axes that are ascending. */
export function scaleToUnit(build: Build, x: Value, along: readonly number[], least: number): Value {
  const length = unary('squareRoot', binary('maximum', element(0), scalar(least)));
  const factor = build.elementwise(binary('divide', scalar(1), length), squared(build, 'sum', x, along));
  return build.binary('multiply', x, factor);
}

/** gamma · x / √(mean of x² + epsilon), over `axis`, one or several, of each example (Zhang and Sennrich, 2019). */
export const rmsNormalization = defineLayer('rmsNormalization', {
  inputs: ['x'],
  attributes: { axis: optional(axes(), -1), epsilon: optional(number({ min: 0 }), 1e-6) },
  parameters: { gamma: optionalParameter(ones()) },
  lower(build, options, { gamma }, [x]) {
    const along = axesOf(build, options.axis, x);
    const root = unary('squareRoot', binary('add', element(0), scalar(options.epsilon)));
    const factor = build.elementwise(binary('divide', scalar(1), root), squared(build, 'mean', x, along));
    const scaled = binary('multiply', element(0), element(1));
    if (!gamma) return build.elementwise(scaled, x, factor);
    const scale = beside(build, x, along, gamma(along.map((axis) => x.shape[axis]!)));
    return build.elementwise(binary('multiply', scaled, element(2)), x, factor, scale);
  },
});

/** The least sum of squares that is divided by. */
const LEAST_SQUARES = 1e-24;

/** x divided by its length, √Σ x², over `axis`, one or several; lengths under 1e-12 count as 1e-12. */
export const unitNormalization = defineLayer('unitNormalization', {
  inputs: ['x'],
  attributes: { axis: optional(axes(), -1) },
  parameters: {},
  lower: (build, options, _parameters, [x]) => scaleToUnit(build, x, axesOf(build, options.axis, x), LEAST_SQUARES),
});

/** A positive base to a power: by square roots where they give it, else by its logarithm. */
function raised(base: Expression, exponent: number): Expression {
  const root = unary('squareRoot', base);
  if (exponent === 0.5) return root;
  if (exponent === 0.75) return binary('multiply', root, unary('squareRoot', root));
  return exponent === 1 ? base : unary('exp', binary('multiply', scalar(exponent), unary('log', base)));
}

/**
 * x / (bias + alpha · Σ x²)^beta, with the sum over the `size` channels around each (Krizhevsky et al., 2012); an even size
 * takes one more after it. torch and ONNX divide alpha by the size; TensorFlow's depth_radius is (size − 1) / 2.
 */
export const localResponseNormalization = defineLayer('localResponseNormalization', {
  inputs: ['x'],
  attributes: {
    size: optional(integer(), 5),
    alpha: optional(number(), 1e-4),
    beta: optional(number(), 0.75),
    bias: optional(number(), 2),
    axis: optional(axis(), -1),
  },
  parameters: {},
  lower(build, { size, alpha, beta, bias, ...options }, _parameters, [x]) {
    const channelAxis = axisOf(build, options.axis, x);
    const sum = windowSquares(build, x, channelAxis, size);
    const base = binary('add', binary('multiply', scalar(alpha), element(1)), scalar(bias));
    return build.elementwise(binary('divide', element(0), raised(base, beta)), x, sum);
  },
});

/** Inputs of one op, of which engines do not take any number. */
const MOST_TERMS = 16;

/** The sum of the squares of the `size` elements around each along an axis. */
function windowSquares(build: Build, x: Value, axis: number, size: number): Value {
  const before = Math.floor((size - 1) / 2);
  const sides = x.shape.map((_, other) => (other === axis ? [before, size - 1 - before] : [0, 0]) as [number, number]);
  const padded = padAxes(build, x, sides);
  const windows = Array.from({ length: size }, (_, start) => sliceAxis(build, padded, axis, start, x.shape[axis]!));
  let sum: Value | undefined;
  for (let first = 0; first < size; first += MOST_TERMS) {
    const terms = windows.slice(first, first + MOST_TERMS);
    const squares: Expression[] = terms.map((_, at) => binary('multiply', element(at), element(at)));
    const all = (sum ? [...squares, element(terms.length)] : squares).reduce((a, b) => binary('add', a, b));
    sum = build.elementwise(all, ...terms, ...(sum ? [sum] : []));
  }
  return sum!;
}
