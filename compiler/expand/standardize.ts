import { binary, element, scalar, unary, type Build } from '../build.js';
import type { Expression, Value } from '../ir.js';

const plus = (x: Expression, number: number): Expression => (number === 0 ? x : binary('add', x, scalar(number)));

/** scale / √(variance + epsilon) */
const deviationScale = (build: Build, scale: Value, variance: Value, epsilon: number): Value =>
  build.elementwise(binary('divide', element(0), unary('squareRoot', plus(element(1), epsilon))), scale, variance);

/** What each channel is standardized with. */
export interface Standard {
  readonly scale: Value;
  readonly bias: Value;
  readonly mean: Value;
  readonly variance: Value;
}

/**
 * x · s + t with s = scale / √(variance + epsilon) and t = bias − mean · s
 * @param beside a vector of channels as it stands beside x
 */
export function standardize(
  build: Build,
  x: Value,
  { scale, bias, mean, variance }: Standard,
  epsilon: number,
  beside: (vector: Value) => Value = (vector) => vector,
): Value {
  const factor = deviationScale(build, scale, variance, epsilon);
  const shift = build.elementwise(
    binary('subtract', element(0), binary('multiply', element(1), element(2))),
    bias,
    mean,
    factor,
  );
  const affine = binary('add', binary('multiply', element(0), element(1)), element(2));
  return build.elementwise(affine, x, beside(factor), beside(shift));
}
