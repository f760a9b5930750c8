import { binary, element, scalar, unary, type Build } from '../build.js';
import type { Value } from '../ir.js';
import { keptShape } from './axis.js';

const square = binary('multiply', element(0), element(0));

/** Squares reduced over axes, which stay with size 1. */
export function squared(build: Build, fn: 'mean' | 'sum', x: Value, along: readonly number[]): Value {
  const reduced = build.op({ kind: 'reduce', fn, axes: along }, [build.elementwise(square, x)]);
  return build.reshape(reduced, keptShape(x, along));
}

/** x / √max(Σ x², least), over axes that are ascending. */
export function scaleToUnit(build: Build, x: Value, along: readonly number[], least: number): Value {
  const length = unary('squareRoot', binary('maximum', element(0), scalar(least)));
  const factor = build.elementwise(binary('divide', scalar(1), length), squared(build, 'sum', x, along));
  return build.binary('multiply', x, factor);
}
