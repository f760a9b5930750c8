import { equal, mul, type Dim } from '../dim.js';

/** Row-major strides, in elements. */
export function stridesOf(shape: readonly Dim[]): Dim[] {
  const strides = new Array<Dim>(shape.length);
  let stride: Dim = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride = mul(stride, shape[axis]!);
  }
  return strides;
}

/**
 * Joins neighbouring axes that every operand walks as one, and drops axes of size 1: the loop nest gets as shallow as
 * it can be, and its innermost axis as long.
 */
export function collapse(
  sizes: readonly Dim[],
  strides: readonly (readonly Dim[])[],
): { sizes: Dim[]; strides: Dim[][] } {
  const joined: { size: Dim; strides: Dim[] }[] = [];
  sizes.forEach((axisSize, axis) => {
    if (axisSize === 1) return;
    const here = strides.map((operand) => operand[axis]!);
    const last = joined.at(-1);
    if (last?.strides.every((outer, operand) => equal(outer, mul(here[operand]!, axisSize)))) {
      last.size = mul(last.size, axisSize);
      last.strides = here;
    } else {
      joined.push({ size: axisSize, strides: here });
    }
  });
  if (joined.length === 0) joined.push({ size: 1, strides: strides.map(() => 0) });
  return {
    sizes: joined.map((axis) => axis.size),
    strides: strides.map((_, operand) => joined.map((axis) => axis.strides[operand]!)),
  };
}
