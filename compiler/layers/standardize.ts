import { binary, element, scalar, unary, type Build } from '../build.js';
import type { Expression, Value } from '../ir.js';
import { keptShape } from './axis.js';

/** Factors and summands, as they stand beside what is standardized. */
export interface Affine {
  readonly gamma: Value | undefined;
  readonly beta: Value | undefined;
}

/** gamma · x + beta */
export function affine(build: Build, x: Value, { gamma, beta }: Affine): Value {
  const vectors = [gamma, beta].filter((vector) => vector !== undefined);
  let expression: Expression = element(0);
  if (gamma) expression = binary('multiply', expression, element(1));
  if (beta) expression = binary('add', expression, element(vectors.length));
  return vectors.length === 0 ? x : build.elementwise(expression, x, ...vectors);
}

const centered = binary('subtract', element(0), element(1));

/**
 * gamma · (x − mean) / √(variance + epsilon) + beta in the order in which x is stored.
 *
 * @param meanOf the means of a tensor of x's shape, which broadcast to it
 */
export function standardizeBy(
  build: Build,
  x: Value,
  meanOf: (values: Value) => Value,
  epsilon: number,
  { gamma, beta }: Affine,
): Value {
  const mean = meanOf(x);
  const variance = meanOf(build.elementwise(binary('multiply', centered, centered), x, mean));
  const deviation = unary('squareRoot', binary('add', element(0), scalar(epsilon)));
  const scale = build.elementwise(binary('divide', scalar(1), deviation), variance);
  const factors = gamma ? [mean, scale, gamma] : [mean, scale];
  let expression = binary('multiply', centered, element(2));
  if (gamma) expression = binary('multiply', expression, element(3));
  if (beta) expression = binary('add', expression, element(factors.length + 1));
  return build.elementwise(expression, x, ...factors, ...(beta ? [beta] : []));
}

/** gamma · (x − mean) / √(variance + epsilon) + beta with the mean and variance over axes that are ascending. */
export function standardize(
  build: Build,
  x: Value,
  along: readonly number[],
  epsilon: number,
  parameters: Affine,
): Value {
  const first = x.shape.length - along.length;
  if (along.every((axis, at) => axis === first + at)) {
    return affine(build, build.op({ kind: 'normalize', axes: along.length, epsilon }, [x]), parameters);
  }
  const meanOf = (values: Value): Value =>
    build.reshape(build.op({ kind: 'reduce', fn: 'mean', axes: along }, [values]), keptShape(x, along));
  return standardizeBy(build, x, meanOf, epsilon, parameters);
}
